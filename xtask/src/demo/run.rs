//! Compiles one project three times into the same folder and compares what came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::demo::project::Project;
use crate::process;
use crate::statistics::{Cache, Statistics};

/// Paths below `out` and what is in them.
type Outputs = BTreeMap<PathBuf, Vec<u8>>;

/// What came of one project.
pub(crate) struct Comparison {
    /// The project's.
    pub(crate) name: &'static str,
    /// How many compiles it is.
    pub(crate) units: u64,
    /// By the compiler alone.
    pub(crate) bare: Duration,
    /// With an empty cache.
    pub(crate) cold: Cached,
    /// Once more.
    pub(crate) warm: Cached,
}

/// A run through the cache.
pub(crate) struct Cached {
    /// From the start of make to its end.
    pub(crate) time: Duration,
    /// What this run was counted as.
    pub(crate) statistics: Statistics,
    /// Outputs that are not those of the compiler alone, or are missing or too many.
    different: Vec<PathBuf>,
}

/// Compiles the project in `folder` bare, cold and warm.
pub(crate) fn compare(project: &Project, folder: &Path, client: &Path, cache: &Cache) -> Result<Comparison> {
    let name = project.name;
    let (bare, expected) = compile(folder, "gcc", cache).with_context(|| format!("{name} by gcc alone"))?;
    let wrapper = format!("{} gcc", process::word(client.as_os_str()));
    let cached = || {
        let before = cache.statistics()?;
        let (time, outputs) = compile(folder, &wrapper, cache).with_context(|| format!("{name} by zccache"))?;
        let statistics = cache.statistics()?.since(&before);
        Ok::<_, anyhow::Error>(Cached { time, statistics, different: differences(&expected, &outputs) })
    };
    let (cold, warm) = (cached()?, cached()?);
    let objects = expected.keys().filter(|path| path.extension().is_some_and(|extension| extension == "o"));
    Ok(Comparison { name, units: objects.count() as u64, bare, cold, warm })
}

/// Runs make in a folder without outputs; gives back the time and the outputs.
fn compile(folder: &Path, compiler: &str, cache: &Cache) -> Result<(Duration, Outputs)> {
    let out = folder.join("out");
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| out.display().to_string())?;
    }
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let mut make = Command::new("make");
    make.arg("-C").arg(folder).args(["--no-print-directory", &format!("-j{jobs}"), &format!("CC={compiler}")]);
    // An outer make's flags would be this one's, too.
    make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    cache.used_by(&mut make);
    let start = Instant::now();
    process::run(&mut make)?;
    let time = start.elapsed();
    let mut outputs = Outputs::new();
    collect(&out, &out, &mut outputs)?;
    Ok((time, outputs))
}

/// Reads every file of a folder.
fn collect(root: &Path, folder: &Path, outputs: &mut Outputs) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, outputs)?;
        } else {
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            outputs.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), bytes);
        }
    }
    Ok(())
}

fn differences(expected: &Outputs, outputs: &Outputs) -> Vec<PathBuf> {
    let all = expected.keys().chain(outputs.keys().filter(|path| !expected.contains_key(*path)));
    all.filter(|path| expected.get(*path) != outputs.get(*path)).cloned().collect()
}

impl Comparison {
    /// What should have been and was not, one line each.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (run, cached) in [("cold", &self.cold), ("warm", &self.warm)] {
            for path in &cached.different {
                broken.push(format!("{} {run}: out/{} is not the bare compiler's", self.name, path.display()));
            }
            let counted = &cached.statistics;
            if counted.requests != self.units || counted.hits + counted.misses != self.units {
                broken.push(format!("{} {run}: {} units, counted were {counted:?}", self.name, self.units));
            }
        }
        if self.warm.statistics.hits != self.units {
            broken.push(format!("{} warm: a compiler ran: {:?}", self.name, self.warm.statistics.reasons));
        }
        broken
    }
}

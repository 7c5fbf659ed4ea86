//! Builds one project again and again in the same folder and compares what came out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::demo::built::Made;
use crate::demo::project::{Build, Project, Random, Touched};
use crate::demo::tree::Tree;
use crate::statistics::{Cache, Statistics};

/// What came of one project.
pub(crate) struct Comparison<'a> {
    pub(crate) project: &'a Project,
    /// What is made by a build from nothing.
    pub(crate) made: Made,
    /// How long it takes the compiler alone.
    pub(crate) bare: Duration,
    /// With an empty cache.
    pub(crate) cold: Cached,
    /// Once more.
    pub(crate) warm: Cached,
    /// How many units the build tool has made when it was called once more, although nothing had changed.
    again: u64,
    /// Once more, on top of what is there, after a touch of all headers, or in Rust of all sources.
    pub(crate) touched: Cached,
}

/// A build through the cache.
pub(crate) struct Cached {
    /// From the start of the build tool to its end.
    pub(crate) time: Duration,
    /// What this build was counted as.
    pub(crate) statistics: Statistics,
    /// What the build tool had to make.
    made: Made,
    /// Outputs that are not what they should be, or are missing or too many.
    different: Vec<PathBuf>,
    /// Whether the programs that were built say what those of the compiler alone say.
    proved: bool,
}

/// Builds the project in `folder` bare, cold, warm and touched.
pub(crate) fn compare<'a>(project: &'a Project, folder: &Path, client: &Path, cache: &Cache) -> Result<Comparison<'a>> {
    let name = project.name;
    let prepare = |command: &mut Command| {
        cache.used_by(command);
    };
    let mut tree = Tree::new(project, folder, &prepare);
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    tree.configure(None)?;
    let bare = tree.build(jobs).with_context(|| format!("{name} by the compiler alone"))?;
    let said = tree.prove(&bare.outputs)?;
    let expected = bare.outputs.set_aside(&folder.join("bare"))?;

    tree.configure(Some(client))?;
    let cached = |random: Option<&Random>| {
        let before = cache.statistics()?;
        let built = tree.build(jobs).with_context(|| format!("{name} by zccache"))?;
        let statistics = cache.statistics()?.since(&before);
        let different = built.outputs.differences(&expected, random.map(|random| random.suffix));
        let proved = tree.prove(&built.outputs)? == said;
        Ok::<_, anyhow::Error>((
            Cached { time: built.time, statistics, made: built.made, different, proved },
            built.outputs,
        ))
    };
    let (cold, outputs) = cached(project.random.as_ref())?;
    let stored = outputs.set_aside(&folder.join("cold"))?;
    let (mut warm, outputs) = cached(project.random.as_ref())?;
    if warm.statistics.hits == warm.statistics.compiles() {
        // Random outputs, too, are as they were when they were stored.
        warm.different.extend(outputs.differences(&stored, None));
    }
    let again = tree.build(jobs).with_context(|| format!("{name} once more"))?.made.units;
    tree.touch()?;
    let random = match &project.touched {
        Touched::Hits => project.random.as_ref(),
        Touched::Misses(random) => Some(random),
    };
    let (touched, _) = cached(random)?;
    Ok(Comparison { project, made: bare.made, bare: bare.time, cold, warm, again, touched })
}

impl Comparison<'_> {
    /// The builds through the cache, by name.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&'static str, &Cached)> {
        [("cold", &self.cold), ("warm", &self.warm), ("touched", &self.touched)].into_iter()
    }

    /// What should have been and was not, one line each.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (run, cached) in self.runs() {
            broken.extend(cached.broken_promises(&self.project.build).into_iter().map(|promise| (run, promise)));
        }
        for (run, cached) in [("cold", &self.cold), ("warm", &self.warm)] {
            if cached.made != self.made {
                broken.push((run, format!("{:?} instead of the compiler's {:?}", cached.made, self.made)));
            }
        }
        if self.again != 0 {
            broken.push(("warm", format!("{} units were made once more, and nothing had changed", self.again)));
        }
        if self.touched.made.units != self.made.touchable {
            let Made { units, touchable, .. } = self.made;
            let again = self.touched.made.units;
            broken.push(("touched", format!("of {units} units {touchable} had to be made again, {again} were")));
        }
        let right = |cached: &Cached| match self.project.build {
            Build::Make { .. } | Build::CMake { .. } => cached.is_all_hits(),
            Build::Cargo { .. } => cached.hit_share() >= HIT_SHARE_MIN,
        };
        if !right(&self.warm) {
            broken.push(("warm", format!("a compiler ran: {:?}", self.warm.statistics)));
        }
        let right = match self.project.touched {
            Touched::Hits => right(&self.touched),
            Touched::Misses(_) => self.touched.statistics.hits == 0,
        };
        if !right {
            broken.push(("touched", format!("not counted as it should be: {:?}", self.touched.statistics)));
        }
        broken.into_iter().map(|(run, promise)| format!("{} {run}: {promise}", self.project.name)).collect()
    }
}

impl Cached {
    /// What no build may do.
    fn broken_promises(&self, build: &Build) -> Vec<String> {
        let different = self.different.iter();
        let mut broken: Vec<String> =
            different.map(|path| format!("out/{} is not the bare compiler's", path.display())).collect();
        if !self.proved {
            broken.push("the programs say something else".to_owned());
        }
        let (counted, units) = (&self.statistics, self.made.units);
        let right = match build {
            Build::Make { .. } | Build::CMake { .. } => {
                counted.requests == units && counted.hits + counted.misses + counted.bypasses == units
            }
            // Build scripts try compiles, which may fail.
            Build::Cargo { .. } => counted.compiles() >= units && counted.faults == 0,
        };
        if !right {
            broken.push(format!("{units} units were made, counted were {counted:?}"));
        }
        broken
    }

    /// Which part of the compiles were hits.
    fn hit_share(&self) -> f64 {
        self.statistics.hits as f64 / self.statistics.compiles() as f64
    }

    /// Whether all that can be cached came from the cache.
    fn is_all_hits(&self) -> bool {
        self.statistics.hits + self.statistics.bypasses + self.unstored() == self.statistics.requests
    }

    /// How many results may not be stored, for a stated reason.
    fn unstored(&self) -> u64 {
        self.uncached().filter(|(reason, _)| reason.starts_with(NOT_STORED)).map(|(_, count)| count).sum()
    }

    /// How often something could not be cached for this reason.
    pub(crate) fn uncached_for(&self, reason: &str) -> u64 {
        self.statistics.reasons.get(reason).copied().unwrap_or_default()
    }

    /// Why what could not be cached could not, and how often.
    pub(crate) fn uncached(&self) -> impl Iterator<Item = (&str, u64)> {
        let reasons = self.statistics.reasons.iter().map(|(reason, count)| (reason.as_str(), *count));
        reasons.filter(|(reason, _)| reason.starts_with(NOT_STORED) || reason.starts_with(BYPASS))
    }
}

/// What part of a build by cargo comes from a cache that has all of it: of 20 compiles one may be of a kind that is not cached.
const HIT_SHARE_MIN: f64 = 0.95;

/// How the reasons begin that `stats` gives for a result that was not kept.
const NOT_STORED: &str = "not stored: ";

/// How they begin for a compile that the cache left alone.
const BYPASS: &str = "bypass: ";

//! Runs the commands of a project in its tree, as a user's shell would.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::{Cache, Kind, without_settings};
use crate::survey::masquerade;
use crate::survey::project::{self, Project};
use crate::survey::tree::Trees;

/// What a user may have set that changes what builds do.
const SETTINGS: [&str; 14] = [
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "CC",
    "CXX",
    "CPP",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "LD_LIBRARY_PATH",
    "SOURCE_DATE_EPOCH",
    "CONFIG_SITE",
    "DESTDIR",
];

/// How many lines of a failed build are told.
const LINES_TOLD: usize = 12;

/// A shell in a project's tree.
pub(crate) struct Shell<'a> {
    trees: &'a Trees,
    path: OsString,
    cache: Option<&'a Cache>,
    wrapper: OsString,
}

impl<'a> Shell<'a> {
    /// One in which compilers are compilers, until the next one is made.
    pub(crate) fn bare(project: &Project, trees: &'a Trees) -> Result<Shell<'a>> {
        masquerade::make(&trees.links(), None)?;
        Ok(Shell { trees, path: masquerade::path(&folders(project, trees))?, cache: None, wrapper: OsString::new() })
    }

    /// One in which they are links to a cache.
    pub(crate) fn cached(project: &Project, trees: &'a Trees, cache: &'a Cache) -> Result<Shell<'a>> {
        masquerade::make(&trees.links(), Some(cache.program()))?;
        let wraps = project.kind == project::Kind::Cargo && cache.kind() == Kind::Zccache;
        let wrapper = if wraps { cache.program().as_os_str().to_owned() } else { OsString::new() };
        Ok(Shell { trees, path: masquerade::path(&folders(project, trees))?, cache: Some(cache), wrapper })
    }

    /// Runs a script and says how long it took. `what` names the file that holds what it printed.
    pub(crate) fn run(&self, script: &str, jobs: usize, what: &str) -> Result<Duration> {
        let log = self.trees.folder().join(format!("{what}.log"));
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        let mut command = Command::new("sh");
        self.prepare(&mut command, jobs);
        command.args(["-e", "-c", script]).stdin(Stdio::null());
        command.stdout(file.try_clone().context("the log")?).stderr(file);
        let start = Instant::now();
        let status = command.status().context("cannot run sh")?;
        let time = start.elapsed();
        if !status.success() {
            let said = fs::read(&log).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let lines: Vec<&str> = said.lines().collect();
            let last = &lines[lines.len().saturating_sub(LINES_TOLD)..];
            bail!("{what}: {status}; the whole of it is in {}\n{}", log.display(), last.join("\n"));
        }
        Ok(time)
    }

    fn prepare(&self, command: &mut Command, jobs: usize) {
        for (name, _) in std::env::vars_os().filter(|(name, _)| zccache_components::is_of_build(name)) {
            command.env_remove(name);
        }
        for name in SETTINGS {
            command.env_remove(name);
        }
        match self.cache {
            Some(cache) => cache.used_by(command),
            None => without_settings(command),
        };
        let tree = self.trees.tree();
        command.current_dir(&tree).env("PATH", &self.path).env("TREE", &tree).env("JOBS", jobs.to_string());
        // An empty one takes the place of one that the user has configured.
        command.env("RUSTC_WRAPPER", &self.wrapper);
        command.env("LC_ALL", "C");
        // Build scripts ask git which commit they build: ours is not that of these sources.
        command.env("GIT_CEILING_DIRECTORIES", self.trees.folder());
    }
}

/// What stands first in PATH: compilers, and programs that were installed for a project alone.
fn folders(project: &Project, trees: &Trees) -> Vec<PathBuf> {
    let programs = if project.wheels.is_empty() { None } else { Some(trees.folder().join("python/bin")) };
    std::iter::once(trees.links()).chain(programs).collect()
}

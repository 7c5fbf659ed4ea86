//! The folder of one project, in which it is built again and again: by its own build tool, with the cache or without.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, anyhow};

use crate::demo::built::{Built, Made};
use crate::demo::cargo::Call;
use crate::demo::outputs::Outputs;
use crate::demo::project::{Build, Project};
use crate::process;

/// What headers of C and C++ are called; Eigen's have no suffix.
const HEADERS: &[Option<&str>] = &[None, Some("h"), Some("hpp"), Some("inc")];

/// What sources of Rust are called.
const SOURCES: &[Option<&str>] = &[Some("rs")];

/// Longer than the time between two ticks of the clock that file systems stamp by: 10 ms on the slowest systems.
const TICK: Duration = Duration::from_millis(20);

/// A project's folder.
pub(crate) struct Tree<'a> {
    project: &'a Project,
    folder: &'a Path,
    /// Makes a command, and what it starts, use a cache.
    prepare: &'a (dyn Fn(&mut Command) + Sync),
    /// What stands before each compiler.
    launcher: Option<&'a Path>,
    /// What is in `out` and was not built.
    configured: BTreeSet<PathBuf>,
}

impl<'a> Tree<'a> {
    /// A folder with sources in it and nothing built.
    pub(crate) fn new(project: &'a Project, folder: &'a Path, prepare: &'a (dyn Fn(&mut Command) + Sync)) -> Tree<'a> {
        Tree { project, folder, prepare, launcher: None, configured: BTreeSet::new() }
    }

    /// Makes the folder ready for being built with this before each compiler.
    ///
    /// Files that CMake wrote before, and would write again, keep their times.
    pub(crate) fn configure(&mut self, launcher: Option<&'a Path>) -> Result<()> {
        self.launcher = launcher;
        if let Build::CMake { definitions } = &self.project.build {
            let mut cmake = self.command("cmake", self.folder);
            cmake.args(["-S", "src", "-B", "out", "-G", "Ninja"]);
            cmake.args(definitions.iter().map(|definition| format!("-D{definition}")));
            for language in ["C", "CXX"] {
                let mut definition = OsString::from(format!("-DCMAKE_{language}_COMPILER_LAUNCHER="));
                definition.push(launcher.map_or(OsStr::new(""), Path::as_os_str));
                cmake.arg(definition);
            }
            process::announce(&cmake);
            process::output(&mut cmake)?;
            self.configured = Outputs::find(&self.out(), &BTreeSet::new())?.paths().clone();
        }
        Ok(())
    }

    /// Builds what is not up to date, with so many jobs at once.
    pub(crate) fn build(&self, jobs: usize) -> Result<Built> {
        let before = self.outputs()?.times()?;
        let start = Instant::now();
        let told = match &self.project.build {
            Build::Make { .. } => self.make(&[], jobs)?,
            Build::CMake { .. } => self.ninja(jobs)?,
            Build::Cargo { commands, targets, incremental, settings } => {
                let call = |target: &&str| Call {
                    sources: self.folder.join("src"),
                    target: self.out().join(target),
                    launcher: self.launcher,
                    incremental: *incremental,
                    settings: *settings,
                    jobs,
                };
                Some(self.cargo(commands, targets.iter().map(call).collect())?)
            }
        };
        let time = start.elapsed();
        let outputs = self.outputs()?;
        let made = match told {
            Some(made) => made,
            None => {
                let after = outputs.times()?;
                let units = after.iter().filter(|(path, time)| before.get(*path) != Some(time)).count() as u64;
                Made { units, touchable: units.saturating_sub(self.project.headerless), tests: 0 }
            }
        };
        Ok(Built { time, made, outputs })
    }

    /// Has make build these objects, of those that a build makes, and says how long that took.
    pub(crate) fn make_objects(&self, objects: &[PathBuf], jobs: usize) -> Result<Duration> {
        let targets: Vec<PathBuf> = objects.iter().map(|object| Path::new("out").join(object)).collect();
        let start = Instant::now();
        self.make(&targets, jobs)?;
        Ok(start.elapsed())
    }

    /// Has make build some targets, or everything. It does not tell what it made.
    fn make(&self, targets: &[PathBuf], jobs: usize) -> Result<Option<Made>> {
        let client = self.launcher.map(|client| format!("{} ", process::word(client.as_os_str())));
        let mut make = self.command("make", self.folder);
        make.args(["--no-print-directory", &format!("-j{jobs}")]).args(targets);
        process::run(make.arg(format!("CC={}gcc", client.unwrap_or_default())))?;
        Ok(None)
    }

    /// Has Ninja build. It does not tell what it made.
    fn ninja(&self, jobs: usize) -> Result<Option<Made>> {
        let mut ninja = self.command("ninja", &self.out());
        process::run(ninja.args(["--quiet", "-d", "keepdepfile", &format!("-j{jobs}")]))?;
        Ok(None)
    }

    /// Has cargo build into all target folders at once.
    fn cargo(&self, commands: &[&[&str]], calls: Vec<Call<'_>>) -> Result<Made> {
        thread::scope(|scope| {
            let builds: Vec<_> =
                calls.into_iter().map(|call| scope.spawn(move || call.build(commands, self.prepare))).collect();
            let mut all = Made::default();
            for build in builds {
                all += build.join().map_err(|_| anyhow!("the thread of a build panicked"))??;
            }
            Ok(all)
        })
    }

    /// What was built and is there.
    pub(crate) fn outputs(&self) -> Result<Outputs> {
        Outputs::find(&self.out(), &self.configured)
    }

    /// Sets the time of every header of the project to now, and in Rust of every source.
    pub(crate) fn touch(&self) -> Result<()> {
        let suffixes = match &self.project.build {
            Build::Make { .. } | Build::CMake { .. } => HEADERS,
            Build::Cargo { .. } => SOURCES,
        };
        thread::sleep(TICK);
        let sources = Outputs::find(&self.folder.join("src"), &BTreeSet::new())?;
        for source in sources.paths().iter().filter(|path| has_suffix(path, suffixes)) {
            let path = self.folder.join("src").join(source);
            let touched = File::options().append(true).open(&path);
            let touched = touched.and_then(|file| file.set_times(FileTimes::new().set_modified(SystemTime::now())));
            touched.with_context(|| path.display().to_string())?;
        }
        thread::sleep(TICK);
        Ok(())
    }

    /// What the project's programs print. Files that they leave are removed.
    pub(crate) fn prove(&self, built: &Outputs) -> Result<Vec<u8>> {
        if self.project.proof.is_empty() {
            return Ok(Vec::new());
        }
        let printed = process::output(self.command("sh", &self.out()).args(["-c", self.project.proof]))?;
        let there = self.configured.union(built.paths()).cloned().collect();
        for path in Outputs::find(&self.out(), &there)?.paths() {
            let path = self.out().join(path);
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        Ok(printed)
    }

    fn out(&self) -> PathBuf {
        self.folder.join("out")
    }

    /// A command that uses the cache.
    fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        // An outer make's flags would be this one's, too.
        command.current_dir(folder).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        (self.prepare)(&mut command);
        command
    }
}

fn has_suffix(path: &Path, suffixes: &[Option<&str>]) -> bool {
    suffixes.iter().any(|suffix| path.extension() == suffix.map(OsStr::new))
}

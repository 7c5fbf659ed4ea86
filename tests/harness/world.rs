//! A world of its own for each test: a home, a cache, a daemon, a folder to work in.

use std::ffi::OsStr;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::counters::Counters;
use crate::images;
use crate::poll::tick;
use crate::programs;
use crate::run::{Run, run};

/// The daemon's setting of how long a source is a young one.
pub const SOON: &str = "ZCCACHE_SOON";

/// What a daemon takes a source for, which decides when it looks at what a run read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Made just before its compile, as each file of a test is: all of it before the client is answered.
    Young,
    /// Made long before, as most files of projects are: most of it after the client was answered.
    Old,
}

impl Age {
    /// The value of [`SOON`] by which every source is one of these.
    pub fn soon(self) -> &'static str {
        match self {
            Age::Young => "1h",
            Age::Old => "0s",
        }
    }
}

/// A test's own home, cache, daemon and working folder. The daemon is stopped at the end.
pub struct World {
    root: TempDir,
    /// Where sources lie and compilers run.
    pub work: PathBuf,
    /// The cache folder.
    pub cache: PathBuf,
    variables: Vec<(String, String)>,
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl World {
    /// An empty world.
    pub fn new() -> World {
        let root = tempfile::Builder::new().prefix("zccache-test-").tempdir().expect("there is room for a test");
        let folder = |name: &str| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).expect("the root is new and empty");
            folder
        };
        let work = folder("work");
        images::give(&folder("home"));
        World { work, cache: root.path().join("cache"), variables: Vec::new(), root }
    }

    /// The folder that holds everything of this world.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Sets a variable for everything that runs in this world from now on.
    pub fn set(&mut self, name: &str, value: impl AsRef<Path>) {
        let value = value.as_ref().to_str().expect("tests use plain paths").to_owned();
        self.variables.push((name.to_owned(), value));
    }

    /// Says how the daemon takes sources, whatever their real age. Before a daemon is started.
    pub fn take_sources_for(&mut self, age: Age) {
        self.set(SOON, age.soon());
    }

    /// Takes back what was set.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// Writes a file of the working folder, last changed an hour ago as far as its times can tell.
    ///
    /// Files of real projects are older than their compiles; one written in the same instant would not be stored.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write_many([(path, content)]);
    }

    /// Writes files of the working folder, each as [`World::write`] does.
    pub fn write_many<P: AsRef<str>, C: AsRef<[u8]>>(&self, files: impl IntoIterator<Item = (P, C)>) {
        for (path, content) in files {
            self.write_now(path.as_ref(), content);
            self.age(path.as_ref());
        }
        tick();
    }

    /// Writes a file of the working folder.
    pub fn write_now(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.work.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("the working folder is ours");
        }
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Sets a file's modification time an hour back. Its change time nobody can set.
    pub fn age(&self, path: &str) {
        let file = File::options().append(true).open(self.work.join(path)).expect("the file was just written");
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        file.set_times(FileTimes::new().set_modified(hour_ago)).expect("the file is ours");
    }

    /// What a file of the working folder holds; none: it is not there.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.work.join(path)).ok()
    }

    /// Removes a file of the working folder, if it is there.
    pub fn remove(&self, path: &str) {
        match fs::remove_file(self.work.join(path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{path}: {error}"),
            _ => {}
        }
    }

    /// A command in the working folder with this world's variables, and none of the caller's but those that programs
    /// need, and those by which a whole suite is run in another way.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.work).env_clear();
        for name in ["PATH", "TMPDIR", "USER", "ZCCACHE_LOG", SOON] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("PWD", &self.work).env("HOME", self.root().join("home"));
        command.env("XDG_RUNTIME_DIR", self.root().join("run")).env("ZCCACHE_CACHE_DIR", &self.cache);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// `zccache` with these arguments.
    pub fn zccache<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(programs::zccache());
        command.args(arguments);
        command
    }

    /// Runs a compiler call, such as `gcc -c x.c`, through the cache.
    pub fn cached(&self, call: &str) -> Run {
        run(&mut self.zccache(call.split_whitespace()))
    }

    /// Runs a compiler call without the cache.
    pub fn bare(&self, call: &str) -> Run {
        run(&mut self.bare_command(call))
    }

    /// A compiler call without the cache.
    pub fn bare_command(&self, call: &str) -> Command {
        let mut words = call.split_whitespace();
        let mut command = self.command(words.next().expect("a call names a program"));
        command.args(words);
        command
    }

    /// `make` with this compiler: `zccache gcc` for one behind the cache.
    pub fn make_command(&self, compiler: &str) -> Command {
        let mut command = self.command("make");
        let compiler = match compiler.strip_prefix("zccache ") {
            Some(compiler) => format!("{} {compiler}", programs::zccache().display()),
            None => compiler.to_owned(),
        };
        command.arg("-s").arg(format!("CC={compiler}"));
        command
    }

    /// What was counted so far.
    #[track_caller]
    pub fn counters(&self) -> Counters {
        Counters::of_json(&run(&mut self.zccache(["stats", "--json"])).expect_success().out())
    }

    /// Starts counting afresh.
    #[track_caller]
    pub fn forget_counters(&self) {
        run(&mut self.zccache(["stats", "--json", "--zero"])).expect_success();
    }

    /// The daemon's process, if one runs.
    pub fn daemon(&self) -> Option<rustix::process::Pid> {
        let status = run(&mut self.zccache(["status", "--json"])).out();
        let status: serde_json::Value = serde_json::from_str(&status).ok()?;
        rustix::process::Pid::from_raw(i32::try_from(status["pid"].as_i64()?).ok()?)
    }

    /// Where the daemon listens: the one socket below this world's folder for such files, once a daemon has run.
    #[track_caller]
    pub fn socket(&self) -> PathBuf {
        let folder = self.root().join("run/zccache");
        let endpoint = fs::read_dir(folder).expect("a daemon has run").next().expect("it has an endpoint");
        endpoint.expect("the folder is ours").path().join("socket")
    }

    /// The daemon's log so far.
    pub fn log(&self) -> String {
        let log = self.root().join("home/.local/state/zccache/zccached.log");
        fs::read_to_string(log).unwrap_or_default()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the daemon's log:\n{}", self.log());
        }
        // A world whose cache cannot be used has no daemon to stop.
        let _nothing_to_stop = self.zccache(["stop"]).output();
    }
}

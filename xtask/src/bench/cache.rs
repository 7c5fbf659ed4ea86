//! Ours and the caches that we are compared with: each with a folder and a daemon of its own, which end with the value.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process;
use crate::statistics::Statistics;

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zccache,
    Ccache,
    Sccache,
    /// The compiler cache of the same name as ours.
    Upstream,
}

/// Our own name in the tables.
pub(crate) const OURS: &str = "zccache";

/// How the variables begin that such programs are told things by.
const VARIABLES: [&str; 3] = ["ZCCACHE_", "CCACHE_", "SCCACHE_"];

impl Kind {
    /// Ours first.
    pub(crate) const ALL: [Kind; 4] = [Kind::Zccache, Kind::Ccache, Kind::Sccache, Kind::Upstream];

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Zccache => OURS,
            Kind::Ccache => "ccache",
            Kind::Sccache => "sccache",
            Kind::Upstream => "upstream zccache",
        }
    }
}

/// A cache that was empty when we began.
pub(crate) struct Cache {
    kind: Kind,
    program: PathBuf,
    folder: PathBuf,
    /// Further variables of all commands that use it, its daemon included.
    variables: Vec<(String, OsString)>,
}

/// What a cache says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    /// Compiles that it was asked for, whether it caches such or not; ours alone tells them apart from questions.
    pub(crate) asked: Option<u64>,
}

impl Cache {
    /// An empty cache in `folder`, its daemon running. Ends the daemon that an earlier run may have left there.
    pub(crate) fn fresh(kind: Kind, program: &Path, folder: &Path) -> Result<Cache> {
        let cache = Cache::at(kind, program, folder, Vec::new());
        cache.empty()?;
        Ok(cache)
    }

    /// The cache in `folder` as it is, for commands that have these variables too.
    pub(crate) fn at(kind: Kind, program: &Path, folder: &Path, variables: Vec<(String, OsString)>) -> Cache {
        Cache { kind, program: program.to_owned(), folder: folder.to_owned(), variables }
    }

    /// For people.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Which program it is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is the one that we answer for.
    pub(crate) fn is_ours(&self) -> bool {
        self.kind == Kind::Zccache
    }

    /// Whether there is a daemon to be started anew.
    pub(crate) fn has_daemon(&self) -> bool {
        self.kind != Kind::Ccache
    }

    /// What stands before the compiler.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Where it keeps everything.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a command, and whatever it starts, use this cache, and no setting of the user's.
    pub(crate) fn used_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        without_settings(command).envs(self.variables.iter().map(|(name, value)| (name, value)));
        match self.kind {
            Kind::Zccache | Kind::Upstream => command.env("ZCCACHE_CACHE_DIR", &self.folder),
            Kind::Ccache => {
                command.env("CCACHE_DIR", &self.folder).env("CCACHE_CONFIGPATH", self.folder.join("ccache.conf"))
            }
            Kind::Sccache => command
                .env("SCCACHE_DIR", &self.folder)
                .env("SCCACHE_CONF", self.folder.join("config"))
                .env("SCCACHE_SERVER_UDS", sccache_socket()),
        }
    }

    /// Starts the daemon, if there is one to start.
    pub(crate) fn start(&self) -> Result<()> {
        match self.kind {
            Kind::Zccache | Kind::Upstream => self.say(&["start"]),
            Kind::Ccache => Ok(()),
            Kind::Sccache => self.say(&["--start-server"]),
        }
    }

    /// Stops the daemon, if there is one.
    pub(crate) fn stop(&self) -> Result<()> {
        match self.kind {
            Kind::Zccache => self.say(&["stop"]),
            Kind::Ccache => Ok(()),
            Kind::Upstream => self.stop_if_running(&["stop"]),
            Kind::Sccache => self.stop_if_running(&["--stop-server"]),
        }
    }

    /// Forgets everything, the daemon's memory included, and starts the daemon.
    pub(crate) fn empty(&self) -> Result<()> {
        self.stop()?;
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        }
        fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        self.start()
    }

    /// What it has counted so far. Those of sccache and upstream begin anew with their daemon.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let asked: &[&str] = match self.kind {
            Kind::Zccache => &["stats", "--json"],
            Kind::Ccache => &["--print-stats"],
            Kind::Sccache => &["--show-stats", "--stats-format", "json"],
            Kind::Upstream => &["status", "--json"],
        };
        let said = process::output(self.used_by(Command::new(&self.program).args(asked)))?;
        let said = String::from_utf8(said).with_context(|| format!("what {} counted", self.name()))?;
        let json = || serde_json::from_str::<Value>(&said).with_context(|| format!("what {} counted", self.name()));
        Ok(match self.kind {
            Kind::Zccache => {
                let counted: Statistics = serde_json::from_str(&said).context("`zccache stats --json`")?;
                let misses = counted.requests - counted.hits;
                Counts { hits: counted.hits, misses, asked: Some(counted.compiles()) }
            }
            Kind::Ccache => ccache_counts(&said),
            Kind::Sccache => {
                let stats = &json()?["stats"];
                let sum = |name: &str| values(&stats[name]["counts"]);
                Counts { hits: sum("cache_hits"), misses: sum("cache_misses"), asked: None }
            }
            Kind::Upstream => {
                let daemon = &json()?["daemon"];
                let number = |name: &str| daemon[name].as_u64().unwrap_or_default();
                Counts { hits: number("cache_hits"), misses: number("cache_misses"), asked: None }
            }
        })
    }

    /// Whether what ran since `before`, with a daemon that was started since, was a hit.
    pub(crate) fn has_hit_since_start(&self, before: Counts) -> Result<bool> {
        let after = self.counts()?;
        // Ours goes on counting where its predecessor ended, or, if that was killed, a little before.
        Ok(if self.is_ours() { after.misses == before.misses } else { after.hits > 0 && after.misses == 0 })
    }

    /// The daemon's process; only ours is asked.
    pub(crate) fn pid(&self) -> Result<i32> {
        let json = process::output(self.used_by(Command::new(&self.program).args(["status", "--json"])))?;
        let status: Value = serde_json::from_slice(&json).context("`zccache status --json`")?;
        let pid = status["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
        pid.context("no daemon is running")
    }

    fn stop_if_running(&self, words: &[&str]) -> Result<()> {
        // They complain where none runs.
        let _none_runs = self.say(words);
        Ok(())
    }

    fn say(&self, words: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.program);
        // Daemons of others keep what they inherit: a pipe would never end.
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = self.used_by(&mut command).status();
        process::checked(&command, status)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("the daemon of {} may be running still: {error:#}", self.name());
        }
    }
}

/// Takes away what the user has set for any of these programs.
pub(crate) fn without_settings(command: &mut Command) -> &mut Command {
    let names = std::env::vars_os().map(|(name, _)| name);
    let is_setting = |name: &str| VARIABLES.iter().any(|beginning| name.starts_with(beginning));
    for name in names.filter(|name| is_setting(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

/// The version that a program tells.
pub(crate) fn version(program: &Path) -> Result<String> {
    let said = process::output(without_settings(Command::new(program).arg("--version")))?;
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().next().unwrap_or_default();
    let number = line.split_whitespace().rfind(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    ensure!(number.is_some(), "{} tells no version", program.display());
    Ok(number.unwrap_or_default().to_owned())
}

/// A socket's path must be short, and a target folder may lie deep.
fn sccache_socket() -> PathBuf {
    std::env::temp_dir().join(format!("zccache-bench-sccache-{}", rustix::process::geteuid().as_raw()))
}

/// Lines of a name and a number.
fn ccache_counts(said: &str) -> Counts {
    let number = |name: &str| {
        let value = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    };
    let hits = number("direct_cache_hit") + number("preprocessed_cache_hit");
    Counts { hits, misses: number("cache_miss"), asked: None }
}

/// The sum of an object's numbers.
fn values(object: &Value) -> u64 {
    object.as_object().into_iter().flat_map(serde_json::Map::values).filter_map(Value::as_u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_of_others_are_read_from_what_they_print() {
        let said = "cache_miss\t3\ndirect_cache_hit\t20\ndirect_cache_miss\t7\npreprocessed_cache_hit\t1\n";
        let counts = ccache_counts(said);
        assert_eq!((counts.hits, counts.misses), (21, 3));
        assert_eq!(values(&serde_json::json!({"C/C++": 2, "Rust": 5})), 7);
        assert_eq!(values(&Value::Null), 0);
    }
}

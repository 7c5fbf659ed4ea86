//! Who builds: the bare compilers, or a cache before them; and what one build by it came to.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::{Cache, Counts, Kind, Ticks, ticks};
use crate::process;
use crate::statistics::Statistics;
use crate::survey::report::Times;
use crate::survey::shell::Shell;

/// What the daemon writes down: which calls were no hits, and which word of them was the reason. Not how long its stages took,
/// which would take time for each hit.
const LOG: &str = "info,uncached=debug,zccached::pipeline::plan=debug,zccached::pipeline::collect=debug";

/// A cache, and what makes compilers use it.
pub(crate) struct Contestant {
    cache: Cache,
    state: PathBuf,
}

impl Contestant {
    /// `folder`: for all that it keeps.
    pub(crate) fn new(kind: Kind, program: &Path, folder: &Path) -> Contestant {
        let state = folder.join("state");
        let variables = match kind {
            Kind::Zccache => vec![
                ("ZCCACHE_LOG".to_owned(), OsString::from(LOG)),
                // Its log is there, and nobody else's.
                ("XDG_STATE_HOME".to_owned(), state.clone().into_os_string()),
            ],
            _ => Vec::new(),
        };
        Contestant { cache: Cache::at(kind, program, &folder.join("cache"), variables), state }
    }

    /// For people.
    pub(crate) fn name(&self) -> &'static str {
        self.cache.name()
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.cache.is_ours()
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Forgets everything, its log too.
    pub(crate) fn empty(&self) -> Result<()> {
        self.cache.stop()?;
        if self.state.exists() {
            fs::remove_dir_all(&self.state).with_context(|| self.state.display().to_string())?;
        }
        self.cache.empty()
    }

    /// What it has counted so far.
    pub(crate) fn counted(&self) -> Result<Counted> {
        if self.is_ours() {
            let mut command = Command::new(self.cache.program());
            let json = process::output(self.cache.used_by(command.args(["stats", "--json"])))?;
            return Ok(Counted::Ours(serde_json::from_slice(&json).context("`zccache stats --json`")?));
        }
        Ok(Counted::Other(self.cache.counts()?))
    }

    /// The daemon's log. Nobody has written to it since it was started with an empty cache but that daemon.
    pub(crate) fn log(&self) -> Result<String> {
        let log = self.state.join("zccache/zccached.log");
        let bytes = fs::read(&log).with_context(|| log.display().to_string())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Processor time of its daemon so far.
    fn daemon_ticks(&self) -> Result<u64> {
        if !self.is_ours() {
            return Ok(0);
        }
        let Ticks { own, children } = ticks(&self.cache.pid()?.to_string())?;
        Ok(own + children)
    }
}

/// What a cache counts.
pub(crate) enum Counted {
    /// Ours tells why.
    Ours(Statistics),
    /// Others tell hits and misses.
    Other(Counts),
}

/// Builds, and says how long it took, by the clock and of the processors' time.
pub(crate) fn build(
    shell: &Shell<'_>,
    script: &str,
    jobs: usize,
    what: &str,
    contestant: Option<&Contestant>,
) -> Result<Times> {
    let daemon_before = contestant.map_or(Ok(0), Contestant::daemon_ticks)?;
    let before = ticks("self")?.children;
    let wall = shell.run(script, jobs, what)?;
    let build = ticks("self")?.children - before;
    if let Some(contestant) = contestant {
        // Whatever is still to be recorded belongs to this build.
        contestant.counted()?;
    }
    let daemon = contestant.map_or(Ok(0), Contestant::daemon_ticks)? - daemon_before;
    let seconds = |ticks: u64| ticks as f64 / TICKS_PER_SECOND;
    Ok(Times { wall_s: wall.as_secs_f64(), processor_s: seconds(build), daemon_s: seconds(daemon) })
}

/// What `/proc` counts in, on every machine that Linux runs on (proc(5): `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

//! What `zccache stats --json` says, and the client as the demo and the benchmark use it: with a cache of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// Counts of requests by how they ended.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Statistics {
    pub(crate) requests: u64,
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) bypasses: u64,
    pub(crate) failures: u64,
    pub(crate) faults: u64,
    /// Why requests were no hits.
    pub(crate) reasons: BTreeMap<String, u64>,
}

/// The reason for passing on a call that asks the compiler about itself.
const QUESTION: &str = "bypass: question";

impl Statistics {
    /// Requests that were to make something.
    pub(crate) fn compiles(&self) -> u64 {
        self.requests - self.reasons.get(QUESTION).copied().unwrap_or_default()
    }

    /// What was counted after `before` was.
    pub(crate) fn since(&self, before: &Statistics) -> Statistics {
        let earlier = |reason: &str| before.reasons.get(reason).copied().unwrap_or_default();
        let more = |(reason, count): (&String, &u64)| Some((reason.clone(), count.checked_sub(earlier(reason))?));
        Statistics {
            requests: self.requests - before.requests,
            hits: self.hits - before.hits,
            misses: self.misses - before.misses,
            bypasses: self.bypasses - before.bypasses,
            failures: self.failures - before.failures,
            faults: self.faults - before.faults,
            reasons: self.reasons.iter().filter_map(more).filter(|(_, count)| *count > 0).collect(),
        }
    }
}

/// A cache that was empty when we began. Its daemon ends with this value.
pub(crate) struct Cache {
    client: PathBuf,
    folder: PathBuf,
}

impl Cache {
    /// Ends the daemon that an earlier run may have left in that folder, and empties it.
    pub(crate) fn fresh(client: &Path, folder: &Path) -> Result<Cache> {
        let cache = Cache { client: client.to_owned(), folder: folder.to_owned() };
        if folder.exists() {
            cache.stop()?;
            fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        Ok(cache)
    }

    /// Makes a command, and whatever it starts, use this cache and no other setting of the user's.
    pub(crate) fn used_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ZCCACHE_")) {
            command.env_remove(name);
        }
        command.env("ZCCACHE_CACHE_DIR", &self.folder)
    }

    /// What the daemon has counted so far.
    pub(crate) fn statistics(&self) -> Result<Statistics> {
        let json = process::output(self.used_by(Command::new(&self.client).args(["stats", "--json"])))?;
        serde_json::from_slice(&json).context("`zccache stats --json`")
    }

    fn stop(&self) -> Result<()> {
        process::quietly(self.used_by(Command::new(&self.client).arg("stop")))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("the daemon of {} may be running still: {error:#}", self.folder.display());
        }
    }
}

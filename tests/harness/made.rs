//! What a compile made, with and without the cache, byte for byte.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::counters::Counters;
use crate::run::{Run, run};
use crate::world::World;

/// What a compile came to: its streams and its end, and what stands at the paths that it was to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// How it ended, and what it wrote to its streams.
    pub run: Run,
    /// By path; none: nothing is there.
    pub files: BTreeMap<String, Option<Written>>,
}

/// A file that was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its permissions and kind.
    pub mode: u32,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hasher = DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        write!(f, "{} bytes ({:x}), mode {:o}", self.bytes.len(), hasher.finish(), self.mode)
    }
}

/// How a compile is to end for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// From the cache.
    Hit,
    /// Run, and stored.
    Miss,
    /// Run, and not stored.
    Unstored,
    /// Run as it is.
    Bypass,
    /// Run, and not well.
    Failure,
    /// Whatever is right.
    NoHit,
}

impl Expected {
    /// Whether one request was counted, and as this.
    #[track_caller]
    pub fn check(self, counters: &Counters) {
        let unstored = counters.reasons.keys().any(|reason| reason.starts_with("not stored"));
        let right = match self {
            Expected::Hit => counters.outcomes() == (1, 0, 0, 0, 0),
            Expected::Miss => counters.outcomes() == (0, 1, 0, 0, 0) && !unstored,
            Expected::Unstored => counters.outcomes() == (0, 1, 0, 0, 0) && unstored,
            Expected::Bypass => {
                let reasoned = counters.reasons.keys().any(|reason| reason.starts_with("bypass: "));
                counters.outcomes() == (0, 0, 1, 0, 0) && reasoned
            }
            Expected::Failure => counters.outcomes() == (0, 0, 0, 1, 0),
            Expected::NoHit => counters.requests == 1 && counters.hits == 0 && counters.faults == 0,
        };
        assert!(right, "not counted as {self:?}: {counters:?}");
    }
}

impl World {
    /// Removes the files that a command is to write, runs it, and takes what it made.
    #[track_caller]
    pub fn make(&self, command: &mut Command, outputs: &[&str]) -> Made {
        for output in outputs {
            self.remove(output);
        }
        let run = run(command);
        Made { run, files: self.written(outputs) }
    }

    /// What stands at these paths.
    pub fn written(&self, outputs: &[&str]) -> BTreeMap<String, Option<Written>> {
        let written = |path: &str| {
            let mode = fs::symlink_metadata(self.work.join(path)).ok()?.mode();
            Some(Written { bytes: self.read(path)?, mode })
        };
        outputs.iter().map(|path| (path.to_string(), written(path))).collect()
    }

    /// What a call makes without the cache.
    #[track_caller]
    pub fn make_bare(&self, call: &str, outputs: &[&str]) -> Made {
        self.make(&mut self.bare_command(call), outputs)
    }

    /// What a call makes through the cache.
    #[track_caller]
    pub fn make_cached(&self, call: &str, outputs: &[&str]) -> Made {
        self.make(&mut self.zccache(call.split_whitespace()), outputs)
    }

    /// Does something, and says what was counted for it.
    #[track_caller]
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> (T, Counters) {
        self.forget_counters();
        let done = work();
        (done, self.counters())
    }

    /// Runs a call without and with the cache: both must make the same. Says what was counted, which is one for each
    /// source.
    #[track_caller]
    pub fn compare(&self, call: &str, outputs: &[&str]) -> (Made, Counters) {
        let bare = self.make_bare(call, outputs);
        let (cached, counters) = self.count(|| self.make_cached(call, outputs));
        assert_eq!(cached, bare, "{call}");
        (cached, counters)
    }

    /// The same, and it must be counted as expected.
    #[track_caller]
    pub fn expect(&self, expected: Expected, call: &str, outputs: &[&str]) -> (Made, Counters) {
        let (made, counters) = self.compare(call, outputs);
        expected.check(&counters);
        (made, counters)
    }

    /// Runs a call that the cache has not seen twice: once it runs, once it comes from the cache, and both times it makes
    /// what it makes without the cache.
    #[track_caller]
    pub fn expect_cold_and_warm(&self, call: &str, outputs: &[&str]) -> Made {
        self.expect_cold_and_warm_but(call, outputs, &[])
    }

    /// The same where the compiler puts random bytes into some of the outputs: these are there as they are without the
    /// cache, and come back as they were stored.
    #[track_caller]
    pub fn expect_cold_and_warm_but(&self, call: &str, outputs: &[&str], random: &[&str]) -> Made {
        let comparable = |made: &Made| {
            let mut made = made.clone();
            let random = made.files.iter_mut().filter(|(path, _)| random.contains(&path.as_str()));
            random.filter_map(|(_, file)| file.as_mut()).for_each(|file| file.bytes.clear());
            made
        };
        let bare = self.make_bare(call, outputs);
        let (cold, counters) = self.count(|| self.make_cached(call, outputs));
        assert_eq!(comparable(&cold), comparable(&bare), "{call}: cold");
        Expected::Miss.check(&counters);
        let (warm, counters) = self.count(|| self.make_cached(call, outputs));
        assert_eq!(warm, cold, "{call}: warm");
        Expected::Hit.check(&counters);
        cold
    }
}

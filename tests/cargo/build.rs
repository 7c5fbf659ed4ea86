//! One run of cargo, and what came of it.

use std::fmt;

use cargo_metadata::{Artifact, Message};
use zccache_tests::{Counters, Run};

/// A run of cargo.
pub struct Build {
    /// How it ended.
    pub run: Run,
    /// What cargo says of each call of the compiler that it needs, in the order of their names: several run at once.
    pub units: Vec<Unit>,
    /// What the compiler had to say to people, in the order of the alphabet for the same reason.
    pub messages: Vec<String>,
    /// What the cache counted.
    pub counters: Counters,
}

/// A call of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// What it makes, of which package, in which profile.
    pub name: String,
    /// What it made was there and up to date.
    pub fresh: bool,
}

impl Unit {
    fn of(artifact: &Artifact) -> Unit {
        let Artifact { package_id, target, profile, features, fresh, .. } = artifact;
        let name = format!("{package_id} {:?} {} {features:?} {profile:?}", target.kind, target.name);
        Unit { name, fresh: *fresh }
    }
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "code {:?}, {:?}", self.run.code, self.counters)?;
        self.units.iter().try_for_each(|unit| writeln!(f, "{unit:?}"))?;
        writeln!(f, "{}{}", self.messages.concat(), self.run.err())
    }
}

impl Build {
    /// What cargo said in JSON, beside which tests may have said something else.
    pub fn of(run: Run, counters: Counters) -> Build {
        let (mut units, mut messages) = (Vec::new(), Vec::new());
        for message in Message::parse_stream(run.stdout.as_slice()) {
            match message.unwrap() {
                Message::CompilerArtifact(artifact) => units.push(Unit::of(&artifact)),
                Message::CompilerMessage(message) => messages.extend(message.message.rendered),
                _ => {}
            }
        }
        units.sort();
        messages.sort();
        Build { run, units, messages, counters }
    }

    /// Itself, if it went well.
    #[track_caller]
    pub fn expect_success(self) -> Build {
        assert!(self.run.succeeded(), "{self:?}");
        self
    }

    /// How often the compiler was called to make something.
    pub fn compiled(&self) -> u64 {
        self.units.iter().filter(|unit| !unit.fresh).count() as u64
    }

    /// How many of these were no business of the cache's: macros that clippy looks at.
    fn left_alone(&self) -> u64 {
        self.counters.reason("bypass: clippy-link")
    }

    /// Whether so many calls came from the cache, so many were run and stored, and nothing else happened but that cargo asked
    /// the compiler for its version and the like.
    #[track_caller]
    pub fn assert_counted(&self, hits: u64, misses: u64) {
        let Counters { bypasses, .. } = self.counters;
        let questions = self.counters.reason("bypass: question");
        assert_eq!(self.counters.outcomes(), (hits, misses, bypasses, 0, 0), "{:?}", self.counters);
        assert_eq!(questions + self.left_alone(), bypasses, "{:?}", self.counters);
        let unstored = self.counters.reasons.keys().any(|reason| reason.starts_with("not stored"));
        assert!(!unstored, "{:?}", self.counters);
        assert_eq!(hits + misses + self.left_alone(), self.compiled(), "{:?} for {:#?}", self.counters, self.units);
    }

    /// Whether everything that was made came from the cache.
    #[track_caller]
    pub fn assert_all_hits(&self) {
        self.assert_counted(self.compiled() - self.left_alone(), 0);
    }

    /// Whether nothing that was made came from the cache, and all of it is there now.
    #[track_caller]
    pub fn assert_all_misses(&self) {
        self.assert_counted(0, self.compiled() - self.left_alone());
    }

    /// Whether cargo found nothing to do.
    #[track_caller]
    pub fn assert_fresh(&self) {
        assert!(self.run.succeeded() && !self.units.is_empty(), "{self:?}");
        let stale: Vec<&Unit> = self.units.iter().filter(|unit| !unit.fresh).collect();
        assert!(stale.is_empty(), "made anew: {stale:#?}");
    }
}

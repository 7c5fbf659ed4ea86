//! What many steps came to.

use std::collections::BTreeMap;
use std::fmt;

use zccache_tests::{Counters, Watching};

/// Counts over any number of worlds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Compiles through the cache that were held against a bare one.
    pub compiles: u64,
    /// Repeats of them.
    pub repeats: u64,
    /// Requests that were answered from memory.
    pub answered: u64,
    /// Goings back to a state whose result was stored.
    pub reverts: u64,
    /// Of these, served from the cache.
    pub reverts_hit: u64,
    /// Why others were not.
    pub reverts_missed: BTreeMap<String, u64>,
    /// Compiles that show the time, and took so long that nothing can be said of them.
    pub undecided: u64,
    /// By how they ended and why: `bypass: several-sources`.
    pub reasons: BTreeMap<String, u64>,
    /// By how they ended.
    pub outcomes: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Adds what the cache of one world counted, and what it remembered.
    pub fn count(&mut self, counters: &Counters, watching: &Watching) {
        self.answered += watching.answered;
        for (what, counts) in [("not remembered", &watching.refused), ("forgotten", &watching.lost)] {
            for (reason, count) in counts {
                *self.reasons.entry(format!("{what}: {reason}")).or_default() += count;
            }
        }
        let Counters { hits, misses, bypasses, failures, faults, .. } = *counters;
        let outcomes =
            [("hits", hits), ("misses", misses), ("bypasses", bypasses), ("failures", failures), ("faults", faults)];
        for (name, count) in outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
        for (reason, count) in &counters.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
    }

    /// Adds all of another.
    pub fn add(&mut self, other: &Tally) {
        self.compiles += other.compiles;
        self.repeats += other.repeats;
        self.answered += other.answered;
        self.reverts += other.reverts;
        self.reverts_hit += other.reverts_hit;
        self.undecided += other.undecided;
        for (name, count) in &other.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
        let all = [(&mut self.reasons, &other.reasons), (&mut self.reverts_missed, &other.reverts_missed)];
        for (counts, others) in all {
            for (reason, count) in others {
                *counts.entry(reason.clone()).or_default() += count;
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcomes: Vec<String> = self.outcomes.iter().map(|(name, count)| format!("{count} {name}")).collect();
        writeln!(f, "{} compiles and {} repeats: {}", self.compiles, self.repeats, outcomes.join(", "))?;
        writeln!(f, "{} requests were answered from memory", self.answered)?;
        writeln!(f, "{} of {} goings back to a stored state were hits", self.reverts_hit, self.reverts)?;
        for (reason, count) in &self.reverts_missed {
            writeln!(f, "{count:7}  not  {reason}")?;
        }
        if self.undecided > 0 {
            writeln!(f, "{} compiles showed the time and took too long to judge", self.undecided)?;
        }
        let mut reasons: Vec<(&String, &u64)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), reason.as_str()));
        reasons.iter().try_for_each(|(reason, count)| writeln!(f, "{count:7}  {reason}"))
    }
}

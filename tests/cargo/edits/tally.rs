//! What many states came to.

use std::collections::BTreeMap;
use std::fmt;

use zccache_tests::Counters;

/// Counts over all states.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    hits: u64,
    misses: u64,
    failures: u64,
    /// Compiles of states that had been there before.
    pub known: u64,
    /// Of these, served from the cache.
    pub known_hit: u64,
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// Adds what was counted for a state; `known`: it had been there before.
    pub fn count(&mut self, counters: &Counters, known: bool) {
        let Counters { hits, misses, failures, .. } = *counters;
        self.hits += hits;
        self.misses += misses;
        self.failures += failures;
        if known {
            self.known += hits + misses + failures;
            self.known_hit += hits;
        }
        for (reason, count) in &counters.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { hits, misses, failures, known, known_hit, reasons } = self;
        writeln!(
            f,
            "{hits} hits, {misses} misses, {failures} failures; {known_hit} hits of {known} in states known before"
        )?;
        reasons.iter().try_for_each(|(reason, count)| writeln!(f, "{count:7}  {reason}"))
    }
}

//! What many steps came to.

use std::collections::BTreeMap;
use std::fmt;

use zccache_tests::{Counters, Watching};

use crate::exempt::PENDING;

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
    /// Repeats that must be hits, by the kind of the call.
    pub exact: BTreeMap<String, Repeats>,
    /// Compiles that show the time, and took so long that nothing can be said of them.
    pub undecided: u64,
    /// By how they ended and why: `bypass: several-sources`.
    pub reasons: BTreeMap<String, u64>,
    /// By how they ended.
    pub outcomes: BTreeMap<&'static str, u64>,
}

/// Repeats of calls whose results must be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// All of them. A call of several sources is several.
    pub requests: u64,
    /// Served from the cache.
    pub hits: u64,
    /// Not served for a reason of [`PENDING`], or since they fail.
    pub pending: u64,
    /// Why others were not: how often, and the first call.
    refused: BTreeMap<String, (u64, String)>,
}

impl Repeats {
    /// Of one call between two moments.
    pub fn between(before: &Counters, now: &Counters, call: &str) -> Repeats {
        let new = now.reasons.iter().map(|(reason, count)| (reason, count - before.reason(reason)));
        let refused =
            new.filter(|(_, count)| *count > 0).map(|(reason, count)| (reason.clone(), (count, call.to_owned())));
        let pending: u64 = PENDING.iter().map(|reason| now.reason(reason) - before.reason(reason)).sum();
        Repeats {
            requests: now.requests - before.requests,
            hits: now.hits - before.hits,
            pending: pending + (now.failures - before.failures),
            refused: refused.collect(),
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Repeats) {
        self.requests += other.requests;
        self.hits += other.hits;
        self.pending += other.pending;
        for (reason, (count, call)) in &other.refused {
            self.refused.entry(reason.clone()).or_insert_with(|| (0, call.clone())).0 += count;
        }
    }

    /// How many should have been served and were not.
    pub fn missed(&self) -> u64 {
        (self.requests - self.hits).saturating_sub(self.pending)
    }

    /// How many should have been served.
    pub fn due(&self) -> u64 {
        self.hits + self.missed()
    }
}

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refused.iter().try_for_each(|(reason, (count, call))| writeln!(f, "{count:15}  {reason}: {call}"))
    }
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

    /// All repeats that must be hits.
    pub fn repeats_due(&self) -> Repeats {
        let mut all = Repeats::default();
        self.exact.values().for_each(|repeats| all.add(repeats));
        all
    }

    /// Adds all of another.
    pub fn add(&mut self, other: &Tally) {
        self.compiles += other.compiles;
        self.repeats += other.repeats;
        self.answered += other.answered;
        self.reverts += other.reverts;
        self.reverts_hit += other.reverts_hit;
        self.undecided += other.undecided;
        for (kind, repeats) in &other.exact {
            self.exact.entry(kind.clone()).or_default().add(repeats);
        }
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
        let exact = self.repeats_due();
        writeln!(f, "{} of {} exact repeats were hits, {} more are pending", exact.hits, exact.due(), exact.pending)?;
        for (kind, repeats) in &self.exact {
            write!(f, "{:7} of {:6}  {kind}\n{repeats}", repeats.hits, repeats.due())?;
        }
        if self.undecided > 0 {
            writeln!(f, "{} compiles showed the time and took too long to judge", self.undecided)?;
        }
        let mut reasons: Vec<(&String, &u64)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), reason.as_str()));
        reasons.iter().try_for_each(|(reason, count)| writeln!(f, "{count:7}  {reason}"))
    }
}

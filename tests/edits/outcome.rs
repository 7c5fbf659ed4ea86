//! What the cache says that it did.

use zccache_tests::Counters;

/// How a compile ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every source of it was served.
    Hit,
    /// It ran, and everything of it can be served now.
    Stored,
    /// It ran, and something of it was not stored.
    NotStored,
    /// The cache kept out of it, at least of a part.
    Bypassed,
    /// The compiler did not end well.
    Failed,
    /// Trouble inside the cache.
    Fault,
}

impl Outcome {
    /// Of the compile between two moments. A compile of several sources may be several requests.
    pub fn between(before: &Counters, now: &Counters) -> Outcome {
        let not_stored = |counters: &Counters| -> u64 {
            let reasons = counters.reasons.iter().filter(|(reason, _)| reason.starts_with("not stored: "));
            reasons.map(|(_, count)| count).sum()
        };
        if now.faults > before.faults || now.requests == before.requests {
            Outcome::Fault
        } else if now.failures > before.failures {
            Outcome::Failed
        } else if now.bypasses > before.bypasses {
            Outcome::Bypassed
        } else if not_stored(now) > not_stored(before) {
            Outcome::NotStored
        } else if now.misses > before.misses {
            Outcome::Stored
        } else {
            Outcome::Hit
        }
    }

    /// Whether the cache holds all results of the compile.
    pub fn is_stored(self) -> bool {
        matches!(self, Outcome::Hit | Outcome::Stored)
    }
}

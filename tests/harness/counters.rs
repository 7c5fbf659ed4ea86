//! The counters of `zccache stats --json`.

use std::collections::BTreeMap;

use serde_json::Value;

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    /// All requests.
    pub requests: u64,
    /// Served from the cache.
    pub hits: u64,
    /// Run, and well.
    pub misses: u64,
    /// Run uncached.
    pub bypasses: u64,
    /// Run, and not well.
    pub failures: u64,
    /// Run uncached because of trouble.
    pub faults: u64,
    /// By reason.
    pub reasons: BTreeMap<String, u64>,
    /// Bytes that are stored.
    pub bytes: u64,
    /// Stored contents.
    pub blobs: u64,
    /// Stored results.
    pub results: u64,
    /// Damaged things dropped.
    pub dropped: u64,
}

impl Counters {
    /// Reads what `zccache stats --json` printed.
    #[track_caller]
    pub fn of_json(text: &str) -> Counters {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let number = |pointer: &str| {
            value.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {pointer} in {text}"))
        };
        let reasons = value["reasons"].as_object().into_iter().flatten();
        Counters {
            requests: number("/requests"),
            hits: number("/hits"),
            misses: number("/misses"),
            bypasses: number("/bypasses"),
            failures: number("/failures"),
            faults: number("/faults"),
            reasons: reasons.map(|(reason, count)| (reason.clone(), count.as_u64().unwrap_or(0))).collect(),
            bytes: number("/store/bytes"),
            blobs: number("/store/blobs"),
            results: number("/store/results"),
            dropped: number("/store/dropped"),
        }
    }

    /// Hits, misses, bypasses, failures, faults: what most tests look at.
    pub fn outcomes(&self) -> (u64, u64, u64, u64, u64) {
        (self.hits, self.misses, self.bypasses, self.failures, self.faults)
    }

    /// How often a reason was counted.
    pub fn reason(&self, reason: &str) -> u64 {
        self.reasons.get(reason).copied().unwrap_or(0)
    }
}

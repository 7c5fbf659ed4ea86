//! How a request ended, and the counters that count exactly that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a request ended. Every request ends in exactly one of these, and nothing else is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was put in place from the cache.
    Hit,
    /// The tool ran, and ended well.
    Miss {
        /// Why it had to run.
        miss: MissReason,
        /// Why the run was not stored; none: it was.
        not_stored: Option<String>,
    },
    /// The tool ran as it is, uncached, for this reason.
    Bypass(String),
    /// The tool ran and did not end well. It is stored only where its plugin keeps failures: the same failure is a hit then.
    Failed,
    /// The tool ran uncached because of trouble of this kind inside the cache or a plugin.
    Fault(FaultKind),
}

impl Outcome {
    /// What statistics count beside the request: why it was no hit.
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Outcome::Hit | Outcome::Failed => vec![],
            Outcome::Miss { miss, not_stored } => {
                let not_stored = not_stored.iter().map(|code| format!("not stored: {code}"));
                std::iter::once(format!("miss: {}", miss.code())).chain(not_stored).collect()
            }
            Outcome::Bypass(code) => vec![format!("bypass: {code}")],
            Outcome::Fault(kind) => vec![format!("fault: {}", kind.code())],
        }
    }
}

/// Why a tool had to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissReason {
    /// This context was never seen.
    Cold,
    /// It was, but with other content of its inputs, or the result of these is no longer stored.
    Changed,
    /// The stored result was damaged; it was dropped.
    Corrupt,
    /// A destination cannot be replaced as the tool would write it: no regular file, or a folder that is missing.
    Destination,
}

impl MissReason {
    /// The code that statistics count by.
    pub fn code(self) -> &'static str {
        match self {
            MissReason::Cold => "cold",
            MissReason::Changed => "changed",
            MissReason::Corrupt => "corrupt",
            MissReason::Destination => "destination",
        }
    }
}

/// What kind of trouble made the tool run uncached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A plugin trapped, ran out of memory or could not answer.
    PluginTrap,
    /// A plugin took too long.
    PluginTime,
    /// A plugin's answer breaks a rule of the host.
    PluginRule,
    /// A plugin had too many faults in a row and is left alone.
    PluginDisabled,
    /// The client went away before it said how the run ended.
    ClientGone,
    /// Reading or writing failed inside the daemon.
    Internal,
}

impl FaultKind {
    /// The code that statistics count by.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::PluginTrap => "plugin-trap",
            FaultKind::PluginTime => "plugin-time",
            FaultKind::PluginRule => "plugin-rule",
            FaultKind::PluginDisabled => "plugin-disabled",
            FaultKind::ClientGone => "client-gone",
            FaultKind::Internal => "internal",
        }
    }
}

/// Counts of outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Requests that have ended: the sum of the five below.
    pub requests: u64,
    /// See [`Outcome::Hit`].
    pub hits: u64,
    /// See [`Outcome::Miss`].
    pub misses: u64,
    /// See [`Outcome::Bypass`].
    pub bypasses: u64,
    /// See [`Outcome::Failed`].
    pub failures: u64,
    /// See [`Outcome::Fault`].
    pub faults: u64,
    /// Misses by `miss: code`, runs not stored by `not stored: code`, bypasses by `bypass: code`, faults by `fault: code`.
    pub reasons: BTreeMap<String, u64>,
}

impl Counters {
    /// Counts one request.
    pub fn count(&mut self, outcome: &Outcome) {
        self.requests += 1;
        match outcome {
            Outcome::Hit => self.hits += 1,
            Outcome::Failed => self.failures += 1,
            Outcome::Miss { .. } => self.misses += 1,
            Outcome::Bypass(_) => self.bypasses += 1,
            Outcome::Fault(_) => self.faults += 1,
        }
        for reason in outcome.reasons() {
            *self.reasons.entry(reason).or_default() += 1;
        }
    }
}

/// Counters of a cache: all requests, and those that each plugin decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// All requests.
    pub total: Counters,
    /// By plugin id.
    pub plugins: BTreeMap<String, Counters>,
}

impl Statistics {
    /// Counts one request, also for the plugin that decided it.
    pub fn count(&mut self, plugin: Option<&str>, outcome: &Outcome) {
        self.total.count(outcome);
        if let Some(plugin) = plugin {
            self.plugins.entry(plugin.to_owned()).or_default().count(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_counted_once_and_its_reason_beside_it() {
        let mut statistics = Statistics::default();
        statistics.count(Some("tool"), &Outcome::Hit);
        statistics.count(Some("tool"), &Outcome::Miss { miss: MissReason::Cold, not_stored: Some("date".into()) });
        statistics.count(None, &Outcome::Bypass("no-plugin".into()));
        assert_eq!((statistics.total.requests, statistics.total.hits, statistics.total.misses), (3, 1, 1));
        assert_eq!(statistics.plugins["tool"].requests, 2);
        assert_eq!(statistics.total.reasons["not stored: date"], 1);
        assert_eq!(statistics.total.reasons["bypass: no-plugin"], 1);
    }
}

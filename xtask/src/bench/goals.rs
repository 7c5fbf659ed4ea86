//! What the figures are held against.

use crate::bench::builds::{Build, warm};
use crate::bench::cache::OURS;
use crate::bench::cargo::RIPGREP;
use crate::bench::figures::Race;
use crate::bench::report::Report;

/// A goal, and what was measured.
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) limit: Limit,
    /// What `limit` and `measured` are in; empty: a ratio.
    pub(crate) unit: &'static str,
    /// None: this run did not measure it.
    pub(crate) measured: Option<f64>,
}

/// On which side of a number to be.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    /// Whether it is met; none: not measured.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let measured = self.measured?;
        Some(match self.limit {
            Limit::AtMost(limit) => measured <= limit,
            Limit::AtLeast(limit) => measured >= limit,
        })
    }
}

/// So many results are many.
const MANY: u64 = 100_000;
/// So many clients are many.
const CROWD: u32 = 64;

/// All of them.
pub(crate) fn goals(report: &Report) -> Vec<Goal> {
    use Limit::{AtLeast, AtMost};
    let goal = |what: &str, limit, unit, measured| Goal { what: what.to_owned(), limit, unit, measured };
    let c = report.hit.as_ref().map(|hit| &hit.c);
    let cpp = report.hit.as_ref().map(|hit| &hit.cpp);
    let point = |number| report.results.iter().find(|point| point.results == number);
    let start = |race: &Race| race.entry(OURS).map(|entry| entry.median_ms);
    let many = point(MANY);
    let crowd = report.clients.iter().find(|point| point.clients == CROWD);
    let mut goals = vec![
        goal("hit of a small C file, to the floor", AtMost(1.25), "", c.and_then(|race| ratio(race, OURS))),
        goal(
            "hit of a C++ file with 250+ headers, to the floor",
            AtMost(1.25),
            "",
            cpp.and_then(|race| ratio(race, OURS)),
        ),
        goal("ccache's hit of the small C file, to ours", AtLeast(2.5), "", c.and_then(|race| to_ours(race, "ccache"))),
        goal("ccache's hit of the C++ file, to ours", AtLeast(5.0), "", cpp.and_then(|race| to_ours(race, "ccache"))),
        goal(
            "throughput of 64 clients at once, to the floor's; no error",
            AtLeast(0.8),
            "",
            crowd.and_then(|point| Some(point.entry(OURS)?.ratio)),
        ),
    ];
    for cold in &report.cold {
        let what = format!("cold build of {}, -j{}, to the bare compiler's", cold.project, cold.jobs);
        goals.push(goal(&what, AtMost(1.02), "", cold.ratio()));
    }
    let ripgrep = report.cargo.iter().find(|build| build.project == RIPGREP);
    goals.extend([
        goal(
            "warm build of ripgrep by cargo, dev, to the bare compiler's",
            AtMost(0.25),
            "",
            ripgrep.and_then(|build| ratio(&build.race, &warm(OURS))),
        ),
        goal("what of it are hits, links included", AtLeast(95.0), "%", ripgrep.and_then(hit_percentage)),
    ]);
    goals.extend([
        goal("memory of the idle daemon", AtMost(60.0), "MB", point(0).map(|point| point.idle.resident_mb)),
        goal("memory with 100,000 results", AtMost(300.0), "MB", many.map(|point| point.used.resident_mb)),
        goal("start with 100,000 results", AtMost(50.0), "ms", many.and_then(|point| start(&point.start))),
        goal("the same after SIGKILL", AtMost(50.0), "ms", many.and_then(|point| start(&point.start_after_kill))),
    ]);
    goals
}

fn ratio(race: &Race, name: &str) -> Option<f64> {
    Some(race.entry(name)?.ratio)
}

/// How much of what was compiled were hits of ours.
fn hit_percentage(build: &Build) -> Option<f64> {
    let entry = build.race.entry(&warm(OURS))?;
    Some(100.0 * entry.hits? as f64 / entry.asked? as f64)
}

fn to_ours(race: &Race, name: &str) -> Option<f64> {
    Some(race.entry(name)?.median_ms / race.entry(OURS)?.median_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_on_its_side_of_the_limit_and_open_if_it_was_not_measured() {
        let goal = |limit, measured| Goal { what: String::new(), limit, unit: "", measured };
        assert_eq!(goal(Limit::AtMost(1.25), Some(1.25)).is_met(), Some(true));
        assert_eq!(goal(Limit::AtMost(1.25), Some(1.26)).is_met(), Some(false));
        assert_eq!(goal(Limit::AtLeast(0.8), Some(0.7)).is_met(), Some(false));
        assert_eq!(goal(Limit::AtLeast(0.8), None).is_met(), None);
    }
}

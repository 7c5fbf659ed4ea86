//! The demo's table.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::demo::project::{Project, Touched};
use crate::demo::run::Comparison;

/// One line a project, and below what needs more words.
pub(crate) fn print(rows: &[Comparison<'_>]) {
    println!();
    println!(
        "{:16}{:>6}{:>10}{:>10}{:>10}{:>10}   {:>12}{:>11}{:>14}",
        "project", "units", "bare", "cold", "warm", "touched", "misses cold", "hits warm", "hits touched"
    );
    for row in rows {
        println!(
            "{:16}{:>6}{:>10}{:>10}{:>10}{:>10}   {:>12}{:>11}{:>14}",
            row.project.name,
            row.made.units,
            seconds(row.bare),
            seconds(row.cold.time),
            seconds(row.warm.time),
            seconds(row.touched.time),
            row.cold.statistics.misses,
            row.warm.statistics.hits,
            row.touched.statistics.hits,
        );
    }
    println!();
    for note in rows.iter().flat_map(notes) {
        println!("{note}");
    }
}

/// What was not cached, by reason; what cannot be equal or cannot be a hit, and why.
fn notes(row: &Comparison<'_>) -> Vec<String> {
    let Project { name, random, touched, headerless, .. } = row.project;
    let mut notes: Vec<String> = Vec::new();
    for reason in
        row.runs().flat_map(|(_, cached)| cached.uncached().map(|(reason, _)| reason)).collect::<BTreeSet<_>>()
    {
        let counts: Vec<String> =
            row.runs().map(|(run, cached)| format!("{run} {}", cached.uncached_for(reason))).collect();
        notes.push(format!("{name}: {reason}: {}", counts.join(", ")));
    }
    if let Some(random) = random {
        notes.push(format!("{name}: {}; hits are held against what the cold build made", random.reason));
    }
    match touched {
        Touched::Misses(random) => notes.push(format!("{name} touched: all are misses, rightly: {}", random.reason)),
        Touched::Hits if *headerless > 0 => {
            notes.push(format!("{name} touched: {headerless} includes no header of the project and is not made again"));
        }
        Touched::Hits => {}
    }
    if row.made.tests > 0 {
        notes.push(format!("{name}: {} tests of its own passed, each time", row.made.tests));
    }
    notes
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

//! The demo's table.

use std::time::Duration;

use crate::demo::run::Comparison;

/// One line a project. Hits are those of the warm run, misses those of the cold one.
pub(crate) fn print(rows: &[Comparison]) {
    println!();
    println!("{:10}{:>7}{:>10}{:>10}{:>10}{:>8}{:>8}", "project", "units", "bare", "cold", "warm", "hits", "misses");
    for row in rows {
        println!(
            "{:10}{:>7}{:>10}{:>10}{:>10}{:>8}{:>8}",
            row.name,
            row.units,
            seconds(row.bare),
            seconds(row.cold.time),
            seconds(row.warm.time),
            row.warm.statistics.hits,
            row.cold.statistics.misses,
        );
    }
    println!();
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

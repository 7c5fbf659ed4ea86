//! The benchmark's table.

use crate::bench::contestant::Contestant;

/// Medians, and their ratio to that of the first contestant, the floor.
pub(crate) fn print(contestants: &[Contestant], rounds: u32) {
    let milliseconds = |contestant: &Contestant, share| contestant.quantile(share).as_secs_f64() * 1e3;
    let floor = contestants.first().map_or(f64::NAN, |floor| milliseconds(floor, 0.5));
    println!("\nwhole processes, {rounds} rounds in turn");
    println!("{:16}{:>12}{:>12}{:>10}", "", "median", "p90", "x floor");
    for contestant in contestants {
        let (median, tail) = (milliseconds(contestant, 0.5), milliseconds(contestant, 0.9));
        println!("{:16}{median:>9.3} ms{tail:>9.3} ms{:>10.2}", contestant.name, median / floor);
    }
}

//! A command that is run many times, how long each run took, and how several of them take turns.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::cache::Cache;
use crate::bench::figures::Race;
use crate::bench::options::Scale;
use crate::process;

/// One line of a table.
pub(crate) struct Contestant {
    name: String,
    command: Command,
    /// It takes part in every so many rounds.
    every: u32,
    times: Vec<Duration>,
}

impl Contestant {
    /// A command that ends well and says nothing.
    pub(crate) fn new(name: &str, mut command: Command) -> Contestant {
        quiet(&mut command);
        Contestant { name: name.to_owned(), command, every: 1, times: Vec::new() }
    }

    /// One that is too slow to take part in each round.
    pub(crate) fn seldom(mut self, every: u32) -> Contestant {
        self.every = every;
        self
    }
}

/// Makes a command read and say nothing, and be started like all others: one with a variable of its own takes longer to
/// start, since an environment is made for it. So all have one.
pub(crate) fn quiet(command: &mut Command) {
    command.stdin(Stdio::null()).stdout(Stdio::null()).env("BENCH", "1");
}

/// Makes this process, and so all that it starts, work in a folder. A command with a folder of its own would be started by
/// a plain fork of this process, which takes longer than the floor itself and holds up all threads that start others.
pub(crate) fn enter(folder: &Path) -> Result<()> {
    std::env::set_current_dir(folder).with_context(|| folder.display().to_string())
}

/// Runs the command and says how long it took, from before it is started until it was waited for.
pub(crate) fn timed(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let status = command.status();
    let time = start.elapsed();
    process::checked(command, status)?;
    Ok(time)
}

/// Lets all take turns. The `caches` among them must hit each time: ours, or it is an error; of the others it is noted how
/// often they did.
pub(crate) fn take_turns(scale: &Scale, rounds: u32, mut all: Vec<Contestant>, caches: &[Cache]) -> Result<Race> {
    for contestant in &mut all {
        for _ in 0..scale.warm_up.min(if contestant.every > 1 { 2 } else { u32::MAX }) {
            timed(&mut contestant.command)?;
        }
    }
    let before = caches.iter().map(Cache::counts).collect::<Result<Vec<_>>>()?;
    for turns in in_turn(all.len()).take(rounds as usize).zip(0..) {
        let (order, round) = turns;
        for index in order {
            let contestant = &mut all[index];
            if round % contestant.every == 0 {
                contestant.times.push(timed(&mut contestant.command)?);
            }
        }
    }
    let times: Vec<_> = all.into_iter().map(|contestant| (contestant.name, contestant.times)).collect();
    let mut race = Race::of(&times);
    for (cache, before) in caches.iter().zip(before) {
        let hits = cache.counts()?.hits.saturating_sub(before.hits);
        ensure!(!cache.is_ours() || hits == u64::from(rounds), "of {rounds} measured runs {hits} were hits");
        race.note_hits(cache.name(), hits);
    }
    Ok(race)
}

/// Rounds without end, in each of which everyone has a turn. The order of each round is drawn, the same in each run: who
/// always came after the bare compiler would always find the processor's caches full of that.
pub(crate) fn in_turn(contestants: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut random = fastrand::Rng::with_seed(1);
    std::iter::repeat_with(move || {
        let mut order: Vec<usize> = (0..contestants).collect();
        random.shuffle(&mut order);
        order
    })
}

#[cfg(test)]
mod tests {
    use super::in_turn;

    #[test]
    fn everyone_has_one_turn_in_each_round_and_nobody_always_follows_the_same() {
        let rounds: Vec<Vec<usize>> = in_turn(4).take(50).collect();
        for round in &rounds {
            let mut sorted = round.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
        }
        let before_second: std::collections::BTreeSet<usize> =
            rounds.iter().filter_map(|round| round.windows(2).find(|pair| pair[1] == 1).map(|pair| pair[0])).collect();
        assert_eq!(before_second.into_iter().collect::<Vec<_>>(), [0, 2, 3]);
    }
}

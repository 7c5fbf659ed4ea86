//! A miss of a unit that compiles in 0.1 to 0.2 s, where what a cache adds begins to matter. Each run is of a call that
//! was never made before, and everyone has a turn in each round.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::cache::{Cache, OURS};
use crate::bench::contestant::{enter, in_turn, quiet, timed};
use crate::bench::figures::Race;
use crate::bench::unit::Unit;
use crate::bench::world::{AGAIN, BARE, World, command_through};
use crate::process;

/// A program that starts the compiler and waits: whatever stands before a compiler takes as long.
const STARTER: &str = "floor: starts the compiler";

/// Before each run. What a cache still does for the one before must not be done in this one's time.
const REST: Duration = Duration::from_millis(20);

/// What was measured: ratios are the medians of those in each round.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Miss {
    pub(crate) race: Race,
}

impl Miss {
    /// How much longer a contestant takes than the bare compiler, milliseconds.
    pub(crate) fn added_ms(&self, ratio: f64) -> Option<f64> {
        Some((ratio - 1.0) * self.race.entry(BARE)?.median_ms)
    }
}

/// One that takes part.
struct Contestant<'a> {
    name: &'a str,
    launcher: Option<&'a Path>,
    cache: Option<&'a Cache>,
    times: Vec<Duration>,
}

pub(crate) fn measure(world: &World) -> Result<Miss> {
    let unit = Unit::slow(&world.folder("miss")?)?;
    let starter = starter(&unit.folder)?;
    let caches = world.caches()?;
    let plain = |name, launcher| Contestant { name, launcher, cache: None, times: Vec::new() };
    let mut all = vec![plain(BARE, None), plain(AGAIN, None), plain(STARTER, Some(starter.as_path()))];
    all.extend(
        caches.iter().map(|cache| Contestant { cache: Some(cache), ..plain(cache.name(), Some(cache.program())) }),
    );
    enter(&unit.folder)?;

    let rounds = world.scale.misses + world.scale.warm_up;
    let mut calls = 0;
    for (order, round) in in_turn(all.len()).take(rounds as usize).zip(0..) {
        for index in order {
            let Contestant { name, launcher, cache, times } = &mut all[index];
            calls += 1;
            let mut command = unit.command(*launcher, name);
            command.arg(format!("-DCALL={calls}"));
            quiet(&mut command);
            if let Some(cache) = cache {
                cache.used_by(&mut command);
            }
            thread::sleep(REST);
            let time = timed(&mut command)?;
            if round >= world.scale.warm_up {
                times.push(time);
            }
        }
    }
    for cache in caches.iter().filter(|cache| cache.is_ours()) {
        let misses = cache.counts()?.misses;
        ensure!(misses == u64::from(rounds), "of {rounds} runs {misses} were misses");
        process::quietly(&mut command_through(&unit, cache, OURS))?;
        unit.check(OURS)?;
    }
    let times: Vec<_> = all.into_iter().map(|one| (one.name.to_owned(), one.times)).collect();
    Ok(Miss { race: Race::of_rounds(&times) })
}

/// Compiles the program that only starts the compiler.
fn starter(folder: &Path) -> Result<PathBuf> {
    let (program, source) = (folder.join("starter"), folder.join("starter.c"));
    std::fs::write(&source, include_str!("starter.c")).with_context(|| source.display().to_string())?;
    process::quietly(Command::new("gcc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source))?;
    Ok(program)
}

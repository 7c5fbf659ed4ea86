//! How the daemon grows with the number of stored results: its start, its start after it was killed, a hit, its memory.

use std::process::Command;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::bench::cache::{Cache, OURS};
use crate::bench::contestant::{enter, in_turn, timed};
use crate::bench::daemon::{self, Memory};
use crate::bench::figures::Race;
use crate::bench::floor::Floor;
use crate::bench::unit::Unit;
use crate::bench::world::{FLOOR, World, command_through};
use crate::process;

/// A cache of so many results.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    pub(crate) results: u64,
    /// From the start of `zccached` until it says that it is ready, after one that left in peace.
    pub(crate) start: Race,
    /// The same after one that was killed right after it had stored something.
    pub(crate) start_after_kill: Race,
    pub(crate) hit: Race,
    /// Nobody has asked it anything yet; every plugin's image is loaded.
    pub(crate) idle: Memory,
    /// After these hits, and a miss or two.
    pub(crate) used: Memory,
}

pub(crate) fn measure(world: &World) -> Result<Vec<Results>> {
    let cache = world.ours()?;
    let folder = world.folder("results")?;
    let unit = Unit::c(&folder)?;
    let floor = Floor::of(&unit)?;
    enter(&folder)?;
    let mut filled = 0;
    let mut number = 0;
    let mut all = Vec::new();
    for results in world.scale.results {
        daemon::stop(&cache)?;
        fill(world, &cache, filled, *results)?;
        filled = *results;
        let mut running = false;
        let starts = world.scale.starts;
        let start = starts_in_turn(starts, &floor, &unit, || {
            if running {
                daemon::stop(&cache)?;
            }
            running = true;
            daemon::start(&world.programs.daemon, &cache)
        })?;
        let idle = daemon::memory(&cache)?;
        let start_after_kill = starts_in_turn(starts, &floor, &unit, || {
            number += 1;
            let unit = Unit::numbered(&folder, number)?;
            timed(&mut command_through(&unit, &cache, "numbered"))?;
            daemon::kill(&cache)?;
            daemon::start(&world.programs.daemon, &cache)
        })?;
        let hit = world.hit(&unit, std::slice::from_ref(&cache), (world.scale.hits / 2).max(1))?;
        let used = daemon::memory(&cache)?;
        all.push(Results { results: *results, start, start_after_kill, hit, idle, used });
    }
    Ok(all)
}

/// Adds results up to this number.
fn fill(world: &World, cache: &Cache, filled: u64, results: u64) -> Result<()> {
    if results == filled {
        return Ok(());
    }
    let mut command = Command::new(&world.programs.fill);
    command.arg(cache.folder()).args([filled.to_string(), results.to_string()]);
    process::output(&mut command).map(drop)
}

/// The floor's server and our daemon start in turn.
fn starts_in_turn(
    starts: u32,
    floor: &Floor,
    unit: &Unit,
    mut ours: impl FnMut() -> Result<std::time::Duration>,
) -> Result<Race> {
    let mut times = [(FLOOR.to_owned(), Vec::new()), (OURS.to_owned(), Vec::new())];
    for order in in_turn(times.len()).take(starts as usize) {
        for index in order {
            let time = if index == 0 { floor.start_time(&unit.folder)? } else { ours()? };
            times[index].1.push(time);
        }
    }
    Ok(Race::of(&times))
}

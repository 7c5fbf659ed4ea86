//! The first hit after the daemon was started anew, of something stored before, a fresh one each time.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::cache::Cache;
use crate::bench::contestant::{enter, in_turn, timed};
use crate::bench::daemon;
use crate::bench::figures::Race;
use crate::bench::floor::Floor;
use crate::bench::unit::Unit;
use crate::bench::world::{FLOOR, World, command_through};

/// What was measured.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Restart {
    /// The daemon was told to stop, and started.
    pub(crate) after_stop: Race,
    /// It was killed, and started.
    pub(crate) after_kill: Race,
    /// It was told to stop: the hit starts it itself.
    pub(crate) starting_it: Race,
}

/// How a daemon comes to be new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anew {
    Stopped,
    Killed,
    Absent,
}

pub(crate) fn measure(world: &World) -> Result<Restart> {
    let caches: Vec<Cache> = world.caches()?.into_iter().filter(Cache::has_daemon).collect();
    let folder = world.folder("restart")?;
    let floor_unit = Unit::c(&folder)?;
    let floor = Floor::of(&floor_unit)?;
    enter(&folder)?;
    let rounds = u64::from(world.scale.restarts);
    let units = (0..3 * rounds).map(|number| Unit::numbered(&folder, number)).collect::<Result<Vec<_>>>()?;
    for cache in &caches {
        for unit in &units {
            timed(&mut command_through(unit, cache, cache.name()))?;
        }
    }
    let mut parts = units.chunks(rounds as usize);
    let mut race = |how| first_hits(&floor, parts.next().unwrap_or_default(), &caches, how);
    Ok(Restart { after_stop: race(Anew::Stopped)?, after_kill: race(Anew::Killed)?, starting_it: race(Anew::Absent)? })
}

/// One hit of each unit by each cache, in turn with the floor.
fn first_hits(floor: &Floor, units: &[Unit], caches: &[Cache], anew: Anew) -> Result<Race> {
    // Only the process of ours is known.
    let caches: Vec<&Cache> = caches.iter().filter(|cache| anew != Anew::Killed || cache.is_ours()).collect();
    let mut times = vec![(FLOOR.to_owned(), Vec::new())];
    times.extend(caches.iter().map(|cache| (cache.name().to_owned(), Vec::new())));
    let mut hits = vec![0; caches.len()];
    for (order, unit) in in_turn(times.len()).zip(units) {
        for index in order {
            let Some(cache) = index.checked_sub(1) else {
                times[index].1.push(timed(&mut floor.command("floor"))?);
                continue;
            };
            let (time, hit) = first_hit(unit, caches[cache], anew)?;
            times[index].1.push(time);
            hits[cache] += u64::from(hit);
        }
    }
    let mut race = Race::of(&times);
    for (cache, hits) in caches.iter().zip(hits) {
        race.note_hits(cache.name(), hits);
    }
    Ok(race)
}

fn first_hit(unit: &Unit, cache: &Cache, anew: Anew) -> Result<(Duration, bool)> {
    let before = cache.counts()?;
    match anew {
        Anew::Killed => daemon::kill(cache)?,
        Anew::Stopped | Anew::Absent if cache.is_ours() => daemon::stop(cache)?,
        Anew::Stopped | Anew::Absent => cache.stop()?,
    }
    if anew != Anew::Absent {
        cache.start()?;
    }
    let time = timed(&mut command_through(unit, cache, cache.name()))?;
    let hit = cache.has_hit_since_start(before)?;
    ensure!(hit || !cache.is_ours(), "what was stored before the daemon was started anew was no hit");
    Ok((time, hit))
}

//! Hits of many clients at once, as a build with many jobs has them, each with an output of its own.

use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::cache::Cache;
use crate::bench::contestant::{enter, in_turn, quiet, timed};
use crate::bench::figures::quantile;
use crate::bench::floor::Floor;
use crate::bench::unit::Unit;
use crate::bench::world::{FLOOR, World, command_through};

/// So many clients at once.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Clients {
    pub(crate) clients: u32,
    /// Hits of each, in each round.
    pub(crate) hits: u32,
    pub(crate) rounds: u32,
    pub(crate) entries: Vec<Throughput>,
}

/// Of one contestant.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Throughput {
    pub(crate) name: String,
    /// Median over the rounds.
    pub(crate) hits_per_second: f64,
    /// To that of the floor.
    pub(crate) ratio: f64,
}

impl Clients {
    /// The contestant of that name, if it was there.
    pub(crate) fn entry(&self, name: &str) -> Option<&Throughput> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

/// Makes the command of one client; the text names its outputs.
type MakeCommand<'a> = Box<dyn Fn(&str) -> Command + Sync + 'a>;

pub(crate) fn measure(world: &World) -> Result<Vec<Clients>> {
    let caches = world.caches()?;
    let unit = Unit::c(&world.folder("clients")?)?;
    let floor = Floor::of(&unit)?;
    enter(&unit.folder)?;
    let mut contestants: Vec<(&str, MakeCommand<'_>)> = vec![(FLOOR, Box::new(|name| floor.command(name)))];
    for cache in &caches {
        contestants.push((cache.name(), Box::new(|name| command_through(&unit, cache, name))));
    }
    // What is measured are hits, of clients that find their outputs there.
    world.scale.clients.iter().map(|clients| together(world, &caches, &contestants, *clients)).collect()
}

fn together(world: &World, caches: &[Cache], contestants: &[(&str, MakeCommand<'_>)], clients: u32) -> Result<Clients> {
    let (hits, rounds) = (world.scale.client_hits, world.scale.client_rounds);
    for (name, make) in contestants {
        // One alone: that all ask for the same at once is another matter than a hit.
        timed(commands(name, make, 1).next().as_mut().ok_or_else(|| anyhow!("no client"))?)?;
        run(commands(name, make, clients), 1)?;
    }
    let ours = |caches: &[Cache]| caches.iter().filter(|cache| cache.is_ours()).map(Cache::counts).next().transpose();
    let before = ours(caches)?.unwrap_or_default();
    let mut measured: Vec<Vec<f64>> = vec![Vec::new(); contestants.len()];
    for order in in_turn(contestants.len()).take(rounds as usize) {
        for index in order {
            let (name, make) = &contestants[index];
            let time = run(commands(name, make, clients), hits)?;
            measured[index].push(f64::from(clients * hits) / time.as_secs_f64());
        }
    }
    let after = ours(caches)?.unwrap_or_default();
    let expected = u64::from(clients * hits * rounds);
    let counted = after.hits - before.hits;
    ensure!(counted == expected, "of {expected} compiles of {clients} clients at once {counted} were hits");
    let medians: Vec<f64> = measured.iter().map(|values| quantile(values, 0.5)).collect();
    let floor = medians.first().copied().unwrap_or(f64::NAN);
    let entry = |(&(name, _), median): (&(&str, MakeCommand<'_>), &f64)| Throughput {
        name: name.to_owned(),
        hits_per_second: *median,
        ratio: median / floor,
    };
    Ok(Clients { clients, hits, rounds, entries: contestants.iter().zip(&medians).map(entry).collect() })
}

fn commands<'a>(name: &'a str, make: &'a MakeCommand<'a>, clients: u32) -> impl Iterator<Item = Command> + use<'a> {
    (0..clients).map(move |client| {
        let mut command = make(&format!("{name}-{client}"));
        quiet(&mut command);
        command
    })
}

/// Lets every command run so many times, one thread each, and says how long all of it took.
fn run(commands: impl Iterator<Item = Command>, times: u32) -> Result<Duration> {
    let commands: Vec<Command> = commands.collect();
    let ready = Barrier::new(commands.len() + 1);
    thread::scope(|scope| {
        let ready = &ready;
        let client = |mut command: Command| {
            move || {
                ready.wait();
                (0..times).try_for_each(|_| timed(&mut command).map(drop))
            }
        };
        let threads: Vec<_> = commands.into_iter().map(|command| scope.spawn(client(command))).collect();
        ready.wait();
        let start = Instant::now();
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a client's thread panicked"))??;
        }
        Ok(start.elapsed())
    })
}

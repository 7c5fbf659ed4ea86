//! What misses add to a build. That is less than two builds of the same project differ by on a busy machine, so the build
//! is made in slices: each by the compiler alone, by the compiler alone once more, and through an empty cache, in turn.
//! How far the second is from the first says what the third is worth. And it is counted how much of the processors' time
//! the daemon takes, which the machine's other users do not change.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::builds::folder;
use crate::bench::cache::{Cache, OURS, without_settings};
use crate::bench::contestant::in_turn;
use crate::bench::daemon::ticks;
use crate::bench::figures::{Race, milliseconds, quantile};
use crate::bench::world::{AGAIN, BARE, World};
use crate::demo::{Project, Tree, zstd};
use crate::workspace::Workspace;

/// Which turn is the bare compiler's second, and which goes through the cache.
const AGAIN_TURN: usize = 1;
const CACHED: usize = 2;

/// A project, built in slices with so many jobs.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Cold {
    pub(crate) project: String,
    pub(crate) jobs: usize,
    /// Compiles in one build.
    pub(crate) units: usize,
    /// The sums of all slices, in each round.
    pub(crate) rounds: Race,
    /// The sum of what the slices take, of each the median of all rounds.
    pub(crate) slices: Race,
    /// How many slices a build has.
    #[serde(default)]
    pub(crate) parts: usize,
    /// How much longer than by the compiler alone the median slice takes, milliseconds: by the compiler again, and through the
    /// cache.
    #[serde(default)]
    pub(crate) added_ms: [f64; 2],
    /// Per cent of the processor time of a build that the daemon took.
    pub(crate) daemon_percent: f64,
}

impl Cold {
    /// What the build through the cache takes, in builds by the compiler alone.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.rounds.entry(OURS)?.ratio)
    }
}

/// Builds zstd without parallel jobs, and with as many as the largest of its build.
pub(crate) fn measure(world: &World, workspace: &Workspace) -> Result<Vec<Cold>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut jobs = vec![1, 4 * cores];
    if !world.scale.all_builds {
        jobs.remove(0);
    }
    let project = zstd();
    let of = |contestant| folder(world, workspace, &project, contestant);
    let (bare, again, cached) = (of("bare")?, of("bare-again")?, of("zccache")?);
    let cache = world.ours()?;
    let plainly = |command: &mut Command| {
        without_settings(command);
    };
    let through = |command: &mut Command| {
        cache.used_by(command);
    };
    let mut trees = [
        Tree::new(&project, &bare, &plainly),
        Tree::new(&project, &again, &plainly),
        Tree::new(&project, &cached, &through),
    ];
    trees[CACHED].configure(Some(cache.program()))?;

    let built = trees[0].build(4 * cores)?.outputs;
    let objects: Vec<_> = built.units().cloned().collect();
    built.remove().context("what was built")?;
    jobs.into_iter().map(|jobs| in_slices(world, &cache, &project, &trees, &objects, jobs)).collect()
}

/// Builds all objects in slices of as many as there are jobs, again and again.
fn in_slices(
    world: &World,
    cache: &Cache,
    project: &Project,
    trees: &[Tree<'_>; 3],
    objects: &[PathBuf],
    jobs: usize,
) -> Result<Cold> {
    let mut rounds = [BARE, AGAIN, OURS].map(|name| (name.to_owned(), Vec::new()));
    let parts = objects.chunks(jobs);
    let mut slices = [BARE, AGAIN, OURS].map(|name| (name.to_owned(), vec![Vec::new(); parts.len()]));
    let (mut taken, mut of_daemon) = (0, 0);
    let mut turns = in_turn(trees.len());
    for _ in 0..world.scale.builds {
        cache.empty()?;
        let daemon = cache.pid()?.to_string();
        let before = cache.counts()?;
        let idle = ticks(&daemon)?;
        let mut sums = [Duration::ZERO; 3];
        for (part, slice) in parts.clone().enumerate() {
            for index in turns.next().unwrap_or_default() {
                // What the one before left to be written must not be written in this one's time.
                rustix::fs::sync();
                let children = ticks("self")?.children;
                let time = trees[index].make_objects(slice, jobs)?;
                if index == CACHED {
                    taken += ticks("self")?.children - children;
                }
                slices[index].1[part].push(time);
                sums[index] += time;
            }
        }
        let busy = ticks(&daemon)?;
        of_daemon += busy.own + busy.children - idle.own - idle.children;
        let after = cache.counts()?;
        let misses = after.misses - before.misses;
        ensure!(misses == objects.len() as u64, "{misses} misses of {} units", objects.len());
        for (tree, ((_, times), sum)) in trees.iter().zip(rounds.iter_mut().zip(sums)) {
            times.push(sum);
            tree.outputs()?.remove().context("what was built")?;
        }
    }
    Ok(Cold {
        project: project.name.to_owned(),
        jobs,
        units: objects.len(),
        rounds: Race::of_rounds(&rounds),
        slices: Race::of_parts(&slices),
        parts: parts.len(),
        added_ms: [AGAIN_TURN, CACHED].map(|turn| median_difference(&slices[turn].1, &slices[0].1)),
        daemon_percent: 100.0 * of_daemon as f64 / (taken + of_daemon) as f64,
    })
}

/// By how much parts take longer than others do, milliseconds: the median over all parts, of the medians of each.
fn median_difference(parts: &[Vec<Duration>], others: &[Vec<Duration>]) -> f64 {
    let median = |times: &Vec<Duration>| quantile(&milliseconds(times), 0.5);
    let differences: Vec<f64> = parts.iter().zip(others).map(|(part, other)| median(part) - median(other)).collect();
    quantile(&differences, 0.5)
}

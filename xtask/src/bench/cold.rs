//! What misses add to a build. That is less than two builds of the same project differ by on a busy machine, so the build
//! is made in slices: each by the compiler alone, by the compiler alone once more, and through an empty cache, in turn.
//! How far the second is from the first says what the third is worth.

use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::builds::folder;
use crate::bench::cache::{OURS, without_settings};
use crate::bench::contestant::in_turn;
use crate::bench::figures::Race;
use crate::bench::world::{BARE, World};
use crate::demo::{Tree, zstd};
use crate::workspace::Workspace;

/// The bare compiler's second turn.
pub(crate) const AGAIN: &str = "bare compiler, again";

/// Units in a slice for each job. With fewer than two of them the processors would stand still too long at each slice's end,
/// where the cache could work for nothing.
const UNITS_PER_JOB: usize = 2;

/// A project, built in slices with so many jobs.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Cold {
    pub(crate) project: String,
    pub(crate) jobs: usize,
    /// Compiles in one build.
    pub(crate) units: usize,
    /// The sums of all slices, in each round.
    pub(crate) race: Race,
}

/// Builds zstd without parallel jobs, and with as many as the largest of its build.
pub(crate) fn measure(world: &World, workspace: &Workspace) -> Result<Vec<Cold>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut jobs = vec![1, 4 * cores];
    if !world.scale.all_builds {
        jobs.remove(0);
    }
    let project = zstd();
    let folders = ["bare", "bare-again", "zccache"].map(|name| folder(world, workspace, &project, name));
    let [bare, again, cached] = folders;
    let (bare, again, cached) = (bare?, again?, cached?);
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
    trees[2].configure(Some(cache.program()))?;

    let built = trees[0].build(4 * cores)?.outputs;
    let objects: Vec<_> = built.units().cloned().collect();
    built.remove().context("what was built")?;
    let mut measured = Vec::new();
    for jobs in jobs {
        let mut times = [BARE, AGAIN, OURS].map(|name| (name.to_owned(), Vec::new()));
        let mut turns = in_turn(trees.len());
        for _ in 0..world.scale.builds {
            cache.empty()?;
            let before = cache.counts()?;
            let mut sums = [Duration::ZERO; 3];
            for slice in objects.chunks(UNITS_PER_JOB * jobs) {
                for index in turns.next().unwrap_or_default() {
                    // What the one before left to be written must not be written in this one's time.
                    rustix::fs::sync();
                    sums[index] += trees[index].make_objects(slice, jobs)?;
                }
            }
            let after = cache.counts()?;
            let misses = after.misses - before.misses;
            ensure!(misses == objects.len() as u64, "{misses} misses of {} units", objects.len());
            for (tree, ((_, times), sum)) in trees.iter().zip(times.iter_mut().zip(sums)) {
                times.push(sum);
                tree.outputs()?.remove().context("what was built")?;
            }
        }
        let race = Race::of_rounds(&times);
        measured.push(Cold { project: project.name.to_owned(), jobs, units: objects.len(), race });
    }
    Ok(measured)
}

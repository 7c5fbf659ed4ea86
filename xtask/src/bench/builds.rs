//! Whole builds: by the compiler alone, with empty caches, and with caches that have everything.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::cache::{Cache, OURS, without_settings};
use crate::bench::contestant::in_turn;
use crate::bench::figures::Race;
use crate::bench::world::{BARE, World};
use crate::demo::{Project, Tree, fetch, googletest_library, zstd};
use crate::workspace::Workspace;

/// A project, built with so many jobs.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Build {
    pub(crate) project: String,
    pub(crate) jobs: usize,
    /// Compiles in one build.
    pub(crate) units: u64,
    /// The bare compiler, then for each cache `<name>, cold` and `<name>, warm`.
    pub(crate) race: Race,
}

/// Builds all projects with each number of jobs.
pub(crate) fn measure(world: &World, workspace: &Workspace) -> Result<Vec<Build>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (mut projects, mut jobs) = (vec![zstd(), googletest_library()], vec![1, 4 * cores]);
    if !world.scale.all_builds {
        projects.truncate(1);
        jobs.remove(0);
    }
    let caches = world.caches()?;
    let mut builds = Vec::new();
    for project in &projects {
        let folders = folders(world, workspace, project, &caches)?;
        for jobs in &jobs {
            let build = build(world, project, &folders, &caches, *jobs)?;
            let units = build.units * u64::from(world.scale.builds);
            let hits = build.race.entry(&warm(OURS)).and_then(|entry| entry.hits);
            ensure!(hits == Some(units), "of {units} units {} came warm", hits.unwrap_or_default());
            builds.push(build);
        }
    }
    Ok(builds)
}

/// What a cache is called where it has everything.
pub(crate) fn warm(cache: &str) -> String {
    format!("{cache}, warm")
}

/// A folder with the sources for the bare compiler, and one for each cache: paths are in keys, and what one has built
/// must be nobody else's.
pub(crate) fn folders(
    world: &World,
    workspace: &Workspace,
    project: &Project,
    caches: &[Cache],
) -> Result<Vec<PathBuf>> {
    let names = std::iter::once("bare").chain(caches.iter().map(Cache::name));
    names.map(|name| folder(world, workspace, project, name)).collect()
}

/// A folder with the sources for one contestant.
pub(crate) fn folder(world: &World, workspace: &Workspace, project: &Project, contestant: &str) -> Result<PathBuf> {
    let folder = world.folder(&format!("build-{}", contestant.replace(' ', "-")))?;
    fetch(workspace, std::slice::from_ref(project), &folder)?;
    Ok(folder.join(project.name))
}

/// Builds a project by the bare compiler and by each cache, cold and warm, in turn.
pub(crate) fn build<'a>(
    world: &World,
    project: &'a Project,
    folders: &'a [PathBuf],
    caches: &'a [Cache],
    jobs: usize,
) -> Result<Build> {
    let bare = |command: &mut Command| {
        without_settings(command);
    };
    let cached = |cache: &'a Cache| {
        move |command: &mut Command| {
            cache.used_by(command);
        }
    };
    let cached: Vec<_> = caches.iter().map(cached).collect();
    let mut prepare: Vec<&(dyn Fn(&mut Command) + Sync)> = vec![&bare];
    prepare.extend(cached.iter().map(|prepare| prepare as &(dyn Fn(&mut Command) + Sync)));
    let mut trees = Vec::new();
    for (index, (folder, prepare)) in folders.iter().zip(prepare).enumerate() {
        let mut tree = Tree::new(project, folder, prepare);
        tree.configure(index.checked_sub(1).map(|cache| caches[cache].program()))?;
        trees.push(tree);
    }

    let mut times = vec![(BARE.to_owned(), Vec::new())];
    for cache in caches {
        times.push((format!("{}, cold", cache.name()), Vec::new()));
        times.push((warm(cache.name()), Vec::new()));
    }
    let mut hits = vec![0; caches.len()];
    let mut asked = 0;
    let mut units = 0;
    for order in in_turn(trees.len()).take(world.scale.builds as usize) {
        for index in order {
            let Some(cache) = index.checked_sub(1) else {
                let made = once(&trees[index], jobs)?;
                units = made.units;
                times[0].1.push(made.time);
                continue;
            };
            caches[cache].empty()?;
            times[2 * cache + 1].1.push(once(&trees[index], jobs)?.time);
            let before = caches[cache].counts()?;
            times[2 * cache + 2].1.push(once(&trees[index], jobs)?.time);
            let after = caches[cache].counts()?;
            hits[cache] += after.hits - before.hits;
            if let (Some(after), Some(before)) = (after.asked, before.asked) {
                asked += after - before;
            }
        }
    }
    let mut race = Race::of_rounds(&times);
    for (cache, hits) in caches.iter().zip(hits) {
        race.note_hits(&warm(cache.name()), hits);
    }
    race.note_asked(&warm(OURS), asked);
    Ok(Build { project: project.name.to_owned(), jobs, units, race })
}

/// One build from nothing.
struct Made {
    time: Duration,
    units: u64,
}

fn once(tree: &Tree<'_>, jobs: usize) -> Result<Made> {
    // What the one before left to be written must not be written in this one's time.
    rustix::fs::sync();
    let built = tree.build(jobs)?;
    built.outputs.remove().context("what was built")?;
    Ok(Made { time: built.time, units: built.made.units })
}

//! Whole builds by cargo: by the compiler alone, with empty caches, and with caches that have everything.

use std::thread;

use anyhow::Result;

use crate::bench::builds::{Build, build, folders};
use crate::bench::cache::Kind;
use crate::bench::world::World;
use crate::demo::{Project, ripgrep, ripgrep_release, ripgrep_whole, tally};
use crate::workspace::Workspace;

/// What the goals are about.
pub(crate) const RIPGREP: &str = "ripgrep, dev";

/// Those that cache what rustc makes.
const CACHES: [Kind; 2] = [Kind::Zccache, Kind::Sccache];

/// Builds each project with as many jobs as cargo would take.
pub(crate) fn measure(world: &World, workspace: &Workspace) -> Result<Vec<Build>> {
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let caches = world.caches_of(&CACHES)?;
    let mut projects = projects();
    if !world.scale.all_builds {
        projects.truncate(1);
    }
    let measured = |(name, project): &(&str, Project)| {
        let folders = folders(world, workspace, project, &caches)?;
        Ok(Build { project: (*name).to_owned(), ..build(world, project, &folders, &caches, jobs)? })
    };
    projects.iter().map(measured).collect()
}

/// With what they are called in the document.
fn projects() -> Vec<(&'static str, Project)> {
    vec![
        (RIPGREP, ripgrep()),
        ("ripgrep, dev, CARGO_INCREMENTAL=0", ripgrep_whole()),
        ("ripgrep, release", ripgrep_release()),
        ("a workspace with serde, clap and tokio, dev", tally()),
    ]
}

//! What a run was made on: enough to read its figures by, nothing that names the machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::bench::cache;
use crate::bench::world::World;
use crate::process;
use crate::workspace::Workspace;

/// Of one run.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) system: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) compiler: String,
    /// Names and versions of the caches.
    pub(crate) caches: Vec<(String, String)>,
    /// Those that were not there.
    pub(crate) missing: Vec<String>,
}

pub(crate) fn look(world: &World, workspace: &Workspace) -> Result<Machine> {
    let git = ["describe", "--always", "--dirty"];
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(Machine {
        date: line(Command::new("date").args(["--utc", "+%Y-%m-%d"]))?,
        // Sources that came without git are of no commit.
        commit: line(Command::new("git").args(git).current_dir(&workspace.root)).unwrap_or_default(),
        system: line(Command::new("uname").args(["-s", "-r", "-m"]))?,
        processor: processor.map(|(_, name)| name.to_owned()).unwrap_or_default(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        compiler: format!("gcc {}, rustc {}", cache::version(Path::new("gcc"))?, rustc_version()?),
        caches: world.versions()?,
        missing: world.missing(),
    })
}

/// `rustc 1.95.0 (...)`
fn rustc_version() -> Result<String> {
    let said = line(Command::new("rustc").arg("--version"))?;
    said.split(' ').nth(1).map(str::to_owned).context("rustc tells no version")
}

fn line(command: &mut Command) -> Result<String> {
    let said = String::from_utf8(process::output(command)?).context("not text")?;
    Ok(said.trim().to_owned())
}

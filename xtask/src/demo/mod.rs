//! `cargo xtask demo`: real projects compiled bare, cold, warm, and once more after all their headers were touched; every
//! output is held against the bare compiler's.

mod project;
mod projects;
mod rust;
mod sources;

mod built;
mod cargo;
mod makefile;
mod outputs;
mod tree;

mod run;
mod table;

use anyhow::{Result, bail};
use clap::Args;

pub(crate) use crate::demo::cargo::prepare as prepare_cargo;
pub(crate) use crate::demo::project::Project;
pub(crate) use crate::demo::projects::{googletest_library, zstd};
pub(crate) use crate::demo::rust::{ripgrep, ripgrep_release, ripgrep_whole, tally};
pub(crate) use crate::demo::sources::{crate_folder, fetch, vendor};
pub(crate) use crate::demo::tree::Tree;
use crate::statistics::Cache;
use crate::tool::{Purpose, Tool};
use crate::workspace::Workspace;
use crate::{build, setup};

/// Which projects; by default the few that take minutes.
#[derive(Default, Args)]
pub(crate) struct Options {
    /// Also SQLite, googletest, Boost and Eigen, precompiled headers and coverage; by cargo ripgrep, a workspace, and zccache
    /// itself: half an hour on two processors
    #[arg(long)]
    all: bool,
    /// Of all projects only these, by comma
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

impl Options {
    fn projects(&self) -> Result<Vec<Project>> {
        if self.only.is_empty() {
            return Ok(if self.all { projects::all() } else { projects::default() });
        }
        let mut projects = projects::all();
        let is_known = |name: &&String| projects.iter().any(|project| project.name == **name);
        if let Some(unknown) = self.only.iter().find(|name| !is_known(name)) {
            let names: Vec<&str> = projects.iter().map(|project| project.name).collect();
            bail!("there is no project '{unknown}'; there are: {}", names.join(", "));
        }
        projects.retain(|project| self.only.iter().any(|name| name == project.name));
        Ok(projects)
    }
}

/// Compiles the projects, an error if anything that a cache promises does not hold.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let projects = options.projects()?;
    setup::run(workspace, if options.all { Purpose::AllProjects } else { Purpose::Build })?;
    check_tools(&projects)?;
    let client = build::client(workspace)?;
    let folder = workspace.target.join("demo");
    sources::fetch(workspace, &projects, &folder)?;
    let cache = Cache::fresh(&client, &folder.join("cache"))?;
    let mut rows = Vec::new();
    let mut broken = Vec::new();
    for project in &projects {
        let comparison = run::compare(project, &folder.join(project.name), &client, &cache)?;
        broken.extend(comparison.broken_promises());
        rows.push(comparison);
    }
    table::print(&rows);
    if !broken.is_empty() {
        bail!("{}", broken.join("\n       "));
    }
    println!("every output, cold, warm and after the touch, is byte for byte the bare compiler's");
    Ok(())
}

/// An error that says how to get what the projects need and this machine does not have.
fn check_tools(projects: &[Project]) -> Result<()> {
    let mut missing: Vec<&Tool> = projects.iter().flat_map(|project| &project.needs).copied().collect();
    missing.retain(|tool| tool.path().is_none());
    missing.sort_by_key(|tool| tool.name);
    missing.dedup_by_key(|tool| tool.name);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|tool| tool.name).collect();
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages).copied().collect();
    bail!("missing: {}; `sudo apt-get install {}` brings it", names.join(", "), packages.join(" "))
}

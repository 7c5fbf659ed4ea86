//! `cargo xtask demo`: real projects compiled bare, cold and warm, and every output held against the bare compiler's.

mod project;
mod run;
mod sources;
mod table;

use anyhow::{Result, bail};

use crate::statistics::Cache;
use crate::tool::Purpose;
use crate::workspace::Workspace;
use crate::{build, setup};

/// Compiles all projects; an error if anything that a cache promises does not hold.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, Purpose::Build)?;
    let programs = build::run(workspace)?;
    let folder = workspace.target.join("demo");
    sources::fetch(&folder)?;
    let cache = Cache::fresh(&programs.client, &folder.join("cache"))?;
    let mut rows = Vec::new();
    let mut broken = Vec::new();
    for project in project::all() {
        let comparison = run::compare(&project, &folder.join(project.name), &programs.client, &cache)?;
        broken.extend(comparison.broken_promises());
        rows.push(comparison);
    }
    table::print(&rows);
    if !broken.is_empty() {
        bail!("{}", broken.join("\n       "));
    }
    println!("every object and depfile, cold and warm, is byte for byte the bare compiler's");
    Ok(())
}

//! Which projects are surveyed, and how.

use std::thread;

use anyhow::{Result, bail};
use clap::Args;

use crate::survey::project::Project;
use crate::survey::projects;

/// What a person asks for.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these projects, by comma; docs/ is written by a run of all, or with --keep
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Prints the projects, and ends
    #[arg(long)]
    pub(crate) list: bool,
    /// Puts the rows of these projects into docs/ as soon as each is done, and leaves all others there as they are
    #[arg(long)]
    pub(crate) keep: bool,
    /// Leaves out projects whose row in docs/ is of this commit and without a fault; goes on with a run that was broken off
    #[arg(long, requires = "keep")]
    pub(crate) resume: bool,
    /// Jobs at once [default: the processors]
    #[arg(long)]
    jobs: Option<usize>,
    /// How often each build is made; the times are medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Installs what the projects need first, and ccache, as packages of the system
    #[arg(long)]
    pub(crate) setup: bool,
    /// Instead: only brings and prepares the sources, which the network is needed for
    #[arg(long, conflicts_with_all = ["keep", "stamps"])]
    pub(crate) fetch: bool,
    /// Instead: builds each twice by the compilers alone, and prints what differs, which is what it stamps itself
    #[arg(long, conflicts_with = "keep")]
    pub(crate) stamps: bool,
    /// Keeps the trees of all builds for a look
    #[arg(long)]
    pub(crate) keep_trees: bool,
}

impl Options {
    /// The projects, in the order of the document.
    pub(crate) fn projects(&self) -> Result<Vec<Project>> {
        let mut projects = projects::all();
        let is_known = |name: &&String| projects.iter().any(|project| project.name == **name);
        if let Some(unknown) = self.only.iter().find(|name| !is_known(name)) {
            bail!("there is no project '{unknown}'; `cargo xtask survey --list` names them");
        }
        projects.retain(|project| self.only.is_empty() || self.only.iter().any(|name| name == project.name));
        Ok(projects)
    }

    /// Whether these are all.
    pub(crate) fn is_full(&self) -> bool {
        self.only.is_empty()
    }

    /// Jobs at once.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
    }
}

//! What of the benchmark is run, and how often.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// What a person asks for.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these sections, by comma; docs/ is written by a run of all, or with --keep
    #[arg(long, value_delimiter = ',')]
    only: Vec<Section>,
    /// Puts the figures of these sections into docs/ and leaves those of all others there as they are, each with its run
    #[arg(long, conflicts_with = "quick")]
    pub(crate) keep: bool,
    /// How often each hit is measured [default: 500]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// How often each project is built by each [default: 5]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    builds: Option<u32>,
    /// Small numbers, to see that everything works: figures of no worth, docs/ stays as it is
    #[arg(long)]
    quick: bool,
    /// Installs the caches that we are compared with: ccache by apt-get, the others into target/bench/peers
    #[arg(long)]
    pub(crate) install_peers: bool,
    /// Prints each figure beside that of an earlier run, and their ratio
    #[arg(long, value_name = "JSON")]
    pub(crate) against: Option<PathBuf>,
}

/// A part of the benchmark that can be run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Section {
    /// A hit of a small C file, and of a C++ file with 250 headers
    Hit,
    /// How a hit grows with the headers of its source
    Headers,
    /// Hits of many clients at once
    Clients,
    /// How start, hit and memory of the daemon grow with what is stored
    Results,
    /// The first hit after the daemon was started anew
    Restart,
    /// What is added to a short compile that misses
    Miss,
    /// What a plugin takes to plan a call
    Plan,
    /// What misses add to a build, made in slices in turn with the bare compiler's
    Cold,
    /// Whole builds of C and C++, cold and warm
    Builds,
    /// Whole builds by cargo, cold and warm
    Cargo,
}

impl Section {
    /// As it is called on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How much of everything.
pub(crate) struct Scale {
    /// Runs of each contestant before anything is measured: caches fill, pages are read, memories are made.
    pub(crate) warm_up: u32,
    /// Measured hits of each contestant.
    pub(crate) hits: u32,
    /// The bare compiler, which is slow, is measured in every so many rounds only.
    pub(crate) bare_every: u32,
    /// Headers of the sources that the growth is measured with.
    pub(crate) headers: &'static [u32],
    /// Clients at once.
    pub(crate) clients: &'static [u32],
    /// Hits of each of these clients.
    pub(crate) client_hits: u32,
    /// How often they all run.
    pub(crate) client_rounds: u32,
    /// Results in the cache.
    pub(crate) results: &'static [u64],
    /// Starts of the daemon with as many results.
    pub(crate) starts: u32,
    /// First hits after a restart.
    pub(crate) restarts: u32,
    /// Misses of each contestant.
    pub(crate) misses: u32,
    /// Calls of a plugin.
    pub(crate) plans: u32,
    /// Builds of each project.
    pub(crate) builds: u32,
    /// Whether every project is built, also without parallel jobs.
    pub(crate) all_builds: bool,
}

impl Options {
    /// The sections that are to be run.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let is_wanted = |section: &Section| self.only.is_empty() || self.only.contains(section);
        Section::value_variants().iter().copied().filter(is_wanted).collect()
    }

    /// Whether the figures are worth keeping with the project, and are all of them.
    pub(crate) fn is_full(&self) -> bool {
        self.only.is_empty() && !self.quick
    }

    /// The numbers.
    pub(crate) fn scale(&self) -> Scale {
        let usual = if self.quick { Scale::QUICK } else { Scale::FULL };
        Scale { hits: self.rounds.unwrap_or(usual.hits), builds: self.builds.unwrap_or(usual.builds), ..usual }
    }
}

impl Scale {
    const FULL: Scale = Scale {
        warm_up: 20,
        hits: 500,
        bare_every: 20,
        headers: &[10, 100, 1000],
        clients: &[1, 8, 64],
        client_hits: 100,
        client_rounds: 3,
        results: &[0, 1_000, 10_000, 100_000],
        starts: 20,
        restarts: 20,
        misses: 100,
        plans: 2000,
        builds: 5,
        all_builds: true,
    };

    const QUICK: Scale = Scale {
        warm_up: 3,
        hits: 40,
        bare_every: 20,
        headers: &[10, 100],
        clients: &[1, 8, 64],
        client_hits: 10,
        client_rounds: 1,
        results: &[0, 1_000],
        starts: 3,
        restarts: 3,
        misses: 5,
        plans: 100,
        builds: 1,
        all_builds: false,
    };
}

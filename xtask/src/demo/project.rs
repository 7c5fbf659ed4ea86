//! What a project of the demo is: where its sources come from, how it is built, and how to see that what was built works.

use crate::tool::Tool;

/// A project.
pub(crate) struct Project {
    /// For people, and the folder in `target/demo`.
    pub(crate) name: &'static str,
    /// What it cannot be built without, besides what the demo itself needs.
    pub(crate) needs: Vec<&'static Tool>,
    /// What is copied to `src`.
    pub(crate) sources: Vec<Sources>,
    /// How it is built into `out`.
    pub(crate) build: Build,
    /// What a shell runs in `out` after each build. It ends well, and prints the same each time.
    pub(crate) proof: &'static str,
    /// How many units include no header of the project: those that a touch of all headers leaves alone. Cargo tells by itself.
    pub(crate) headerless: u64,
    /// Outputs that the compiler alone makes differently each time.
    pub(crate) random: Option<Random>,
    /// What comes of a compile whose headers were touched and not changed.
    pub(crate) touched: Touched,
}

/// A folder that is copied into a project's `src`.
pub(crate) struct Sources {
    /// Where the folder is.
    pub(crate) origin: Origin,
    /// The folder, from there on.
    pub(crate) folder: &'static str,
    /// What it is called in `src`; empty: it is `src`.
    pub(crate) name: &'static str,
}

/// Where sources come from.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    /// A crate of exactly this version: another has other files.
    Crate(&'static str, &'static str),
    /// This repository.
    Workspace,
    /// The system: its package manager put them there.
    System,
}

/// How a project is built.
pub(crate) enum Build {
    /// By gcc and a makefile that is written for it.
    Make {
        /// The folders in `src` whose `.c` files are compiled.
        compiled: &'static [&'static str],
        /// Files in `src` that are compiled besides.
        besides: &'static [&'static str],
        /// Compiler flags.
        flags: Vec<&'static str>,
    },
    /// By its own CMake description and Ninja.
    CMake {
        /// What CMake is told.
        definitions: &'static [&'static str],
    },
    /// By cargo.
    Cargo {
        /// The commands, one after the other.
        commands: &'static [&'static [&'static str]],
        /// The target folders in `out`, all at once; empty: it is `out`.
        targets: &'static [&'static str],
        /// Whether what is the project's own is compiled incrementally; none: as cargo sees fit.
        incremental: Option<bool>,
        /// Whether it is built with the settings that it brings.
        settings: bool,
    },
}

/// Outputs that the compiler makes of more than what it is given.
pub(crate) struct Random {
    /// The suffix that they have and nothing else has.
    pub(crate) suffix: &'static str,
    /// Why they are what they are.
    pub(crate) reason: &'static str,
}

/// What a touched header makes of the units that include it.
pub(crate) enum Touched {
    /// Its content is what counts: all are hits.
    Hits,
    /// The compiler itself looks at its time and keeps it in these outputs: all are misses.
    Misses(Random),
}

//! The project's own commands, `cargo xtask <command>`: what a person types, and what continuous integration runs.
#![forbid(unsafe_code)]

mod bench;
mod build;
mod demo;
mod fuzz;
mod process;
mod setup;
mod statistics;
mod survey;
mod test;
mod tool;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

/// One file each.
#[derive(Subcommand)]
enum Task {
    /// Says which tools the build needs and which are here; installs what is missing
    #[command(after_help = "Example: cargo xtask setup --tests")]
    Setup {
        /// Also what the tests and `demo --all` run and compile
        #[arg(long)]
        tests: bool,
    },
    /// Builds the release programs, plugins included
    #[command(after_help = "Example: cargo xtask build")]
    Build,
    /// Compiles Lua and zstd bare, cold and warm, and holds the results against each other
    #[command(
        after_help = "Example: cargo xtask demo --all\nZCCACHE_TEST_BIN_DIR: a folder with programs to try, instead of building"
    )]
    Demo(demo::Options),
    /// Runs everything that continuous integration runs
    #[command(after_help = "Example: cargo xtask test")]
    Test,
    /// Measures what a hit, a start and a build cost, in turn with the least that any cache must do and with other caches
    #[command(after_help = "Example: cargo xtask bench --only hit --rounds 200\n\
        Writes docs/performance.*, or those in target/bench if it was not all and not with --keep, or --quick.\n\
        ZCCACHE_TEST_BIN_DIR: a folder with programs to measure, instead of building")]
    Bench(bench::Options),
    /// The server of the floor, which the benchmark starts
    #[command(name = bench::FLOOR_SERVER, hide = true)]
    FloorServer { socket: PathBuf, files: Vec<PathBuf> },
    /// Changes a small project at random and holds each compile through the cache against the bare one
    #[command(after_help = "Example: cargo xtask fuzz --compiler g++-12 --layout searched --seconds 600")]
    Fuzz(fuzz::Fuzz),
    /// Builds real projects bare and by caches, cold and warm: what comes from the cache, and why the rest does not
    #[command(after_help = "Example: cargo xtask survey --setup --only nginx,redis\n\
        Writes docs/survey.*, or those in target/survey if it was not all and not with --keep.\n\
        ZCCACHE_TEST_BIN_DIR: a folder with programs to try, instead of building")]
    Survey(survey::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    if let Task::FloorServer { socket, files } = task {
        return bench::serve_floor(&socket, &files);
    }
    let workspace = Workspace::find()?;
    match task {
        Task::FloorServer { .. } => Ok(()),
        Task::Setup { tests } => {
            setup::run(&workspace, if tests { tool::Purpose::AllProjects } else { tool::Purpose::Build })
        }
        Task::Build => build::run(&workspace).map(drop),
        Task::Demo(options) => demo::run(&workspace, &options),
        Task::Test => test::run(&workspace),
        Task::Bench(options) => bench::run(&workspace, &options),
        Task::Fuzz(fuzz) => fuzz::run(&workspace, &fuzz),
        Task::Survey(options) => survey::run(&workspace, &options),
    }
}

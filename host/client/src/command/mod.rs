//! The commands for people.

mod clear;
mod start;
mod stats;
mod status;
mod stop;
mod talk;

use clap::{Parser, Subcommand};

/// Names of commands: as the first argument they are no compilers.
pub const NAMES: &[&str] = &["start", "stop", "status", "stats", "clear", "help"];

/// A compiler cache.
///
/// Put it before a compiler: `zccache cc ...`. Or link a compiler's name to it in a folder early in PATH.
#[derive(Parser)]
#[command(
    name = "zccache",
    version,
    arg_required_else_help = true,
    subcommand_value_name = "COMMAND | COMPILER [ARGUMENT]..."
)]
#[command(
    after_help = "Examples:\n  zccache cc ARGUMENTS\n  make CC='zccache cc'\n  cmake -DCMAKE_C_COMPILER_LAUNCHER=zccache ...\n\nZCCACHE_DISABLE=1 runs every compiler as if zccache were not there."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the daemon (it also starts by itself)
    #[command(after_help = "Example:\n  zccache start")]
    Start,
    /// Stop the daemon, once everything is on disk
    #[command(after_help = "Example:\n  zccache stop")]
    Stop,
    /// Show whether the daemon runs, what it keeps and which plugins it has
    #[command(after_help = "Example:\n  zccache status --json")]
    Status {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show hits, misses and why compiles were not cached
    #[command(after_help = "Example:\n  zccache stats --zero")]
    Stats {
        /// As one JSON object
        #[arg(long)]
        json: bool,
        /// Start counting afresh after showing
        #[arg(long)]
        zero: bool,
    },
    /// Forget every stored result
    #[command(after_help = "Example:\n  zccache clear")]
    Clear {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Carries out the command that this process was called with. Gives its exit code.
pub fn run() -> u8 {
    let done = match Arguments::parse().command {
        Command::Start => start::run(),
        Command::Stop => stop::run(),
        Command::Status { json } => status::run(json),
        Command::Stats { json, zero } => stats::run(json, zero),
        Command::Clear { json } => clear::run(json),
    };
    match done {
        Ok(()) => 0,
        Err(why) => {
            eprintln!("zccache: {why}");
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Arguments, NAMES};

    #[test]
    fn every_command_is_known_to_the_wrapper_and_shows_an_example() {
        let command = Arguments::command();
        command.clone().debug_assert();
        for subcommand in command.get_subcommands() {
            assert!(NAMES.contains(&subcommand.get_name()), "{}", subcommand.get_name());
            assert!(subcommand.get_after_help().is_some_and(|help| help.to_string().contains("zccache ")));
        }
    }
}

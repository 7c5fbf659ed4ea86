//! `cargo xtask fuzz`: the random edits of the suite `edits` with one compiler, for as long as one likes.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::workspace::Workspace;
use crate::{build, process};

/// Names the folder of the programs under test, for the suites. Without it they are built first.
const PROGRAMS: &str = "ZCCACHE_TEST_BIN_DIR";

/// What is run, and for how long.
#[derive(Args)]
pub(crate) struct Fuzz {
    /// The compiler
    #[arg(long, value_enum, default_value_t = Compiler::Gcc)]
    compiler: Compiler,
    /// Ends after so many seconds; a failure is made shorter for up to ten minutes more [default: 60, without --steps]
    #[arg(long)]
    seconds: Option<u64>,
    /// Ends after so many compiles
    #[arg(long)]
    steps: Option<u64>,
    /// Repeats a run; without it a fresh one is drawn and printed
    #[arg(long)]
    seed: Option<u64>,
    /// Has the daemon look at every file for every compile
    #[arg(long)]
    no_watcher: bool,
    /// Instead: edits by several writers while several compiles run (gcc and clang only)
    #[arg(long)]
    writers: bool,
}

/// A compiler that the suite has a test for.
#[derive(Clone, Copy, ValueEnum)]
enum Compiler {
    Gcc,
    #[value(name = "g++")]
    Gxx,
    Clang,
    #[value(name = "clang++")]
    Clangxx,
}

impl Compiler {
    /// As the suite's tests are named.
    fn name(self) -> &'static str {
        match self {
            Compiler::Gcc => "gcc",
            Compiler::Gxx => "gxx",
            Compiler::Clang => "clang",
            Compiler::Clangxx => "clangxx",
        }
    }
}

impl Fuzz {
    /// The test of the suite.
    fn test(&self) -> String {
        const WRITERS: &str = "writers::writers_that_work_while_compiles_run_never_make_a_stale_answer";
        const EDITS: &str = "random_edits_never_make_a_wrong_hit_with";
        let compiler = self.compiler.name();
        match (self.writers, self.no_watcher) {
            (false, false) => format!("{EDITS}_{compiler}"),
            (false, true) => format!("{EDITS}_{compiler}_and_no_watcher"),
            (true, false) => format!("{WRITERS}_with_{compiler}"),
            // With gcc.
            (true, true) => format!("{WRITERS}_without_the_watcher"),
        }
    }
}

/// Runs it.
pub(crate) fn run(workspace: &Workspace, fuzz: &Fuzz) -> Result<()> {
    let programs = match env::var_os(PROGRAMS) {
        Some(folder) => PathBuf::from(folder),
        None => build::run(workspace)?.folder().to_owned(),
    };
    let seconds = fuzz.seconds.or(if fuzz.steps.is_none() { Some(60) } else { None });
    let variables =
        [("ZCCACHE_EDIT_SECONDS", seconds), ("ZCCACHE_EDIT_STEPS", fuzz.steps), ("ZCCACHE_EDIT_SEED", fuzz.seed)];
    let mut cargo = process::cargo();
    cargo.current_dir(&workspace.root).args(["test", "--quiet", "-p", "zccache-tests", "--test", "edits", "--"]);
    let test = fuzz.test();
    cargo.args(["--exact", "--nocapture", &test]);
    cargo.env(PROGRAMS, programs).env("ZCCACHE_TEST_REQUIRE", "1").env_remove("RUST_BACKTRACE");
    for (name, value) in variables {
        match value {
            Some(value) => cargo.env(name, value.to_string()),
            None => cargo.env_remove(name),
        };
    }
    process::announce(&cargo);
    let mut child = cargo.stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
    let stdout = child.stdout.take().expect("the output of a child spawned with a pipe is a pipe");
    let (mut passed, mut seed) = (false, None);
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        seed = seed.or_else(|| line.split_once(": seed ").map(|(_, seed)| seed.to_owned()));
        passed |= line.starts_with("test result: ok. 1 passed");
        println!("{line}");
    }
    let status = child.wait();
    // Said last: whoever kept only the end of a long report can run it again.
    let again = || format!("`--seed {}` repeats it", seed.as_deref().unwrap_or("<that of the first line>"));
    process::checked(&cargo, status).with_context(again)?;
    if !passed {
        bail!("the suite `edits` has no test `{test}`");
    }
    Ok(())
}

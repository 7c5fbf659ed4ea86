//! `cargo xtask fuzz`: the random edits of the suite `edits` with one compiler, for as long as one likes.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::workspace::Workspace;
use crate::{build, process};

/// Names the folder of the programs under test, for the suites. Without it they are built first.
const PROGRAMS: &str = "ZCCACHE_TEST_BIN_DIR";

/// What is run, and for how long.
#[derive(Args)]
pub(crate) struct Fuzz {
    /// The compiler, by any name or path: `clang++-19`. One with `++` in its name is given C++
    #[arg(long, default_value = "gcc")]
    compiler: String,
    /// The only layout of the calls: `apart`, `searched`, `beside`, `generated`, `libtool`, `cmake`, `unity`, `configure`, `input`,
    /// `nothing` [default: each in turn]
    #[arg(long)]
    layout: Option<String>,
    /// Takes the first repeat that is no hit for a failure, and makes it shorter
    #[arg(long)]
    hits: bool,
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
    /// Instead: edits by several writers while several compiles run (C only)
    #[arg(long)]
    writers: bool,
}

impl Fuzz {
    /// The test of the suite.
    fn test(&self) -> String {
        const WRITERS: &str = "writers::writers_that_work_while_compiles_run_never_make_a_stale_answer";
        const EDITS: &str = "random_edits_never_make_a_wrong_hit_with";
        // The compiler itself is named by a variable.
        let compiler = if self.compiler.contains("++") { "gxx" } else { "gcc" };
        match (self.writers, self.no_watcher) {
            (false, false) => format!("{EDITS}_{compiler}"),
            (false, true) => format!("{EDITS}_{compiler}_and_no_watcher"),
            (true, false) => format!("{WRITERS}_with_{compiler}"),
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
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let variables = [
        ("ZCCACHE_EDIT_SECONDS", number(seconds)),
        ("ZCCACHE_EDIT_STEPS", number(fuzz.steps)),
        ("ZCCACHE_EDIT_SEED", number(fuzz.seed)),
        ("ZCCACHE_EDIT_COMPILER", Some(fuzz.compiler.clone())),
        ("ZCCACHE_EDIT_LAYOUT", fuzz.layout.clone()),
        ("ZCCACHE_EDIT_HITS", fuzz.hits.then(|| "1".to_owned())),
    ];
    let mut cargo = process::cargo();
    cargo.current_dir(&workspace.root).args(["test", "--quiet", "-p", "zccache-tests", "--test", "edits", "--"]);
    let test = fuzz.test();
    cargo.args(["--exact", "--nocapture", &test]);
    cargo.env(PROGRAMS, programs).env("ZCCACHE_TEST_REQUIRE", "1").env_remove("RUST_BACKTRACE");
    for (name, value) in variables {
        match value {
            Some(value) => cargo.env(name, value),
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

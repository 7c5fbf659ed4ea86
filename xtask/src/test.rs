//! `cargo xtask test`: everything that continuous integration runs, in order, up to the first failure.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::tool::{self, Purpose};
use crate::workspace::Workspace;
use crate::{build, demo, process, setup};

/// What the tests of one section add to the closing line.
#[derive(Default)]
struct Counts {
    passed: u64,
    ignored: u64,
}

/// Runs all sections.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut done = Vec::new();
    section("tools", &mut done, || setup::run(workspace, Purpose::Tests))?;
    section("format", &mut done, || cargo(workspace, &["fmt", "--all", "--check"], &[]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    section("lints", &mut done, || cargo(workspace, &clippy, &[]))?;
    let doc = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    section("documentation", &mut done, || cargo(workspace, &doc, &[("RUSTDOCFLAGS", "-D warnings")]))?;
    let programs = section("release programs", &mut done, || build::run(workspace))?;
    section("demo", &mut done, || demo::run(workspace, &demo::Options::default()))?;
    let counts = section("tests", &mut done, || tests(workspace, programs.folder()))?;
    summarize(&done, &counts);
    Ok(())
}

/// Runs one section under its name, and remembers how long it took.
fn section<T>(name: &'static str, done: &mut Vec<(&'static str, u64)>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("section '{name}'"))?;
    done.push((name, start.elapsed().as_secs()));
    Ok(result)
}

fn cargo(workspace: &Workspace, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut cargo = process::cargo();
    process::run(cargo.current_dir(&workspace.root).args(arguments).envs(environment.iter().copied()))
}

/// Runs all tests of the workspace. Those of the whole system run the release programs in `programs`.
fn tests(workspace: &Workspace, programs: &Path) -> Result<Counts> {
    let mut cargo = process::cargo();
    cargo.current_dir(&workspace.root).args(["test", "--workspace"]).env("ZCCACHE_TEST_BIN_DIR", programs);
    if setup::is_ci() {
        cargo.env("ZCCACHE_TEST_REQUIRE", "1");
    }
    counted(&mut cargo)
}

/// Passes on what the tests print and adds up their result lines:
/// `test result: ok. 12 passed; 0 failed; 0 ignored; ...`.
fn counted(command: &mut Command) -> Result<Counts> {
    process::announce(command);
    let not_run = || format!("cannot run {}", command.get_program().display());
    let context = not_run();
    let mut child = command.stdout(Stdio::piped()).spawn().context(context)?;
    let stdout = child.stdout.take().expect("the output of a child spawned with a pipe is a pipe");
    let mut counts = Counts::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let mut out = std::io::stdout().lock();
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        let line = String::from_utf8_lossy(&line);
        counts.passed += passed(&line);
        counts.ignored += counted_before(&line, " ignored");
    }
    let status = child.wait();
    process::checked(command, status)?;
    Ok(counts)
}

/// How many tests passed, of a line that says so.
pub(crate) fn passed(line: &str) -> u64 {
    counted_before(line, " passed")
}

/// The number before a word of a result line; of any other line: none.
fn counted_before(line: &str, word: &str) -> u64 {
    if !line.starts_with("test result:") {
        return 0;
    }
    let number = line.split(word).next().and_then(|before| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn summarize(done: &[(&str, u64)], counts: &Counts) {
    println!("\n== summary");
    for (name, seconds) in done {
        println!("{name:18}ok  {seconds:5} s");
    }
    let missing: Vec<&str> = tool::missing(Purpose::Tests).iter().map(|tool| tool.name).collect();
    if !missing.is_empty() {
        println!("skipped for want of: {}", missing.join(", "));
    }
    println!("{} tests passed, {} ignored", counts.passed, counts.ignored);
}

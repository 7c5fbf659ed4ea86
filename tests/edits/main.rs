//! The heart of what zccache promises, "never a wrong hit", held against random edits: a small project changes in every
//! way that was ever known to fool a compiler cache, and after each change the same call is compiled bare and through the
//! cache. Everything that the two wrote, printed and answered must be the same, byte for byte. A failure is repeated with
//! fewer and fewer steps, and said as a shell script.
//!
//! Half of the projects have sources that the cache takes for old ones: it looks at what a run read after it has answered.
//!
//! `cargo xtask fuzz` runs one compiler for longer. It does so by variables: `ZCCACHE_EDIT_SEED` repeats a run,
//! `ZCCACHE_EDIT_STEPS` says how many compiles there are with each compiler, `ZCCACHE_EDIT_SECONDS` how long it takes at most,
//! `ZCCACHE_EDIT_COMPILER` names another compiler of the same language, `ZCCACHE_EDIT_LAYOUT` the only layout of the calls, and with
//! `ZCCACHE_EDIT_HITS` the first repeat that is no hit is a failure, which is made shorter like a wrong answer.

mod afterwards;
mod writers;

mod engine;
mod step;

mod choice;
mod operation;
mod project;
mod sources;
mod tree;

mod call;
mod conftest;
mod exempt;
mod jobs;
mod layout;
mod mode;

mod compare;
mod outcome;
mod tally;

mod report;
mod script;
mod shrink;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::Write;
use std::time::{Duration, Instant};

use engine::Engine;
use exempt::{HIT_PERCENT, REPEATS_MIN};
use layout::Layout;
use step::Setting;
use tally::Tally;
use zccache_tests::{Age, Compiler};

/// Compiles with each compiler.
const STEPS: usize = 500;

/// Compiles with each compiler where nothing is watched.
const STEPS_UNWATCHED: usize = 250;

/// Most compiles with one project and one cache; longer runs begin anew with the next seed. A failure has to be repeated.
const STEPS_OF_PROJECT: usize = 500;

/// Of the goings back to a stored state, so many per cent must be hits. Not all: a manifest keeps a few input lists only.
const REVERTS_HIT_PERCENT: u64 = 95;

/// Of fewer compiles, it may be that none of them was of a kind that is remembered.
const ANSWERED_MIN: u64 = 50;

/// Of fewer goings back, the share says little.
const REVERTS_MIN: u64 = 40;

#[test]
fn random_edits_never_make_a_wrong_hit_with_gcc() {
    edit(Compiler { name: "gcc", suffix: "c" }, true);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_gxx() {
    edit(Compiler { name: "g++", suffix: "cc" }, true);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_clang() {
    edit(Compiler { name: "clang", suffix: "c" }, true);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_clangxx() {
    edit(Compiler { name: "clang++", suffix: "cc" }, true);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_gcc_and_no_watcher() {
    edit(Compiler { name: "gcc", suffix: "c" }, false);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_gxx_and_no_watcher() {
    edit(Compiler { name: "g++", suffix: "cc" }, false);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_clang_and_no_watcher() {
    edit(Compiler { name: "clang", suffix: "c" }, false);
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_clangxx_and_no_watcher() {
    edit(Compiler { name: "clang++", suffix: "cc" }, false);
}

#[track_caller]
fn edit(compiler: Compiler, watched: bool) {
    if !zccache_tests::required(compiler.name) {
        return;
    }
    let compiler = other(compiler);
    let layout = layout();
    let name = format!("{}{}", compiler.name, if watched { "" } else { " and no watcher" });
    let seed = number("ZCCACHE_EDIT_SEED").unwrap_or_else(|| RandomState::new().hash_one(&name));
    let seconds = number("ZCCACHE_EDIT_SECONDS");
    let steps = number("ZCCACHE_EDIT_STEPS").map(|steps| usize::try_from(steps).unwrap_or(usize::MAX));
    let mut left = steps.unwrap_or(match seconds {
        Some(_) => usize::MAX,
        None if watched => STEPS,
        None => STEPS_UNWATCHED,
    });
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    say(&format!("{name}: seed {seed}"));
    let hits_only = std::env::var_os("ZCCACHE_EDIT_HITS").is_some();
    let steps_of_project = left.div_ceil(2).min(STEPS_OF_PROJECT);
    let mut tally = Tally::default();
    for seed in (0..).map(|project| seed.wrapping_add(project)) {
        if left == 0 || end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        let steps = left.min(steps_of_project);
        left -= steps;
        // By the seed, so that it alone repeats a project.
        let age = if seed.is_multiple_of(2) { Age::Young } else { Age::Old };
        let setting = Setting { compiler, watched, age, layout, hits_only };
        let engine = Engine::new(setting, Vec::new()).expect("a new world has room for a project");
        match engine.explore(seed, steps, end) {
            Ok(more) => tally.add(&more),
            Err(failure) => {
                tally.add(&failure.tally);
                let steps = failure.scenario.steps.len();
                say(&format!("{name}: a failure at step {steps} of seed {seed}; now it is repeated with fewer steps"));
                say(&format!("{name}: until then {tally}"));
                panic!("{name}, seed {seed}, step {steps}: {}", report::report(*failure));
            }
        }
    }
    say(&format!("{name}: 0 wrong answers in {tally}"));
    if !watched {
        assert_eq!(tally.answered, 0, "{name}, seed {seed}: answered from memory");
    } else if tally.compiles >= ANSWERED_MIN {
        assert!(tally.answered > 0, "{name}, seed {seed}: nothing was answered from memory");
    }
    let exact = tally.repeats_due();
    assert!(
        exact.due() < REPEATS_MIN || exact.hits * 100 >= exact.due() * HIT_PERCENT,
        "{name}, seed {seed}: {} of {} exact repeats were hits, less than {HIT_PERCENT}%",
        exact.hits,
        exact.due()
    );
    assert!(
        tally.reverts < REVERTS_MIN || tally.reverts_hit * 100 >= tally.reverts * REVERTS_HIT_PERCENT,
        "{name}, seed {seed}: {} of {} goings back to a stored state were hits, less than {REVERTS_HIT_PERCENT}%",
        tally.reverts_hit,
        tally.reverts
    );
}

/// The compiler that is named instead of another one of its language.
fn other(compiler: Compiler) -> Compiler {
    match std::env::var("ZCCACHE_EDIT_COMPILER") {
        Ok(name) => Compiler { name: name.leak(), ..compiler },
        Err(_) => compiler,
    }
}

/// The only layout; none: all.
fn layout() -> Option<Layout> {
    let name = std::env::var("ZCCACHE_EDIT_LAYOUT").ok()?;
    Some(Layout::named(&name).unwrap_or_else(|| panic!("there is no layout '{name}'")))
}

/// Prints what is to be read of tests that pass too.
fn say(text: &str) {
    writeln!(std::io::stdout(), "{}", text.trim_end()).expect("standard output takes it");
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: '{text}' is no number")))
}

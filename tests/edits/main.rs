//! The heart of what zccache promises, "never a wrong hit", held against random edits: a small project changes in every
//! way that was ever known to fool a compiler cache, and after each change the same call is compiled bare and through the
//! cache. Object, dependency file, messages and exit code must be the same, byte for byte.
//!
//! `ZCCACHE_EDIT_SEED` repeats a run, `ZCCACHE_EDIT_STEPS` says how many compiles there are in all.

mod afterwards;

mod call;
mod choice;
mod compare;
mod engine;
mod operation;
mod project;
mod sources;
mod tree;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use engine::{Engine, Summary};

/// Compiles of all compilers together.
const STEPS: usize = 2_000;
/// Compilers that share them.
const COMPILERS: usize = 3;
/// Of the goings back to a stored state, so many per cent must be hits. Not all: a manifest keeps a few input lists only.
const REVERTS_HIT_PERCENT: usize = 90;

#[test]
fn random_edits_never_make_a_wrong_hit_with_gcc() {
    edit("gcc", "c");
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_gxx() {
    edit("g++", "cc");
}

#[test]
fn random_edits_never_make_a_wrong_hit_with_clang() {
    edit("clang", "c");
}

#[track_caller]
fn edit(compiler: &'static str, suffix: &'static str) {
    if !zccache_tests::required(compiler) {
        return;
    }
    let seed = number("ZCCACHE_EDIT_SEED").unwrap_or_else(|| RandomState::new().hash_one(compiler));
    let steps = number("ZCCACHE_EDIT_STEPS").map_or(STEPS, |steps| usize::try_from(steps).unwrap_or(usize::MAX));
    println!("{compiler}: ZCCACHE_EDIT_SEED={seed} ZCCACHE_EDIT_STEPS={steps}");
    let engine = Engine::new(compiler, suffix, seed).expect("a new world has room for a project");
    match engine.run(steps.div_ceil(COMPILERS)) {
        Ok(summary) => judge(compiler, &summary),
        Err(trouble) => {
            let history = trouble.history.join("\n");
            panic!(
                "{compiler}, ZCCACHE_EDIT_SEED={seed} ZCCACHE_EDIT_STEPS={steps}, step {}\n{history}\n\n{}",
                trouble.history.len() - 1,
                trouble.what
            );
        }
    }
}

#[track_caller]
fn judge(compiler: &str, summary: &Summary) {
    println!("{compiler}: {summary}");
    assert!(
        summary.reverts_hit * 100 >= summary.reverts * REVERTS_HIT_PERCENT,
        "{compiler}: too few goings back to a stored state were hits: {summary}"
    );
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: '{text}' is no number")))
}

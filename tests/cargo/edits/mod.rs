//! A small workspace that changes at random, in every way that the compiler or cargo looks at. After each change cargo
//! builds it twice, without the cache and with it, each on top of what it built before: both must find the same to do, say
//! the same, and make the same, byte for byte; and what was built from the cache must leave cargo nothing to do.
//!
//! `ZCCACHE_EDIT_SEED` repeats a run, `ZCCACHE_EDIT_STEPS` says how many states there are.

mod sources;
mod state;
mod step;
mod tally;
mod trees;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::Write;

use fastrand::Rng;

use state::State;
use step::Step;
use tally::Tally;
use trees::Trees;

/// States where each is built without what the compiler keeps for its next run, so that all bytes can be compared.
const STATES: usize = 25;

/// States where it is kept, as cargo has it by default.
const STATES_INCREMENTAL: usize = 12;

/// Of what was compiled before, so many per cent must come from the cache. Not all: what a script has just written may be too
/// new to be stored with.
const KNOWN_HIT_PERCENT: u64 = 90;

/// Of fewer, the share says little.
const KNOWN_MIN: u64 = 40;

#[test]
fn random_edits_of_a_workspace_never_make_a_wrong_hit() {
    edit("edits", false, STATES);
}

#[test]
fn random_edits_of_a_workspace_never_make_a_wrong_hit_in_incremental_builds() {
    edit("incremental edits", true, STATES_INCREMENTAL);
}

#[track_caller]
fn edit(name: &str, incremental: bool, states: usize) {
    let Some(mut trees) = Trees::new(incremental) else { return };
    let seed = number("ZCCACHE_EDIT_SEED").unwrap_or_else(|| RandomState::new().hash_one(name));
    let states = number("ZCCACHE_EDIT_STEPS").map_or(states, |states| usize::try_from(states).unwrap());
    say(&format!("{name}: seed {seed}"));
    let mut random = Rng::with_seed(seed);
    let mut tally = Tally::default();
    let mut known: Vec<State> = Vec::new();
    let mut state = State::default();
    let mut taken: Vec<Step> = Vec::new();
    for number in 1..=states {
        let step = match number {
            1 => Step::Again,
            _ => Step::random(&mut random, &state, known.len()),
        };
        state = step.apply(&state, &known, &mut random);
        taken.push(step);
        match trees.take(&state, step, random.bool()) {
            Ok(counters) => tally.count(&counters, known.contains(&state)),
            Err(wrong) => panic!(
                "{name}: seed {seed}, state {number} of {states} is wrong: {wrong}\n== {step:?} led to {state:#?}\n\
                 == from {:#?}\n== the steps were {taken:?}\n== until then {tally}\n== the daemon's log\n{}",
                known.last(),
                trees.log()
            ),
        }
        known.push(state.clone());
    }
    say(&format!("{name}: 0 wrong of {states} states: {tally}"));
    assert!(
        tally.known < KNOWN_MIN || tally.known_hit * 100 >= tally.known * KNOWN_HIT_PERCENT,
        "{name}, seed {seed}: less than {KNOWN_HIT_PERCENT}% of what was known came from the cache: {tally}"
    );
}

/// Prints what is to be read of tests that pass too.
fn say(text: &str) {
    writeln!(std::io::stdout(), "{}", text.trim_end()).expect("standard output takes it");
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: '{text}' is no number")))
}

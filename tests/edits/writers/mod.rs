//! Headers change while compiles run, by several hands and without any regard for each other. There is no bare compile to hold
//! an answer against, since nothing stays as it is for so long; but every header shows its state in what is made of it, and
//! whoever changes one writes down when. So an answer that shows a state which had ended before the call began is stale, and
//! one that shows a state which began after the call had ended comes from nowhere.
//!
//! Whoever compiles also changes headers of its own, and compiles at once: its call must show that very state, while others
//! change what stands beside it.

mod file;
mod header;
mod history;
mod pace;
mod unit;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use zccache_tests::{Age, Compiler, World, rest};

use crate::{number, other, say};
use header::Header;
use history::Clock;
use pace::Pace;
use unit::{Compiled, Unit};

/// Compiles with each compiler.
const COMPILES: usize = 600;

/// Threads that change headers and do nothing else.
const WRITERS: usize = 2;

/// Headers of each of them.
const HEADERS: usize = 3;

/// Threads that compile, each with one header of its own.
const CALLERS: usize = 3;

#[test]
fn writers_that_work_while_compiles_run_never_make_a_stale_answer_with_gcc() {
    write_and_compile(Compiler { name: "gcc", suffix: "c" }, true);
}

#[test]
fn writers_that_work_while_compiles_run_never_make_a_stale_answer_with_clang() {
    write_and_compile(Compiler { name: "clang", suffix: "c" }, true);
}

#[test]
fn writers_that_work_while_compiles_run_never_make_a_stale_answer_without_the_watcher() {
    write_and_compile(Compiler { name: "gcc", suffix: "c" }, false);
}

/// What all threads share.
struct Shared<'a> {
    world: &'a World,
    clock: Clock,
    pace: Pace,
    /// Compiles that nobody has begun.
    left: AtomicUsize,
    end: Option<Instant>,
}

#[track_caller]
fn write_and_compile(compiler: Compiler, watched: bool) {
    [Age::Young, Age::Old].into_iter().for_each(|age| round(compiler, watched, age));
}

/// Half of the compiles, with sources that the cache takes for young or old ones.
#[track_caller]
fn round(compiler: Compiler, watched: bool, age: Age) {
    if !zccache_tests::required(compiler.name) {
        return;
    }
    let compiler = other(compiler);
    let name = if watched { compiler.name.to_owned() } else { format!("{} without the watcher", compiler.name) };
    let seed = number("ZCCACHE_EDIT_SEED").unwrap_or_else(|| RandomState::new().hash_one(&name));
    let seconds = number("ZCCACHE_EDIT_SECONDS").map(|seconds| seconds / 2);
    let steps = number("ZCCACHE_EDIT_STEPS").map(|steps| usize::try_from(steps).unwrap_or(usize::MAX));
    let left = steps.unwrap_or(if seconds.is_some() { usize::MAX } else { COMPILES }) / 2;
    let name = format!("{name}, {age:?} sources");
    say(&format!("{name}, writers: seed {seed}"));

    let mut world = World::new();
    world.take_sources_for(age);
    if !watched {
        world.set("ZCCACHE_WATCH", "0");
    }
    let mut headers: Vec<Header> =
        (0..CALLERS + WRITERS * HEADERS).map(|number| Header::create(&world.work, number)).collect();
    let units: Vec<Vec<Unit>> = (0..CALLERS).map(|caller| Unit::create(&world.work, compiler, caller)).collect();
    rest();
    world.forget_counters();
    let shared = Shared {
        world: &world,
        clock: Clock::new(),
        pace: Pace::new(),
        left: AtomicUsize::new(left),
        end: seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
    };
    let (own, others) = headers.split_at_mut(CALLERS);
    let mut random = Rng::with_seed(seed);
    let compiled: Vec<Compiled> = std::thread::scope(|scope| {
        let shared = &shared;
        for headers in others.chunks_mut(HEADERS) {
            let random = random.fork();
            scope.spawn(move || write(shared, headers, random));
        }
        let callers: Vec<_> = own
            .iter_mut()
            .zip(&units)
            .map(|(own, units)| {
                let random = random.fork();
                scope.spawn(move || call(shared, own, units, random))
            })
            .collect();
        let compiled = callers.into_iter().flat_map(|caller| {
            caller.join().unwrap_or_else(|panic| {
                // Nobody else may wait for one that is gone.
                shared.pace.stop();
                std::panic::resume_unwind(panic)
            })
        });
        let compiled = compiled.collect();
        shared.pace.stop();
        compiled
    });
    judge(&name, seed, &headers, &compiled);
    for unit in units.iter().flatten() {
        unit.compare(&world);
    }
    let (counters, answered) = (world.counters(), world.watching().answered);
    let changes: usize = headers.iter().map(Header::changes).sum();
    let failed = compiled.iter().filter(|compiled| compiled.failed()).count();
    say(&format!(
        "{name}: 0 stale answers in {} compiles during {changes} changes: {} hits, {} misses, {failed} failed; {answered} \
         were answered from memory",
        compiled.len(),
        counters.hits,
        counters.misses,
    ));
    assert_eq!(counters.faults, 0, "{counters:?}");
    assert!(counters.hits > 0 && counters.misses > 0, "{counters:?}");
    assert_eq!(answered > 0, watched, "{answered} were answered from memory");
}

/// Changes headers until nobody compiles any more.
fn write(shared: &Shared<'_>, headers: &mut [Header], mut random: Rng) {
    while shared.pace.wait(&mut random) {
        let header = random.usize(0..headers.len());
        headers[header].make_noise(&mut random);
        headers[header].change(&shared.clock, &mut random);
    }
}

/// Compiles until nothing is left to do, half of the time right after a change of its own.
fn call(shared: &Shared<'_>, own: &mut Header, units: &[Unit], mut random: Rng) -> Vec<Compiled> {
    let mut compiled = Vec::new();
    let goes_on = || {
        let in_time = shared.end.is_none_or(|end| Instant::now() < end);
        let take = |left: usize| left.checked_sub(1);
        in_time && shared.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok()
    };
    // A call is repeated a few times before the next, so that it comes to be remembered.
    let mut unit = &units[0];
    while goes_on() {
        match random.u32(0..10) {
            0..3 => own.change(&shared.clock, &mut random),
            3 | 4 => unit = &units[random.usize(0..units.len())],
            _ => {}
        }
        shared.pace.mark();
        compiled.push(unit.compile(shared.world, &shared.clock));
        shared.pace.mark();
    }
    compiled
}

/// Holds every answer against what was written down.
#[track_caller]
fn judge(name: &str, seed: u64, headers: &[Header], compiled: &[Compiled]) {
    let wrong: Vec<String> = compiled.iter().filter_map(|compiled| compiled.wrong(headers)).collect();
    let total = compiled.len();
    assert!(
        wrong.is_empty(),
        "{name}, seed {seed}: {} of {total} answers are wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

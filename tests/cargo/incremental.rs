//! What the compiler keeps for its next run, as cargo has it by default where people work. What is made with that has random
//! names in it, so two builds without the cache differ too.

use zccache_tests::{required, tick};

use crate::sources::{EVERYTHING, PROOF, SHOWN, SMALL};
use crate::workspace::{Way, Workspace};

#[test]
fn an_incremental_build_comes_from_the_cache_with_all_that_is_linked() {
    let Some(workspace) = Workspace::of(EVERYTHING) else { return };
    if !required("gcc") {
        return;
    }
    let builds = workspace.build_in_all_ways("build --workspace --all-targets");
    builds.assert_counted();
    let [bare, cold, warm] = &builds.outputs;
    warm.assert_same(cold);
    cold.assert_same_names(bare);
    assert_eq!(workspace.said("debug", PROOF), SHOWN);
    workspace.build(Way::Cached, "build --workspace --all-targets").assert_fresh();
}

/// Panics in the line of its `unwrap`. An edit that moves no byte but a line's end, earlier compiles do not notice: what they left
/// still says the old line.
fn panicking(body: &str) -> String {
    format!("fn f(x: Option<u32>) -> u32 {{\n{body}\n    a + b\n}}\nfn main() {{\n    f(None);\n}}\n")
}
const BEFORE: &str = "    let a = 1; let b = x.unwrap();";
const AFTER: &str = "    let a = 1;\nlet b = x.unwrap();";

#[test]
fn what_is_made_with_the_help_of_an_older_run_is_not_stored_and_its_revert_comes_from_the_cache() {
    let Some(workspace) = Workspace::of(SMALL) else { return };
    let words = "build --workspace";
    let program = |number: u32| format!("fn main() {{\n    println!(\"{{}} {{}}\", base::NUMBER, {number});\n}}\n");
    let write = |number: u32| {
        workspace.world.write_now("app/src/main.rs", program(number));
        tick();
    };
    write(1);
    workspace.build(Way::Cached, words).expect_success();
    for (number, hits) in [(2, 0), (1, 1), (2, 0), (1, 1)] {
        write(number);
        let build = workspace.build(Way::Cached, words).expect_success();
        assert_eq!((build.counters.hits, build.counters.misses), (hits, 1 - hits), "{build:?}");
        assert_eq!(workspace.said("debug", "$BIN/app"), format!("7 {number}\n"));
    }
    workspace.clean();
    workspace.build(Way::Cached, words).expect_success().assert_all_hits();
    assert_eq!(workspace.said("debug", "$BIN/app"), "7 1\n");
}

#[test]
fn what_an_older_run_left_never_shows_in_a_build_from_nothing() {
    let Some(workspace) = Workspace::of(SMALL) else { return };
    let words = "build --workspace";
    let panic = || {
        let said = workspace.said("debug", "$BIN/app 2>&1 || true");
        said.lines()
            .find(|line| line.contains("panicked at"))
            .map(|line| line.rsplit_once(" at ").unwrap().1.to_owned())
    };
    workspace.world.write_now("app/src/main.rs", panicking(BEFORE));
    tick();
    workspace.build(Way::Cached, words).expect_success();
    workspace.world.write_now("app/src/main.rs", panicking(AFTER));
    tick();
    let edited = workspace.build(Way::Cached, words).expect_success();
    assert_eq!(edited.counters.reasons.get("not stored: earlier-state"), Some(&1), "{edited:?}");
    workspace.clean();
    workspace.build(Way::Cached, words).expect_success();
    let cached = panic();
    workspace.clean();
    workspace.build(Way::Bare, words).expect_success();
    assert_eq!(cached, panic());
    assert_eq!(cached.as_deref(), Some("app/src/main.rs:3:11:"));
}

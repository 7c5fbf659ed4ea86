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

#[test]
fn an_edit_is_compiled_upon_what_an_older_run_left_and_its_revert_comes_from_the_cache() {
    let Some(workspace) = Workspace::of(SMALL) else { return };
    let words = "build --workspace";
    let program = |number: u32| format!("fn main() {{\n    println!(\"{{}} {{}}\", base::NUMBER, {number});\n}}\n");
    let write = |number: u32| {
        workspace.world.write_now("app/src/main.rs", program(number));
        tick();
    };
    write(1);
    workspace.build(Way::Cached, words).expect_success();
    for (number, hits) in [(2, 0), (1, 1), (3, 0), (2, 1), (3, 1)] {
        write(number);
        let build = workspace.build(Way::Cached, words).expect_success();
        build.assert_counted(hits, 1 - hits);
        assert_eq!(workspace.said("debug", "$BIN/app"), format!("7 {number}\n"));
    }
    workspace.clean();
    workspace.build(Way::Cached, words).expect_success().assert_all_hits();
    assert_eq!(workspace.said("debug", "$BIN/app"), "7 3\n");
}

//! Where a workspace lies, how its outputs are put in place, and builds that are cut short.

use rustix::process::Signal;
use zccache_tests::{descendants, run, start, tick, until};

use crate::listing::files;
use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

/// What shells, make and linkers write otherwise than it is.
const ODD: &str = "a b/#c d/\u{e4}'\"e";

#[test]
fn a_workspace_in_a_folder_with_an_odd_name_comes_from_the_cache() {
    let Some(mut workspace) = Workspace::without_incremental("") else { return };
    workspace.world.work = workspace.world.work.join(ODD);
    workspace.world.write_many(files(SMALL));
    workspace.world.unset("CARGO_TARGET_DIR");
    let words = "build --workspace --all-targets";
    workspace.build_in_all_ways(words).assert_counted_and_same();
    assert_eq!(workspace.said("debug", "\"$BIN\"/app"), "7 [\"one\", \"two\"] false\n");
    workspace.build(Way::Cached, words).assert_fresh();
}

#[test]
fn outputs_that_are_linked_to_the_cache_are_not_written_into_by_later_builds() {
    let Some(mut workspace) = Workspace::without_incremental(SMALL) else { return };
    workspace.world.set("ZCCACHE_MODE", "LINK");
    let words = "build --workspace";
    let builds = workspace.build_in_all_ways(words);
    builds.assert_counted();
    for (way, edited) in [(Way::Bare, "three\n"), (Way::Cached, "four\n")] {
        workspace.world.write_now("base/words.txt", edited);
        tick();
        workspace.build(way, words).expect_success();
        assert_eq!(workspace.said("debug", "$BIN/app"), format!("7 [{:?}] false\n", edited.trim_end()));
        workspace.world.write_now("base/words.txt", "one two\n");
        tick();
        workspace.clean();
        workspace.build(Way::Cached, words).expect_success().assert_all_hits();
        assert_eq!(workspace.said("debug", "$BIN/app"), "7 [\"one\", \"two\"] false\n");
    }
    assert_eq!(workspace.world.counters().dropped, 0);
}

#[test]
fn a_build_that_was_interrupted_is_finished_by_the_next() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    let words = "build --workspace";
    workspace.build(Way::Bare, words).expect_success();
    let bare = workspace.outputs();
    for signal in [Signal::INT, Signal::KILL] {
        workspace.clean();
        run(&mut workspace.world.zccache(["clear"])).expect_success();
        let build = start(&mut workspace.cargo(Way::Cached, words));
        until("a crate is compiled", || {
            let folder = workspace.world.work.join("target/debug/deps");
            let compiles = descendants(build.pid()).iter().any(|process| process.name == "rustc");
            (compiles && folder.exists()).then_some(())
        });
        build.signal_group(signal);
        assert!(!build.end().succeeded());
        workspace.build(Way::Cached, words).expect_success();
        assert_eq!(workspace.said("debug", "$BIN/app"), "7 [\"one\", \"two\"] false\n");
        // What the compiler left half done lies about until it is cleaned away.
        workspace.clean();
        workspace.build(Way::Cached, words).expect_success().assert_all_hits();
        workspace.outputs().assert_same(&bare);
    }
}

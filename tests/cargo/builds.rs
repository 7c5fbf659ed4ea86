//! Whole builds: without the cache, cold, warm, and once more with nothing to do.

use std::fs;

use zccache_tests::{required, run, start, zccache};

use crate::build::Build;
use crate::outputs::Outputs;
use crate::sources::{EVERYTHING, PROOF, SHOWN, SMALL};
use crate::workspace::{Way, Workspace};

/// Every crate type and target, in one profile.
#[track_caller]
fn builds_from_the_cache(profile: &str, words: &str) {
    let Some(workspace) = Workspace::without_incremental(EVERYTHING) else { return };
    if !required("gcc") {
        return;
    }
    let words = format!("build --workspace --all-targets {words}");
    let builds = workspace.build_in_all_ways(&words);
    builds.assert_counted_and_same();
    assert!(builds.bare.messages.iter().any(|message| message.contains("unused")), "{:?}", builds.bare.messages);
    assert_eq!(workspace.said(profile, PROOF), SHOWN);

    for way in [Way::Cached, Way::Bare] {
        let again = workspace.build(way, &words);
        again.assert_fresh();
        assert_eq!((again.counters.requests, &again.messages), (0, &builds.bare.messages));
    }
}

#[test]
fn a_debug_build_comes_from_the_cache_with_all_that_is_linked_and_leaves_nothing_to_do() {
    builds_from_the_cache("debug", "");
}

#[test]
fn a_release_build_comes_from_the_cache_with_all_that_is_linked_and_leaves_nothing_to_do() {
    builds_from_the_cache("release", "--release");
}

#[test]
fn a_check_then_a_build_then_the_tests_come_from_the_cache_each_as_its_own() {
    let Some(workspace) = Workspace::without_incremental(EVERYTHING) else { return };
    if !required("gcc") {
        return;
    }
    let all = |way: Way| {
        workspace.clean();
        let check = workspace.build(way, "check --workspace --all-targets").expect_success();
        let build = workspace.build(way, "build --workspace").expect_success();
        let test = workspace.build(way, "test --workspace --no-run").expect_success();
        ([check, build, test], workspace.outputs())
    };
    let (bare, outputs) = all(Way::Bare);
    let (cold, cold_outputs) = all(Way::Cached);
    let (warm, warm_outputs) = all(Way::Cached);
    assert_ne!(bare[0].compiled(), 0);
    assert!(cold.iter().zip(&bare).all(|(cold, bare)| cold.units == bare.units && cold.messages == bare.messages));
    cold.iter().for_each(Build::assert_all_misses);
    warm.iter().for_each(Build::assert_all_hits);
    cold_outputs.assert_same(&outputs);
    warm_outputs.assert_same(&outputs);
    let empty = outputs.ending(".rmeta").filter(|(_, written)| written.bytes.is_empty()).count();
    assert!(empty > 0, "a check leaves an empty file for each program");

    let tests = run(&mut workspace.cargo(Way::Cached, "test --workspace")).expect_success();
    for passed in ["a_report_has_an_area ... ok", "the_program_says_its_version ... ok", "areas_add_up ... ok"] {
        assert!(tests.out().contains(passed), "{tests:?}");
    }
    assert_eq!(workspace.build(Way::Cached, "check --workspace --all-targets").counters.requests, 0);
}

#[test]
fn two_builds_at_once_into_two_folders_each_make_what_they_make_without_the_cache() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    let folders = ["target/one", "target/two"].map(|folder| workspace.world.work.join(folder));
    let both = |way: Way| {
        workspace.clean();
        workspace.world.forget_counters();
        let builds = folders
            .each_ref()
            .map(|folder| start(workspace.telling(way, "build --workspace").env("CARGO_TARGET_DIR", folder)));
        let runs = builds.map(|build| build.end().expect_success());
        let counters = workspace.world.counters();
        (runs.map(|run| Build::of(run, counters.clone())), folders.each_ref().map(|folder| Outputs::below(folder)))
    };
    let (bare, outputs) = both(Way::Bare);
    for expected_hits in [0, 2 * bare[0].compiled()] {
        let (builds, cached_outputs) = both(Way::Cached);
        for ((build, bare), (cached, outputs)) in builds.iter().zip(&bare).zip(cached_outputs.iter().zip(&outputs)) {
            assert_eq!((&build.units, &build.messages), (&bare.units, &bare.messages));
            cached.assert_same(outputs);
        }
        assert_eq!(builds[0].counters.hits, expected_hits, "{:?}", builds[0].counters);
        assert_eq!((builds[0].counters.failures, builds[0].counters.faults), (0, 0), "{:?}", builds[0].counters);
    }
}

#[test]
fn a_wrapper_that_is_named_in_cargos_configuration_is_used_like_one_in_a_variable() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    let configuration = format!("[build]\nrustc-wrapper = '{}'\n", zccache().display());
    workspace.world.write(".cargo/config.toml", configuration);
    // Not named by a variable: the file alone says it.
    workspace.build(Way::Bare, "build --workspace").expect_success().assert_all_misses();
    workspace.clean();
    workspace.build(Way::Bare, "build --workspace").expect_success().assert_all_hits();
}

#[test]
fn an_edit_after_a_build_from_the_cache_makes_anew_what_depends_on_it_and_nothing_else() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    let words = "build --workspace";
    workspace.build_in_all_ways(words).assert_counted_and_same();
    let names = |build: &Build| -> Vec<String> {
        build.units.iter().filter(|unit| !unit.fresh).map(|unit| unit.name.clone()).collect()
    };

    workspace.world.write_now("base/words.txt", "three\n");
    zccache_tests::tick();
    let edited = workspace.build(Way::Cached, words).expect_success();
    edited.assert_counted(0, 2);
    assert!(names(&edited).iter().all(|name| name.contains("base") || name.contains("app")), "{:?}", names(&edited));
    assert_eq!(workspace.said("debug", "$BIN/app"), "7 [\"three\"] false\n");

    workspace.world.write_now("base/words.txt", "one two\n");
    zccache_tests::tick();
    workspace.build(Way::Cached, words).expect_success().assert_counted(2, 0);
    assert_eq!(workspace.said("debug", "$BIN/app"), "7 [\"one\", \"two\"] false\n");
}

#[test]
fn a_target_folder_that_was_thrown_away_while_results_are_stored_comes_back_whole() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    workspace.clean();
    workspace.build(Way::Bare, "build --workspace").expect_success();
    let bare = workspace.outputs();
    for _ in 0..4 {
        fs::remove_dir_all(workspace.world.work.join("target")).unwrap();
        // Nothing is asked in between: what was just compiled may be on its way to the store.
        run(&mut workspace.cargo(Way::Cached, "build --workspace")).expect_success();
        workspace.outputs().assert_same(&bare);
    }
}

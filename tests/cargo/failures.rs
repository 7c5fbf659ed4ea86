//! Compiles that fail: the same failure comes from the cache for as long as everything is as it was, the files included that
//! were looked for in vain.

use zccache_tests::{Expected, tick};

use crate::call::{LIBRARY, library};
use crate::rust::world;
use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

#[test]
fn a_failure_comes_from_the_cache_until_the_source_changes() {
    let Some(world) = world() else { return };
    world.write("x.rs", "pub fn f() -> u32 {\n    \"text\"\n}\n");
    let call = library("");
    let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
    assert_eq!(failed.run.code, Some(1));
    assert!(failed.run.err().contains("E0308"), "{failed:?}");
    assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, failed);
    world.write("x.rs", "pub fn f() -> u32 {\n    1\n}\n");
    assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded());
    world.write("x.rs", "pub fn f() -> u32 {\n    \"text\"\n}\n");
    assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, failed);
}

#[test]
fn what_an_earlier_run_left_is_no_part_of_a_failure() {
    let Some(world) = world() else { return };
    let call = library("-C incremental=kept");
    let bad = "pub fn f() -> u32 {\n    \"text\"\n}\n";
    world.write("x.rs", "pub fn f() -> u32 {\n    1\n}\n");
    assert!(world.make_bare(&call, &LIBRARY).run.succeeded());
    world.write("x.rs", bad);
    tick();
    // Before it fails, the compiler drops the link to the metadata in its folder.
    assert!(!world.make_cached(&call, &[]).run.succeeded());
    for file in LIBRARY {
        world.remove(file);
    }
    std::fs::remove_dir_all(world.work.join("kept")).unwrap();
    let failed = world.make_cached(&call, &LIBRARY);
    assert_eq!(failed.run.code, Some(1));
    assert_eq!((&failed.files["libx.rmeta"], &failed.files["libx.rlib"]), (&None, &None));
}

#[test]
fn a_failure_for_want_of_a_module_ends_when_the_module_is_there() {
    for place in ["a.rs", "a/mod.rs"] {
        let Some(world) = world() else { return };
        world.write("x.rs", "pub mod a;\n");
        let call = library("");
        let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
        assert!(failed.run.err().contains("E0583"), "{failed:?}");
        assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, failed);
        world.write(place, "pub const A: u32 = 1;\n");
        assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded(), "{place}");
        world.remove(place);
        assert_eq!(world.compare(&call, &LIBRARY).0, failed, "{place}");
    }
}

#[test]
fn a_failure_in_colours_ends_with_its_ground_and_one_in_the_short_format_is_not_kept() {
    let Some(world) = world() else { return };
    for (words, again) in [("--color=always", Expected::Hit), ("--error-format=short", Expected::Failure)] {
        let call = library(words);
        world.write("x.rs", "pub mod a;\n");
        let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
        assert_eq!(world.expect(again, &call, &LIBRARY).0, failed, "{words}");
        world.write("a.rs", "pub const A: u32 = 1;\n");
        assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded(), "{words}");
        world.remove("a.rs");

        world.write("x.rs", "pub const T: &str = include_str!(\"t\");\n");
        world.expect(Expected::Failure, &call, &LIBRARY);
        world.expect(Expected::Failure, &call, &LIBRARY);
        world.write("t", "text");
        assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded(), "{words}");
        world.remove("t");
    }
}

#[test]
fn a_failure_for_want_of_several_modules_goes_on_until_all_are_there() {
    let Some(world) = world() else { return };
    world.write_many([("x.rs", "pub mod a;\npub mod b;\n"), ("b.rs", "pub mod c;\npub mod d;\n")]);
    let call = library("--error-format=json --json=diagnostic-rendered-ansi,artifacts");
    for place in ["b/c.rs", "a/mod.rs", "b/d/mod.rs"] {
        let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
        assert_eq!(failed.run.code, Some(1), "{place}");
        assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, failed, "{place}");
        world.write(place, "pub const A: u32 = 1;\n");
    }
    assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded());
}

#[test]
fn a_failure_of_which_not_all_is_known_that_was_looked_for_is_not_kept() {
    let Some(world) = world() else { return };
    for (source, said) in [
        ("pub fn f( {\n", "error"),
        ("pub const TEXT: &str = include_str!(\"absent\");\n", "absent"),
        ("pub use absent::thing;\n", "E0432"),
        ("extern crate absent;\n", "E0463"),
        ("compile_error!(\"said by the source\");\n", "said by the source"),
    ] {
        world.write("x.rs", source);
        let call = library("");
        let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
        assert!(failed.run.err().contains(said), "{failed:?}");
        // Whether kept or not, it is the compiler's own.
        assert_eq!(world.compare(&call, &LIBRARY).0, failed);
    }
}

#[test]
fn a_crate_that_was_missing_is_found_when_it_is_there() {
    let Some(world) = world() else { return };
    world
        .write_many([("x.rs", "extern crate late;\npub use late::LATE;\n"), ("late.rs", "pub const LATE: u32 = 1;\n")]);
    let call = library("-L made");
    world.write("made/keep", "");
    for _ in 0..2 {
        let (failed, counters) = world.compare(&call, &LIBRARY);
        assert!(!failed.run.succeeded() && counters.hits == 0, "{failed:?}");
    }
    world.bare(&library("").replace("x.rs", "late.rs --out-dir made")).expect_success();
    tick();
    let (made, counters) = world.compare(&call, &LIBRARY);
    assert!(made.run.succeeded() && counters.hits == 0, "{made:?}");
}

#[test]
fn a_build_that_fails_fails_again_from_the_cache_and_is_mended_by_an_edit() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    let words = "build --workspace --keep-going";
    workspace.build(Way::Cached, words).expect_success();
    let good = workspace.world.read("app/src/main.rs").unwrap();
    workspace.world.write_now("app/src/main.rs", "mod late;\nfn main() {\n    late::print(base::NUMBER);\n}\n");
    tick();
    let failed = workspace.build(Way::Cached, words);
    assert_eq!((failed.run.code, failed.counters.failures, failed.counters.hits), (Some(101), 1, 0));
    let again = workspace.build(Way::Cached, words);
    assert_eq!((again.run.code, again.counters.outcomes()), (Some(101), (1, 0, 0, 0, 0)), "{:?}", again.counters);
    assert_eq!(again.messages, failed.messages);

    workspace.world.write_now("app/src/late.rs", "pub fn print(n: u32) {\n    println!(\"late {n}\");\n}\n");
    tick();
    workspace.build(Way::Cached, words).expect_success();
    assert_eq!(workspace.said("debug", "$BIN/app"), "late 7\n");
    workspace.world.remove("app/src/late.rs");
    let failed_anew = workspace.build(Way::Cached, words);
    assert_eq!(failed_anew.messages, failed.messages);
    workspace.world.write_now("app/src/main.rs", good);
    tick();
    workspace.build(Way::Cached, words).expect_success().assert_all_hits();
}

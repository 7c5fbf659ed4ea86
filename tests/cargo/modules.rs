//! Modules, of which each has two places where its file can be.

use std::fs;

use zccache_tests::Expected;

use crate::call::{LIBRARY, library};
use crate::rust::world;

/// A module, and a module of that.
const NESTED: [(&str, &str); 3] =
    [("x.rs", "pub mod a;\n"), ("a.rs", "pub mod b;\n"), ("a/b.rs", "pub const DEEP: u32 = 1;\n")];

#[test]
fn a_module_that_appears_in_its_second_place_is_an_error_and_no_hit() {
    let Some(world) = world() else { return };
    world.write_many(NESTED);
    let call = library("");
    let whole = world.expect_cold_and_warm(&call, &LIBRARY);
    for second in ["a/mod.rs", "a/b/mod.rs"] {
        world.write(second, "pub const OTHER: u32 = 2;\n");
        let (failed, counters) = world.compare(&call, &LIBRARY);
        assert!(failed.run.err().contains("E0761") && counters.hits == 0, "{second}: {failed:?}");
        world.remove(second);
        if second == "a/b/mod.rs" {
            fs::remove_dir(world.work.join("a/b")).unwrap();
        }
        assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, whole, "{second}");
    }
}

#[test]
fn a_module_that_moves_to_its_other_place_is_compiled_there() {
    let Some(world) = world() else { return };
    world.write_many(NESTED);
    let call = library("");
    let in_files = world.expect_cold_and_warm(&call, &LIBRARY);
    world.remove("a.rs");
    world.write("a/mod.rs", NESTED[1].1);
    let in_folders = world.expect_cold_and_warm(&call, &LIBRARY);
    assert_ne!(in_files.files["x.d"], in_folders.files["x.d"]);
    world.remove("a/mod.rs");
    world.write("a.rs", NESTED[1].1);
    assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, in_files);
}

#[test]
fn a_module_of_a_named_path_has_no_second_place() {
    let Some(world) = world() else { return };
    world.write_many([
        ("x.rs", "#[path = \"elsewhere/c.rs\"]\npub mod a;\n"),
        ("elsewhere/c.rs", "pub const A: u32 = 1;\n"),
    ]);
    let call = library("");
    let one = world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("a.rs", "pub const A: u32 = 2;\n");
    assert_eq!(world.compare(&call, &LIBRARY).0, one);
    world.write("elsewhere/c.rs", "pub const A: u32 = 3;\n");
    assert_ne!(world.expect(Expected::Miss, &call, &LIBRARY).0, one);
}

#[test]
fn a_module_that_only_a_setting_asks_for_is_not_missed_without_it() {
    let Some(world) = world() else { return };
    world.write("x.rs", "#[cfg(wide)]\npub mod wide;\n");
    let (plain, wide) = (library(""), library("--cfg wide"));
    world.expect_cold_and_warm(&plain, &LIBRARY);
    let (failed, _) = world.expect(Expected::Failure, &wide, &LIBRARY);
    assert!(failed.run.err().contains("E0583"), "{failed:?}");
    world.write("wide.rs", "pub const WIDE: u32 = 1;\n");
    world.expect_cold_and_warm(&wide, &LIBRARY);
    world.expect(Expected::Hit, &plain, &LIBRARY);
}

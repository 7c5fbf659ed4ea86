//! Variables that a crate reads while it is compiled.

use zccache_tests::Expected;

use crate::call::{LIBRARY, library};
use crate::rust::world;
use crate::workspace::{Way, Workspace};

const READS: &str = "pub const FLAVOUR: Option<&str> = option_env!(\"FLAVOUR\");\n";

#[test]
fn a_variable_that_may_be_unset_is_seen_when_it_is_set_changed_and_unset() {
    let Some(mut world) = world() else { return };
    world.write("x.rs", READS);
    let call = library("");
    let unset = world.expect_cold_and_warm(&call, &LIBRARY);
    world.set("FLAVOUR", "sweet");
    let sweet = world.expect_cold_and_warm(&call, &LIBRARY);
    world.unset("FLAVOUR");
    world.set("FLAVOUR", "sour");
    let sour = world.expect_cold_and_warm(&call, &LIBRARY);
    world.unset("FLAVOUR");
    world.set("FLAVOUR", "");
    let empty = world.expect_cold_and_warm(&call, &LIBRARY);
    assert!(unset != sweet && sweet != sour && empty != unset);
    for (value, made) in [(None, unset), (Some("sour"), sour), (Some("sweet"), sweet), (Some(""), empty)] {
        world.unset("FLAVOUR");
        value.iter().for_each(|value| world.set("FLAVOUR", value));
        assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, made, "{value:?}");
    }
}

#[test]
fn a_variable_that_must_be_set_is_an_error_until_it_is() {
    let Some(mut world) = world() else { return };
    world.write("x.rs", "pub const FLAVOUR: &str = env!(\"FLAVOUR\");\n");
    let call = library("");
    let (failed, _) = world.expect(Expected::Failure, &call, &LIBRARY);
    assert!(failed.run.err().contains("FLAVOUR"), "{failed:?}");
    world.set("FLAVOUR", "sweet");
    assert!(world.expect_cold_and_warm(&call, &LIBRARY).run.succeeded());
    world.unset("FLAVOUR");
    let (again, _) = world.compare(&call, &LIBRARY);
    assert_eq!(again, failed);
}

#[test]
fn a_variable_that_nothing_reads_changes_nothing() {
    let Some(mut world) = world() else { return };
    world.write("x.rs", READS);
    let call = library("");
    world.expect_cold_and_warm(&call, &LIBRARY);
    for (name, value) in
        [("TASTE", "sweet"), ("CARGO_MAKEFLAGS", "-j9"), ("LD_LIBRARY_PATH", "/nowhere"), ("LANG", "C")]
    {
        world.set(name, value);
        world.expect(Expected::Hit, &call, &LIBRARY);
    }
}

#[test]
fn a_value_of_several_lines_or_with_a_blank_at_its_end_is_told_from_others() {
    let Some(mut world) = world() else { return };
    world.write("x.rs", READS);
    let call = library("");
    let values = ["a", "a ", "a\nb", "a\\nb", "a\r", "\u{e4}"];
    for value in values {
        world.set("FLAVOUR", value);
        world.expect_cold_and_warm(&call, &LIBRARY);
        world.unset("FLAVOUR");
    }
}

#[test]
fn a_program_says_what_the_variable_was_when_cargo_built_it_last() {
    let Some(mut workspace) = Workspace::without_incremental(
        "//- Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         //- src/main.rs\nfn main() {\n    println!(\"{:?}\", option_env!(\"FLAVOUR\"));\n}\n",
    ) else {
        return;
    };
    for (value, hits) in [(None, 0), (Some("sweet"), 0), (Some("sour"), 0), (None, 1), (Some("sour"), 1)] {
        workspace.world.unset("FLAVOUR");
        value.iter().for_each(|value| workspace.world.set("FLAVOUR", value));
        // It is cargo that finds out, from the list of sources that the compiler wrote or the cache put in place.
        workspace.build(Way::Cached, "build").expect_success().assert_counted(hits, 1 - hits);
        assert_eq!(workspace.said("debug", "$BIN/app"), format!("{value:?}\n"));
        workspace.build(Way::Cached, "build").assert_fresh();
    }
    workspace.world.set("TASTE", "sweet");
    workspace.build(Way::Cached, "build").assert_fresh();
    workspace.compare("build").assert_all_hits();
}

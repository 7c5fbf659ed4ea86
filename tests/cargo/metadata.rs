//! What other crates must know of a crate, alone and beside the crate itself.

use zccache_tests::Expected;

use crate::call::{LIBRARY, library};
use crate::rust::{rustc, world};

#[test]
fn metadata_alone_and_beside_the_crate_are_two_results() {
    let Some(world) = world() else { return };
    world.write("x.rs", "pub fn twice(n: u32) -> u32 {\n    2 * n\n}\n");
    let alone = format!("{} --edition=2024 --crate-type=lib --emit=dep-info,metadata x.rs", rustc());
    let whole = library("");
    let checked = world.expect_cold_and_warm(&alone, &LIBRARY);
    let built = world.expect_cold_and_warm(&whole, &LIBRARY);
    assert_eq!(checked.files["libx.rlib"], None);
    assert!(built.files["libx.rlib"].is_some());
    assert_eq!(world.expect(Expected::Hit, &alone, &LIBRARY).0, checked);
    assert_eq!(world.expect(Expected::Hit, &whole, &LIBRARY).0, built);
}

#[test]
fn an_empty_file_of_metadata_comes_back_empty() {
    let Some(world) = world() else { return };
    world.write("x.rs", "fn main() {}\n");
    let call = format!("{} --edition=2024 --crate-type=bin --emit=dep-info,metadata x.rs", rustc());
    let made = world.expect_cold_and_warm(&call, &["x.d", "libx.rmeta"]);
    assert_eq!(made.files["libx.rmeta"].as_ref().unwrap().bytes, b"");
}

#[test]
fn a_user_of_metadata_and_a_user_of_the_crate_see_each_that_it_has_changed() {
    let Some(world) = world() else { return };
    world.write("y.rs", "pub const fn next(n: u32) -> u32 {\n    x::twice(n) + 1\n}\n");
    let user = |file: &str| {
        let call = "--edition=2024 --crate-type=lib --emit=dep-info,metadata,link y.rs --extern x=";
        format!("{} {call}{file} -L dependency=.", rustc())
    };
    let outputs = ["y.d", "liby.rmeta", "liby.rlib"];
    let mut seen = Vec::new();
    for factor in [2, 3] {
        world.write("x.rs", format!("pub const fn twice(n: u32) -> u32 {{\n    {factor} * n\n}}\n"));
        world.make_cached(&library(""), &LIBRARY).run.expect_success();
        zccache_tests::tick();
        for file in ["libx.rmeta", "libx.rlib"] {
            seen.push(world.expect_cold_and_warm(&user(file), &outputs));
        }
    }
    // Constant functions are a part of what their users compile.
    assert_ne!(seen[0], seen[2]);
    world.write("x.rs", "pub const fn twice(n: u32) -> u32 {\n    2 * n\n}\n");
    world.make_cached(&library(""), &LIBRARY).run.expect_success();
    for (file, seen) in ["libx.rmeta", "libx.rlib"].iter().zip(&seen) {
        assert_eq!(&world.expect(Expected::Hit, &user(file), &outputs).0, seen);
    }
}

#[test]
fn a_crate_that_is_used_by_way_of_another_is_seen_when_it_changes() {
    let Some(world) = world() else { return };
    world.write("y.rs", "#[inline]\npub fn next(n: u32) -> u32 {\n    x::twice(n) + 1\n}\n");
    world.write("z.rs", "fn main() {\n    println!(\"{}\", y::next(5));\n}\n");
    let middle =
        format!("{} --edition=2024 --crate-type=lib --emit=dep-info,metadata,link y.rs --extern x=libx.rlib", rustc());
    let last = format!("{} --edition=2024 --emit=dep-info,link z.rs --extern y=liby.rlib -L dependency=.", rustc());
    for (factor, printed) in [(2, "11\n"), (3, "16\n"), (2, "11\n")] {
        world.write("x.rs", format!("#[inline(never)]\npub fn twice(n: u32) -> u32 {{\n    {factor} * n\n}}\n"));
        world.make_cached(&library("-C opt-level=1"), &LIBRARY).run.expect_success();
        world.make_cached(&middle, &["y.d", "liby.rmeta", "liby.rlib"]).run.expect_success();
        zccache_tests::tick();
        let (made, counters) = world.compare(&last, &["z.d", "z"]);
        assert!(made.run.succeeded() && counters.faults == 0, "{made:?} {counters:?}");
        assert_eq!(zccache_tests::run(&mut world.command(world.work.join("z"))).out(), printed);
    }
    world.expect(Expected::Hit, &last, &["z.d", "z"]);
}

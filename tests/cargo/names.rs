//! Crates of the same name.

use zccache_tests::Expected;

use crate::call::library;
use crate::rust::{rustc, world};
use crate::workspace::Workspace;

#[test]
fn two_crates_of_one_name_are_told_apart_by_what_cargo_adds_to_it() {
    let Some(world) = world() else { return };
    world.write("x.rs", "pub fn f() -> &'static str {\n    module_path!()\n}\n");
    let names = |extra: &str| ["x{}.d", "libx{}.rmeta", "libx{}.rlib"].map(|name| name.replace("{}", extra));
    let variants = [("one", "-1"), ("two", "-1"), ("one", "-2"), ("one", "")];
    let mut seen = Vec::new();
    for (metadata, extra) in variants {
        let call = library(&format!("-C metadata={metadata} -C extra-filename={extra}"));
        let outputs = names(extra);
        let outputs = outputs.each_ref().map(String::as_str);
        seen.push((call.clone(), outputs.map(str::to_owned), world.expect_cold_and_warm(&call, &outputs)));
    }
    assert_ne!(seen[0].2, seen[1].2);
    for (call, outputs, made) in &seen {
        assert_eq!(&world.expect(Expected::Hit, call, &outputs.each_ref().map(String::as_str)).0, made, "{call}");
    }
}

#[test]
fn a_crate_is_named_after_its_file_or_as_the_call_says() {
    let Some(world) = world() else { return };
    world.write("some-thing.rs", "pub fn f() {}\npub fn main() {}\n");
    world.write("made/keep", "");
    for (words, outputs) in [
        ("--crate-type=lib --emit=link,dep-info", &["libsome_thing.rlib", "some-thing.d"][..]),
        ("--crate-type=lib --emit=link,dep-info --crate-name other", &["libother.rlib", "other.d"]),
        (
            "--crate-type lib --emit=link,dep-info --crate-name=third --out-dir made",
            &["made/libthird.rlib", "made/third.d"],
        ),
        ("--crate-type lib --emit=link,dep-info=list -o made/fourth.lib", &["made/fourth.lib", "list"]),
        ("--crate-type lib --emit=dep-info,link=made/fifth.lib", &["made/fifth.lib", "some-thing.d"]),
        ("--crate-type lib --emit=dep-info,metadata,asm,obj", &["libsome_thing.rmeta", "some-thing.s", "some-thing.o"]),
        ("", &["some-thing"]),
        ("-C extra-filename=-1", &["some-thing-1"]),
        ("--crate-type cdylib", &["libsome_thing.so"]),
        ("--crate-type bin --out-dir made --emit=link,dep-info", &["made/some-thing", "made/some-thing.d"]),
    ] {
        let call = format!("{} some-thing.rs {words}", rustc());
        let made = world.expect_cold_and_warm(&call, outputs);
        assert!(made.files.values().all(Option::is_some), "{call}: {made:?}");
    }
}

#[test]
fn two_versions_of_a_package_are_built_side_by_side() {
    let Some(workspace) = Workspace::without_incremental(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2024"

[dependencies]
old = { package = "util", version = "1", path = "old" }
new = { package = "util", version = "2", path = "new" }

//- src/main.rs
fn main() {
    println!("{} {}", old::version(), new::version());
}

//- old/Cargo.toml
[package]
name = "util"
version = "1.0.0"
edition = "2024"

//- old/src/lib.rs
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

//- new/Cargo.toml
[package]
name = "util"
version = "2.0.0"
edition = "2024"

//- new/src/lib.rs
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
"#,
    ) else {
        return;
    };
    workspace.build_in_all_ways("build").assert_counted_and_same();
    assert_eq!(workspace.said("debug", "$BIN/app"), "1.0.0 2.0.0\n");
}

//! Crates that are used by way of other crates: a crate in between may come out the same when they change.

use zccache_tests::tick;

use crate::workspace::{Way, Workspace};

/// `app` uses `a`, which uses `b`, which hands on what `c` has.
const CHAIN: &str = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["a", "app", "b", "c"]
//- c/Cargo.toml
[package]
name = "c"
version = "0.1.0"
edition = "2021"
//- c/src/lib.rs
//- b/Cargo.toml
[package]
name = "b"
version = "0.1.0"
edition = "2021"
[dependencies]
c = { path = "../c" }
//- b/src/lib.rs
pub use c::*;
//- a/Cargo.toml
[package]
name = "a"
version = "0.1.0"
edition = "2021"
[dependencies]
b = { path = "../b" }
//- a/src/lib.rs
pub fn take(x: Option<u32>) -> u32 {
    b::take(x)
}
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
a = { path = "../a" }
//- app/src/main.rs
fn main() {
    a::take(None);
}
"#;

/// Generic, so that it is compiled where it is used; the same but for a line's end that moves.
const VERSIONS: [&str; 2] = [
    "pub fn take<T>(x: Option<T>) -> T {\n    let _a = 1; let b = x.unwrap();\n    b\n}\n",
    "pub fn take<T>(x: Option<T>) -> T {\n    let _a = 1;\n    let b = x.unwrap(); b\n}\n",
];

#[test]
fn a_line_that_moves_in_a_crate_of_a_crate_shows_in_what_is_made_of_both() {
    for incremental in ["0", "1"] {
        let Some(mut workspace) = Workspace::of(CHAIN) else { return };
        workspace.world.set("CARGO_INCREMENTAL", incremental);
        for version in VERSIONS {
            workspace.world.write_now("c/src/lib.rs", version);
            tick();
            workspace.clean();
            workspace.build(Way::Bare, "build").expect_success();
            let bare = workspace.said("debug", "$BIN/app 2>&1 || true");
            workspace.clean();
            workspace.build(Way::Cached, "build").expect_success().assert_all_misses();
            workspace.clean();
            workspace.build(Way::Cached, "build").expect_success().assert_all_hits();
            let cached = workspace.said("debug", "$BIN/app 2>&1 || true");
            let panic = |said: &str| said.lines().find(|line| line.contains("panicked")).unwrap().to_owned();
            let place = |said: &str| panic(said).rsplit_once(" at ").unwrap().1.to_owned();
            assert_eq!(place(&cached), place(&bare), "{version}");
        }
    }
}

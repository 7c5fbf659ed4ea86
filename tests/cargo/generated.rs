//! Code that a build script generates into a folder of cargo's choice.

use crate::workspace::{Way, Workspace};

const GENERATES: &str = r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2024"

//- build.rs
fn main() {
    let table = std::env::var("TABLE").unwrap_or_else(|_| "0".to_owned());
    let path = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("table.rs");
    std::fs::write(path, format!("pub const TABLE: &[u32] = &[{table}];\n")).unwrap();
    println!("cargo::rustc-env=TABLE_LENGTH={}", table.len());
    println!("cargo::rerun-if-env-changed=TABLE");
}

//- src/main.rs
include!(concat!(env!("OUT_DIR"), "/table.rs"));

fn main() {
    println!("{TABLE:?} {} {}", env!("TABLE_LENGTH"), env!("OUT_DIR").contains("elsewhere"));
}
"#;

/// Of the two calls that a build makes, that for the script does not change. What the script has just written may be too new
/// to be stored with.
#[track_caller]
fn expect_right(workspace: &Workspace, shown: &str) {
    let build = workspace.build(Way::Cached, "build").expect_success();
    assert_eq!((build.counters.failures, build.counters.faults), (0, 0), "{:?}", build.counters);
    assert_eq!(workspace.said("debug", "$BIN/app"), shown);
    workspace.build(Way::Cached, "build").assert_fresh();
}

#[test]
fn what_a_script_generates_is_seen_when_it_changes() {
    let Some(mut workspace) = Workspace::without_incremental(GENERATES) else { return };
    expect_right(&workspace, "[0] 1 false\n");
    for table in ["1", "1, 2", "3, 4", "1"] {
        workspace.world.unset("TABLE");
        workspace.world.set("TABLE", table);
        expect_right(&workspace, &format!("[{table}] {} false\n", table.len()));
    }
    workspace.compare("build");
    workspace.compare("build").assert_all_hits();
}

#[test]
fn another_target_folder_is_another_folder_for_what_is_generated() {
    let Some(mut workspace) = Workspace::without_incremental(GENERATES) else { return };
    workspace.build_in_all_ways("build").assert_counted_and_same();
    let elsewhere = workspace.world.work.join("target/elsewhere");
    workspace.world.unset("CARGO_TARGET_DIR");
    workspace.world.set("CARGO_TARGET_DIR", elsewhere);
    for table in ["0", "5"] {
        workspace.world.unset("TABLE");
        workspace.world.set("TABLE", table);
        workspace.build(Way::Cached, "build").expect_success();
        assert_eq!(workspace.said("elsewhere/debug", "$BIN/app"), format!("[{table}] 1 true\n"));
    }
}

//! Clippy, which cargo runs in the place of the compiler: behind the wrapper, with the compiler's name as its first word.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use zccache_tests::required;

use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

const LINTED: &str = "pub fn add(a: u32, b: u32, c: u32) -> u32 {\n    return a + b + c;\n}\n\
                      fn main() {\n    println!(\"{}\", add(1, 2, 3));\n}\n";

fn workspace() -> Option<Workspace> {
    let workspace = Workspace::without_incremental(SMALL)?;
    if !required("cargo-clippy") {
        return None;
    }
    workspace.world.write("app/src/main.rs", LINTED);
    Some(workspace)
}

fn mentions(messages: &[String], lint: &str) -> bool {
    messages.iter().any(|message| message.contains(lint))
}

#[test]
fn what_clippy_says_comes_from_the_cache() {
    let Some(workspace) = workspace() else { return };
    let builds = workspace.build_in_all_ways("clippy --workspace --all-targets");
    builds.assert_counted_and_same();
    assert!(mentions(&builds.warm.messages, "needless_return"), "{:?}", builds.warm.messages);
    let again = workspace.build(Way::Cached, "clippy --workspace --all-targets");
    again.assert_fresh();
    assert_eq!(again.counters.requests, 0);
}

#[test]
fn a_build_and_clippy_take_nothing_from_each_other() {
    let Some(workspace) = workspace() else { return };
    for words in ["check --workspace", "clippy --workspace"] {
        assert_eq!(mentions(&workspace.compare(words).messages, "needless_return"), words.starts_with("clippy"));
    }
    for words in ["check --workspace", "clippy --workspace"] {
        let again = workspace.compare(words);
        again.assert_all_hits();
        assert_eq!(mentions(&again.messages, "needless_return"), words.starts_with("clippy"));
    }
}

#[test]
fn clippys_configuration_is_seen_when_it_comes_changes_and_goes() {
    let Some(workspace) = workspace() else { return };
    let words = "clippy --workspace";
    let too_many = |threshold: Option<u32>| {
        match threshold {
            Some(threshold) => {
                workspace.world.write("clippy.toml", format!("too-many-arguments-threshold = {threshold}\n"));
            }
            None => workspace.world.remove("clippy.toml"),
        }
        zccache_tests::tick();
        let build = workspace.compare(words);
        (mentions(&build.messages, "too_many_arguments"), build)
    };
    workspace.compare(words).assert_all_misses();
    let (few, build) = too_many(Some(2));
    assert!(few && build.counters.misses > 0, "{build:?}");
    let (many, build) = too_many(Some(9));
    assert!(!many && build.counters.misses > 0, "{build:?}");
    let (few, build) = too_many(Some(2));
    build.assert_all_hits();
    assert!(few);
    let (none, build) = too_many(None);
    build.assert_all_hits();
    assert!(!none);
}

#[test]
fn words_for_clippy_are_seen() {
    let Some(workspace) = workspace() else { return };
    workspace.compare("clippy --workspace").assert_all_misses();
    // They reach the driver by a variable.
    let denied = workspace.compare("clippy --workspace -- -D clippy::needless_return");
    assert!(!denied.run.succeeded() && mentions(&denied.messages, "error"), "{denied:?}");
    workspace.compare("clippy --workspace").assert_all_hits();
}

#[test]
fn a_wrapper_of_the_workspace_that_is_a_script_is_run_as_it_is() {
    let Some(mut workspace) = Workspace::without_incremental(SMALL) else { return };
    workspace.world.write("wrapper", "#!/bin/sh\necho \"$CARGO_PKG_NAME\" >> wrapped\nexec \"$@\"\n");
    let wrapper = workspace.world.work.join("wrapper");
    std::fs::set_permissions(&wrapper, Permissions::from_mode(0o755)).unwrap();
    workspace.world.set("RUSTC_WORKSPACE_WRAPPER", &wrapper);
    for _ in 0..2 {
        let build = workspace.compare("build --workspace");
        assert_eq!((build.counters.hits, build.counters.faults), (0, 0), "{:?}", build.counters);
    }
    let wrapped = String::from_utf8(workspace.world.read("wrapped").unwrap()).unwrap();
    // Without the cache and with it, two times each.
    assert_eq!(wrapped.lines().filter(|name| *name == "app").count(), 4, "{wrapped}");
}

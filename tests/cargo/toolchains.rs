//! rustup's proxy, which finds the compiler anew in each folder.

use std::fs;
use std::path::Path;

use zccache_tests::{Expected, World, permitted, run, tick};

use crate::call::LIBRARY;
use crate::rust::world;
use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

const CALL: &str = "rustc --edition=2024 --crate-type=lib --emit=dep-info,metadata,link x.rs";

/// Whether rustup's proxy is what `rustc` means.
fn proxied(world: &World) -> bool {
    let proxy = run(world.command("sh").args(["-c", "readlink -f \"$(command -v rustc)\""])).out();
    permitted(Path::new(proxy.trim_end()).ends_with("rustup"), "rustc is rustup's proxy")
}

/// Two toolchains that are installed, of different compilers, and a world in which neither is chosen.
fn two() -> Option<(World, [String; 2])> {
    let mut world = world()?;
    if !proxied(&world) {
        return None;
    }
    world.unset("RUSTUP_TOOLCHAIN");
    let list = run(world.command("rustup").args(["toolchain", "list"])).out();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    let mut versions: Vec<(String, String)> = Vec::new();
    for name in names {
        let version = run(world.command("rustc").args([&format!("+{name}"), "-vV"]));
        if version.succeeded() && versions.iter().all(|(_, known)| *known != version.out()) {
            versions.push((name.to_owned(), version.out()));
        }
    }
    let mut names = versions.into_iter().map(|(name, _)| name);
    let two = names.next().zip(names.next()).map(|(one, two)| [one, two]);
    permitted(two.is_some(), "two toolchains are installed").then(|| (world, two.unwrap()))
}

fn choose(folder: &Path, toolchain: &str) {
    fs::write(folder.join("rust-toolchain.toml"), format!("[toolchain]\nchannel = \"{toolchain}\"\n")).unwrap();
    tick();
}

#[test]
fn a_proxy_answers_and_compiles_for_the_compiler_behind_it() {
    let Some(world) = world() else { return };
    if !proxied(&world) {
        return;
    }
    world.write("x.rs", "pub fn f() {}\n");
    for question in ["rustc -vV", "rustc --version", "rustc --print=sysroot"] {
        world.expect(Expected::Bypass, question, &[]);
    }
    world.expect_cold_and_warm(CALL, &LIBRARY);
}

#[test]
fn a_toolchain_that_a_call_names_is_the_one_that_compiles() {
    let Some((world, names)) = two() else { return };
    world.write("x.rs", "pub fn f() {}\n");
    let calls = names.each_ref().map(|name| CALL.replace("rustc ", &format!("rustc +{name} ")));
    let [one, two] = calls.each_ref().map(|call| world.expect_cold_and_warm(call, &LIBRARY));
    assert_ne!(one, two);
    assert_eq!(world.expect(Expected::Hit, &calls[0], &LIBRARY).0, one);
    world.expect(Expected::Bypass, &format!("rustc +{} -vV", names[1]), &[]);
}

#[test]
fn a_toolchain_that_a_file_of_a_parent_folder_names_is_the_one_that_compiles() {
    let Some((world, [one, two])) = two() else { return };
    world.write("x.rs", "pub fn f() {}\n");
    choose(world.root(), &one);
    let first = world.expect_cold_and_warm(CALL, &LIBRARY);
    choose(world.root(), &two);
    let second = world.expect_cold_and_warm(CALL, &LIBRARY);
    assert_ne!(first, second);
    // One that is nearer.
    choose(&world.work, &one);
    let (nearer, counters) = world.compare(CALL, &LIBRARY);
    assert_eq!((nearer, counters.faults), (first.clone(), 0));
    fs::remove_file(world.work.join("rust-toolchain.toml")).unwrap();
    tick();
    assert_eq!(world.compare(CALL, &LIBRARY).0, second);
    choose(world.root(), &one);
    assert_eq!(world.expect(Expected::Hit, CALL, &LIBRARY).0, first);
}

#[test]
fn a_toolchain_that_a_variable_names_is_the_one_that_compiles() {
    let Some((mut world, names)) = two() else { return };
    world.write("x.rs", "pub fn f() {}\n");
    let mut made = Vec::new();
    for name in [&names[0], &names[1], &names[0]] {
        world.set("RUSTUP_TOOLCHAIN", name);
        made.push(world.compare(CALL, &LIBRARY));
        world.unset("RUSTUP_TOOLCHAIN");
    }
    assert!(made[0].0 != made[1].0 && made[0].0 == made[2].0);
    assert_eq!((made[0].1.misses, made[1].1.misses, made[2].1.hits), (1, 1, 1));
}

#[test]
fn a_workspace_that_changes_its_toolchain_is_built_by_the_one_and_then_by_the_other() {
    let Some((_, names)) = two() else { return };
    let Some(mut workspace) = Workspace::without_incremental(SMALL) else { return };
    workspace.world.unset("RUSTUP_TOOLCHAIN");
    for name in &names {
        choose(&workspace.world.work, name);
        workspace.build_in_all_ways("build --workspace").assert_counted_and_same();
    }
    choose(&workspace.world.work, &names[0]);
    workspace.clean();
    workspace.build(Way::Cached, "build --workspace").expect_success().assert_all_hits();
}

//! Where no daemon can be had, the compiler runs as if there were no cache, and one line says why.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_tests::{World, permitted, required, run, zccache, zccached};

/// A world with a source that compiles and one that does not.
pub fn world() -> Option<World> {
    if !required("gcc") {
        return None;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    world.write("wrong.c", "int x\n");
    Some(world)
}

/// Compiles with `client`, a program that is called as zccache is: object, exit code and what the compiler says are the
/// compiler's own, after one line that says why there is no cache.
#[track_caller]
pub fn runs_uncached(world: &World, client: impl Fn() -> Command, why: &str) {
    for (call, code) in [("gcc -c x.c", 0), ("gcc -c wrong.c -o wrong.o", 1)] {
        let bare = world.make_bare(call, &["x.o", "wrong.o"]);
        let mut uncached = world.make(client().args(call.split(' ')), &["x.o", "wrong.o"]);
        let said = uncached.run.err();
        let (line, rest) = said.split_once('\n').unwrap_or_else(|| panic!("nothing was said: {uncached:?}"));
        assert!(line.starts_with("zccache: ") && line.contains(why), "{line}");
        assert!(line.ends_with("; running gcc without the cache"), "{line}");
        uncached.run.stderr = rest.as_bytes().to_vec();
        assert_eq!(uncached, bare);
        assert_eq!(uncached.run.code, Some(code));
    }
}

#[test]
fn a_cache_folder_that_cannot_be_made_is_named() {
    let Some(mut world) = world() else { return };
    world.write("file", "");
    world.cache = world.work.join("file/cache");
    let folder = world.cache.display().to_string();
    runs_uncached(&world, || world.zccache::<&str>([]), &folder);
}

#[test]
fn a_setting_that_makes_no_sense_is_named() {
    let Some(mut world) = world() else { return };
    world.set("ZCCACHE_CACHE_SIZE", "much");
    runs_uncached(&world, || world.zccache::<&str>([]), "ZCCACHE_CACHE_SIZE: 'much' is not a size");
}

#[test]
fn a_configuration_that_makes_no_sense_is_named() {
    let Some(world) = world() else { return };
    let folder = world.root().join("home/.config/zccache");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "colour = 1\n").unwrap();
    runs_uncached(&world, || world.zccache::<&str>([]), "there is no setting 'colour'");
}

#[test]
fn a_client_without_the_daemons_program_beside_it_says_so() {
    let Some(world) = world() else { return };
    let alone = copy(&zccache(), &world.root().join("bin"));
    runs_uncached(&world, || world.command(&alone), "zccached is not installed beside zccache");
}

#[test]
fn a_daemon_that_ends_at_once_or_is_no_program_is_named() {
    let Some(world) = world() else { return };
    let client = copy(&zccache(), &world.root().join("bin"));
    let daemon = client.with_file_name("zccached");
    for (content, mode, why) in [
        ("#!/bin/false\n", 0o755, "the cache daemon cannot be started: it ended without a word"),
        ("#!/no/such/shell\n", 0o755, "the cache daemon cannot be started: "),
        ("", 0o644, "the cache daemon cannot be started: "),
    ] {
        fs::write(&daemon, content).unwrap();
        fs::set_permissions(&daemon, Permissions::from_mode(mode)).unwrap();
        runs_uncached(&world, || world.command(&client), why);
    }
}

#[test]
fn a_folder_for_sockets_that_others_can_enter_is_named() {
    let Some(world) = world() else { return };
    let folder = world.root().join("run/zccache");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    runs_uncached(&world, || world.zccache::<&str>([]), "is not a folder that only this user can enter");
}

#[test]
fn a_user_who_may_not_write_the_cache_folder_compiles_without_it() {
    let Some(mut world) = world() else { return };
    let root = rustix::process::geteuid().is_root();
    if !(permitted(root, "this is root, who can become another user") && required("setpriv")) {
        return;
    }
    fs::set_permissions(world.root(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&world.work, Permissions::from_mode(0o777)).unwrap();
    let client = copy(&zccache(), &world.root().join("bin"));
    copy(&zccached(), &world.root().join("bin"));
    let (home, runtime) = (world.root().join("nobody"), world.root().join("nobody-run"));
    for folder in [&home, &runtime] {
        fs::create_dir(folder).unwrap();
        std::os::unix::fs::chown(folder, Some(65534), Some(65534)).unwrap();
    }
    world.set("HOME", &home);
    let as_nobody = |world: &World| {
        let mut command = world.command("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(&client);
        command
    };
    // The folder for sockets is another user's.
    fs::create_dir_all(world.root().join("run/zccache")).unwrap();
    fs::set_permissions(world.root().join("run"), Permissions::from_mode(0o700)).unwrap();
    runs_uncached(&world, || as_nobody(&world), "ermission denied");
    // Only the cache folder is.
    world.set("XDG_RUNTIME_DIR", &runtime);
    let folder = world.cache.display().to_string();
    runs_uncached(&world, || as_nobody(&world), &folder);
    // With a cache folder of his own all is well.
    world.cache = home.join("cache");
    let made = run(as_nobody(&world).args(["gcc", "-c", "x.c"])).expect_success();
    assert_eq!(made.err(), "");
    run(as_nobody(&world).arg("stop")).expect_success();
}

fn copy(program: &Path, folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let to = folder.join(program.file_name().unwrap());
    fs::copy(program, &to).unwrap();
    to
}

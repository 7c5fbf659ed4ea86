//! What counts is the client's environment, never that of the daemon or of who happened to start it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use zccache_tests::{Expected, World, permitted, required, rest, run, zccache};

/// Starts the daemon of a world from `/`, under another mask, with another folder for temporary files.
fn start_elsewhere(world: &World, temporary: &Path) {
    fs::create_dir_all(temporary).unwrap();
    let mut command = world.command("sh");
    command.args(["-c", "umask 077 && cd / && exec \"$0\" start"]).arg(zccache());
    run(command.env("PATH", "/usr/bin:/bin").env("TMPDIR", temporary).env("CPATH", "/daemon")).expect_success();
}

#[test]
fn folder_mask_and_temporary_files_are_the_callers() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    let (of_daemon, of_client) = (world.root().join("daemon-tmp"), world.root().join("client-tmp"));
    fs::create_dir(&of_client).unwrap();
    start_elsewhere(&world, &of_daemon);
    world.set("TMPDIR", &of_client);
    world.write("value.h", "#define VALUE 1\n");
    world.write("x.c", "#include <value.h>\nint x = VALUE;\n");
    let changed =
        |folder: &Path| fs::metadata(folder).map(|metadata| (metadata.ctime(), metadata.ctime_nsec())).unwrap();
    rest();
    let before = changed(&of_daemon);
    let made = world.expect_cold_and_warm("gcc -I. -MD -c x.c", &["x.o", "x.d"]);
    assert!(made.run.succeeded(), "{made:?}");
    assert_eq!(changed(&of_daemon), before, "something was written to the daemon's folder for temporary files");
    assert_eq!(fs::read_dir(&of_client).unwrap().count(), 0, "a temporary file is left");
}

#[test]
fn the_compiler_is_the_one_in_the_callers_path() {
    if !(required("gcc") && required("clang")) {
        return;
    }
    let mut world = World::new();
    start_elsewhere(&world, &world.root().join("daemon-tmp"));
    world.write("x.c", "int x;\n");
    let gcc = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let clang = run(world.command("sh").args(["-c", "command -v clang"])).expect_success().out();
    let first = world.root().join("first");
    fs::create_dir(&first).unwrap();
    symlink(clang.trim(), first.join("gcc")).unwrap();
    let path = format!("{}:{}", first.display(), std::env::var("PATH").unwrap());
    world.set("PATH", path);
    let other = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    assert_ne!(gcc.files, other.files, "clang's objects are not gcc's");
    fs::remove_file(first.join("gcc")).unwrap();
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
}

#[test]
fn variables_that_the_compiler_reads_are_the_callers() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    start_elsewhere(&world, &world.root().join("daemon-tmp"));
    world.write("include/value.h", "#define VALUE 1\n");
    world.write("x.c", "#include <value.h>\nint x = VALUE;\n");
    world.expect(Expected::Failure, "gcc -c x.c", &["x.o"]);
    world.set("CPATH", world.work.join("include"));
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
}

#[test]
fn messages_are_in_the_callers_language_and_width() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    world.write("x.c", "int f(void) { int unused; return 1; }\n");
    for (name, value) in [("LC_ALL", "C"), ("LC_ALL", "C.UTF-8"), ("COLUMNS", "40"), ("GCC_COLORS", "warning=01;36")] {
        world.set(name, value);
        let bare = world.make_bare("gcc -Wall -c x.c", &["x.o"]);
        for _ in 0..2 {
            assert_eq!(world.make_cached("gcc -Wall -c x.c", &["x.o"]), bare, "{name}={value}");
        }
    }
}

#[test]
fn a_caller_that_sees_other_files_is_not_served() {
    if !(required("gcc") && required("unshare")) {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    let bare = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let unshared = || {
        let mut command = world.command("unshare");
        command.arg("--mount").arg(zccache()).args(["gcc", "-c", "x.c"]);
        command
    };
    if !permitted(run(world.command("unshare").args(["--mount", "true"])).succeeded(), "mounts can be unshared") {
        return;
    }
    let (made, counters) = world.count(|| world.make(&mut unshared(), &["x.o"]));
    assert_eq!(made, bare);
    Expected::Bypass.check(&counters);
    assert_eq!(counters.reason("bypass: namespace"), 1, "{counters:?}");
}

#[test]
fn a_variable_that_is_not_unicode_neither_keeps_the_daemon_from_starting_nor_a_compile_from_its_cache() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    for expected in [(0, 1), (1, 1)] {
        world.remove("x.o");
        let mut compile = world.zccache(["gcc", "-c", "x.c"]);
        compile.env(OsStr::from_bytes(b"NOT_\xff"), OsStr::from_bytes(b"\xff\xfe"));
        run(&mut compile).expect_success();
        assert!(world.read("x.o").is_some());
        let counters = world.counters();
        assert_eq!((counters.hits, counters.misses), expected, "{counters:?}");
    }
}

#[test]
fn jobs_with_temporary_folders_of_their_own_have_one_daemon() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    // As where the system gives users no folder for sockets.
    world.set("XDG_RUNTIME_DIR", "");
    world.write("x.c", "int x;\n");
    for (job, expected) in [("one", Expected::NoHit), ("two", Expected::Hit)] {
        let folder = world.root().join(job);
        fs::create_dir(&folder).unwrap();
        world.set("TMPDIR", &folder);
        let made = world.expect(expected, "gcc -c x.c", &["x.o"]).0;
        assert!(made.run.succeeded() && made.run.err().is_empty(), "{made:?}");
    }
}

/// Compiles in the old sight of a folder and in the new one, after that was mounted onto itself and something else into it.
const IN_BOTH_SIGHTS: &str = "cd \"$0\" && mount --bind \"$0\" \"$0\" && mount --bind \"$1\" \"$0/sub\" || exit 77\n\
                              $2 gcc -c x.c -o old.o && cd \"$0\" && $2 gcc -c x.c -o new.o; code=$?\n\
                              umount --lazy \"$0/sub\"; umount --lazy \"$0\"; exit $code\n";

#[test]
fn a_folder_that_is_mounted_onto_itself_is_two_places() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("d/x.c", "#include \"sub/h.h\"\nint v = V;\n");
    world.write("d/sub/h.h", "#define V 1\n");
    world.write("alt/h.h", "#define V 2\n");
    let (folder, other) = (world.work.join("d"), world.work.join("alt"));
    let both = |launcher: &Path| {
        let ran = run(world.command("sh").args(["-c", IN_BOTH_SIGHTS]).args([&folder, &other]).arg(launcher));
        let permitted = permitted(ran.code != Some(77), "file systems can be mounted");
        permitted.then(|| {
            assert!(ran.succeeded(), "{ran:?}");
            ["old.o", "new.o"].map(|object| fs::read(folder.join(object)).unwrap())
        })
    };
    let Some(bare) = both(Path::new("")) else { return };
    assert_ne!(bare[0], bare[1]);
    for _ in 0..3 {
        assert_eq!(both(&zccache()), Some(bare.clone()));
    }
}

//! Links that are named as a compiler.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use zccache_tests::{Expected, World, required, run, zccache};

/// A world whose PATH begins with a folder of links to zccache, and that folder.
fn masqueraded(names: &[&str]) -> (World, PathBuf) {
    let mut world = World::new();
    world.write("x.c", "int f(void) { int unused; return 1; }\n");
    let folder = world.root().join("links");
    fs::create_dir(&folder).unwrap();
    for name in names {
        symlink(zccache(), folder.join(name)).unwrap();
    }
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    world.set("PATH", path);
    (world, folder)
}

#[test]
fn a_link_named_as_a_compiler_is_that_compiler_from_the_cache() {
    if !required("gcc") {
        return;
    }
    let compiler = run(std::process::Command::new("sh").args(["-c", "command -v gcc"])).expect_success().out();
    let (world, folder) = masqueraded(&["gcc", "cc", "g++"]);
    let bare = world.make_bare(&format!("{} -Wall -g -MD -c x.c", compiler.trim()), &["x.o", "x.d"]);
    for program in ["gcc".to_owned(), folder.join("gcc").display().to_string()] {
        for expected in [Expected::NoHit, Expected::Hit] {
            let call = format!("{program} -Wall -g -MD -c x.c");
            let (made, counters) = world.count(|| world.make_bare(&call, &["x.o", "x.d"]));
            assert_eq!(made.files, bare.files);
            assert_eq!((made.run.code, made.run.out(), made.run.err()), (Some(0), bare.run.out(), bare.run.err()));
            if program == "gcc" {
                expected.check(&counters);
            } else {
                Expected::Hit.check(&counters);
            }
        }
    }
    let linked = world.bare("gcc -E x.c");
    assert_eq!(linked.out(), run(world.command(compiler.trim()).args(["-E", "x.c"])).out());
}

#[test]
fn a_call_of_zccache_passes_over_links_to_itself() {
    if !required("gcc") {
        return;
    }
    let (world, _) = masqueraded(&["gcc", "gcc-ar"]);
    let first = world.make_cached("gcc -c x.c", &["x.o"]);
    assert!(first.run.succeeded(), "{first:?}");
    let (second, counters) = world.count(|| world.make_cached("gcc -c x.c", &["x.o"]));
    assert_eq!(first, second);
    Expected::Hit.check(&counters);
    let (version, counters) = world.count(|| world.cached("gcc --version"));
    assert!(version.out().contains("Free Software Foundation"), "{version:?}");
    Expected::Bypass.check(&counters);
}

#[test]
fn a_link_whose_compiler_is_nowhere_else_is_not_found() {
    let (mut world, folder) = masqueraded(&["gcc"]);
    world.set("PATH", &folder);
    for mut call in [world.command(folder.join("gcc")), world.zccache(["gcc"])] {
        let ran = run(call.args(["-c", "x.c"]));
        assert_eq!(ran.code, Some(127), "{ran:?}");
        assert!(ran.err().starts_with("zccache: gcc: command not found"), "{ran:?}");
    }
}

#[test]
fn a_launcher_and_a_compilers_name_that_both_say_zccache_are_one() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    let zccache = zccache().display().to_string();
    let bare = world.make_bare("gcc -c x.c", &["x.o"]);
    for _ in 0..2 {
        assert_eq!(world.make(&mut world.zccache([&zccache, &zccache, "gcc", "-c", "x.c"]), &["x.o"]), bare);
    }
    assert_eq!(world.counters().outcomes(), (1, 1, 0, 0, 0));
}

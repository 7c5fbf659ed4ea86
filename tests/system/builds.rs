//! Whole builds by the tools that people build with.

use std::fs;

use zccache_tests::{Counters, Project, UNITS, World, required, run, start, zccache};

/// All units of a project were served from the cache, and nothing else went through it but `bypasses` links.
#[track_caller]
fn all_hits(counters: &Counters, bypasses: u64) {
    assert_eq!(counters.outcomes(), (UNITS, 0, bypasses, 0, 0), "{counters:?}");
}

#[track_caller]
fn all_misses(counters: &Counters, bypasses: u64) {
    assert_eq!(counters.outcomes(), (0, UNITS, bypasses, 0, 0), "{counters:?}");
    assert_eq!(counters.reason("miss: cold"), UNITS, "{counters:?}");
    assert_eq!(counters.results, UNITS);
}

#[test]
fn make_builds_cold_and_then_wholly_from_the_cache() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    let bare = project.bare();
    let ((), cold) = world.count(|| project.make("zccache gcc", &[]));
    all_misses(&cold, 1);
    assert!(project.built() == bare, "objects of the cold build differ");
    project.clean();
    let ((), warm) = world.count(|| project.make("zccache gcc", &[]));
    all_hits(&warm, 1);
    assert!(project.built() == bare, "objects of the warm build differ");
    run(&mut world.command("./program")).expect_success();
}

#[test]
fn make_builds_only_what_depends_on_a_changed_header_after_a_build_from_the_cache() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    project.make("zccache gcc", &["objects"]);
    project.clean();
    project.make("zccache gcc", &["objects"]);
    // Written now, so newer than the objects: unit3.c and unit0.c include it.
    world.write_now("include/unit3.h", "#include \"common.h\"\nint unit3(int count);\n");
    zccache_tests::tick();
    let ((), counters) = world.count(|| project.make("zccache gcc", &["objects"]));
    assert_eq!(counters.outcomes(), (0, 2, 0, 0, 0), "{counters:?}");
    let built = project.built();
    assert!(built == project_bare_after_clean(&project), "objects after the change differ");
}

fn project_bare_after_clean(project: &Project<'_>) -> std::collections::BTreeMap<String, Vec<u8>> {
    project.clean();
    project.bare()
}

#[test]
fn ninja_builds_cold_and_then_wholly_from_the_cache_and_knows_the_headers() {
    if !(required("ninja") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    let with = |compiler: &str| fs::write(world.work.join("compiler.ninja"), format!("cc = {compiler}\n")).unwrap();
    let ninja = |arguments: &[&str]| run(world.command("ninja").args(arguments)).expect_success();
    with("gcc");
    ninja(&["objects"]);
    let bare = project.built();
    assert_eq!(bare.len() as u64, UNITS);
    with(&format!("{} gcc", zccache().display()));
    ninja(&["-t", "clean"]);
    let (_, cold) = world.count(|| ninja(&["program"]));
    all_misses(&cold, 0);
    assert!(project.built() == bare, "objects of the cold build differ");
    ninja(&["-t", "clean"]);
    let (_, warm) = world.count(|| ninja(&["program"]));
    all_hits(&warm, 0);
    assert!(project.built() == bare, "objects of the warm build differ");
    let headers = ninja(&["-t", "deps", "unit3.o"]).out();
    assert!(headers.contains("include/unit3.h") && headers.contains("include/common.h"), "{headers}");
    assert!(ninja(&["program"]).out().contains("no work to do"));
}

#[test]
fn cmake_builds_cold_and_then_wholly_from_the_cache() {
    if !(required("cmake") && required("ninja") && required("gcc")) {
        return;
    }
    let world = World::new();
    Project::write(&world);
    let launcher = format!("-DCMAKE_C_COMPILER_LAUNCHER={}", zccache().display());
    let configure = ["-S", ".", "-B", "out", "-G", "Ninja", "-DCMAKE_C_COMPILER=gcc", "-DCMAKE_BUILD_TYPE=Debug"];
    run(world.command("cmake").args(configure).arg(&launcher)).expect_success();
    let build =
        |target: &str| run(world.command("cmake").args(["--build", "out", "--target", target])).expect_success();
    let (_, cold) = world.count(|| build("program"));
    assert_eq!(cold.outcomes(), (0, UNITS, 0, 0, 0), "{cold:?}");
    let program = world.read("out/program").unwrap();
    build("clean");
    assert_eq!(world.read("out/program"), None);
    let (_, warm) = world.count(|| build("program"));
    all_hits(&warm, 0);
    assert!(world.read("out/program").unwrap() == program, "the program of the warm build differs");
}

#[test]
fn a_build_into_a_pipe_ends_although_it_started_the_daemon() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    assert_eq!(world.daemon(), None);
    let script = format!("make -s -j4 CC='{} gcc' objects | cat; echo ended", zccache().display());
    let ended = run(world.command("sh").args(["-c", &script])).expect_success();
    assert!(ended.out().ends_with("ended\n"), "{ended:?}");
    assert!(world.daemon().is_some(), "the build started no daemon");
    assert_eq!(project.built().len() as u64, UNITS);
}

#[test]
fn a_daemon_that_a_build_started_outlives_its_process_group() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    let build = start(&mut world.zccache(["gcc", "-c", "x.c"]));
    let group = build.pid();
    build.end().expect_success();
    let daemon = world.daemon().expect("the compile started it");
    assert_ne!(rustix::process::getpgid(Some(daemon)).unwrap(), group);
    assert_eq!(rustix::process::getsid(Some(daemon)).unwrap(), daemon);
}

#[test]
fn two_builds_of_one_tree_at_once_compile_every_unit_once() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    let bare = project.bare();
    world.forget_counters();
    // Neither build sees what the other one has made already (-B), so each asks for every unit.
    let build = || {
        let mut command = world.make_command("zccache gcc");
        start(command.args(["-B", "-j2", "DEPENDS=", "objects"]))
    };
    let builds = [build(), build()];
    for build in builds {
        build.end().expect_success();
    }
    let counters = world.counters();
    assert_eq!(counters.outcomes(), (UNITS, UNITS, 0, 0, 0), "{counters:?}");
    assert!(project.built() == bare, "objects differ");
}

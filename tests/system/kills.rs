//! The daemon may die at any moment: builds go on, and what is stored is right.

use zccache_tests::{Expected, Project, UNITS, World, kill, required, start, until, until_gone};

struct Killed<'a> {
    world: &'a World,
    project: Project<'a>,
    bare: std::collections::BTreeMap<String, Vec<u8>>,
}

impl<'a> Killed<'a> {
    fn new(world: &'a World) -> Killed<'a> {
        let project = Project::write(world);
        let bare = project.bare();
        Killed { world, project, bare }
    }

    /// Builds, and kills the daemon as soon as this many objects are there.
    #[track_caller]
    fn build_and_kill_after(&self, objects: usize) {
        self.project.clean();
        zccache_tests::run(&mut self.world.zccache(["start"])).expect_success();
        let daemon = self.world.daemon().expect("it was started");
        let mut make = self.world.make_command("zccache gcc");
        let build = start(make.args(["-j2", "objects"]));
        until("some objects are there", || (self.project.built().len() >= objects).then_some(()));
        kill(daemon);
        build.end().expect_success();
        assert!(self.project.built() == self.bare, "objects differ after a kill at {objects} objects");
    }

    /// The next build works, and the one after that comes wholly from the cache.
    #[track_caller]
    fn recovers(&self) {
        for expected in [None, Some((UNITS, 0, 0, 0, 0))] {
            self.project.clean();
            let ((), counters) = self.world.count(|| self.project.make("zccache gcc", &["objects"]));
            assert!(self.project.built() == self.bare, "objects differ after recovery");
            assert_eq!(counters.dropped, 0, "{counters:?}");
            assert!(expected.is_none_or(|expected| counters.outcomes() == expected), "{counters:?}");
        }
    }
}

#[test]
fn a_daemon_killed_during_a_cold_build_does_not_disturb_it() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let killed = Killed::new(&world);
    killed.build_and_kill_after(5);
    killed.recovers();
}

#[test]
fn a_daemon_killed_during_a_warm_build_does_not_disturb_it() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let killed = Killed::new(&world);
    killed.project.make("zccache gcc", &["objects"]);
    killed.build_and_kill_after(5);
    killed.recovers();
}

#[test]
fn a_daemon_killed_again_and_again_loses_at_most_what_was_not_written_yet() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let killed = Killed::new(&world);
    for objects in [0, 1, 3, 8, 13, 17, 20] {
        // Every build has other keys, so that each is cold where it is killed.
        killed.build_and_kill_after(objects);
    }
    killed.recovers();
}

#[test]
fn a_socket_that_a_dead_daemon_left_does_not_matter() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    zccache_tests::run(&mut world.zccache(["start"])).expect_success();
    kill(world.daemon().expect("it was started"));
    assert!(world.socket().exists());
    assert_eq!(world.daemon(), None);
    let bare = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    assert!(bare.run.stderr.is_empty());
}

#[test]
fn a_daemon_killed_while_a_compiler_runs_leaves_the_compile_to_its_client() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "#include \"gate.h\"\nint x;\n");
    let gate = world.gate("gate.h");
    let compile = start(&mut world.zccache(["gcc", "-c", "x.c"]));
    let held = gate.hold();
    kill(world.daemon().expect("the compile started it"));
    drop(held);
    let made = compile.end().expect_success();
    let said = made.err();
    assert!(said.lines().count() == 1 && said.starts_with("zccache: the daemon went away"), "{said}");
    assert!(world.read("x.o").is_some());
}

#[test]
fn a_cache_that_is_cleared_again_and_again_during_a_build_harms_nothing() {
    if !(required("make") && required("gcc")) {
        return;
    }
    let world = World::new();
    let project = Project::write(&world);
    let bare = project.bare();
    project.make("zccache gcc", &["objects"]);
    project.clean();
    let mut make = world.make_command("zccache gcc");
    let mut build = start(make.args(["-j2", "objects"]));
    while build.runs() {
        zccache_tests::run(&mut world.zccache(["clear"])).expect_success();
    }
    build.end().expect_success();
    assert!(project.built() == bare, "objects differ");
    assert_eq!(world.counters().faults, 0);
}

#[test]
fn a_daemon_whose_folder_for_sockets_is_gone_makes_way_for_another() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "int x;\n");
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let first = world.daemon().expect("the compile started it");
    // As systems do where a user logs out.
    std::fs::remove_dir_all(world.socket().parent().expect("it lies in a folder")).unwrap();
    until_gone(first);
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    assert_ne!(world.daemon().expect("the compile started another"), first);
}

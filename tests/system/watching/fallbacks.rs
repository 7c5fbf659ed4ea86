//! Where the system cannot be relied on to tell of changes, files are looked at instead: `status` counts why, and every
//! answer is right.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::{Signal, kill_process};
use zccache_tests::{Expected, World, permitted, required, rest, run, tick, until, zccache};

use crate::mounted::Mounted;

const CALL: &str = "gcc -Iinc -MD -c x.c";
const OUTPUTS: [&str; 2] = ["x.o", "x.d"];

/// A world with a source and a header in another folder.
fn world() -> Option<World> {
    required("gcc").then(|| {
        let world = World::new();
        write(&world);
        world
    })
}

fn write(world: &World) {
    world.write_many([("inc/value.h", "#define VALUE 1\n"), ("x.c", "#include <value.h>\nint x = VALUE;\n")]);
}

/// That hits are served, that none of them is answered from memory, and that edits are seen at once.
#[track_caller]
fn looks_each_time(world: &World) {
    world.compare(CALL, &OUTPUTS);
    for value in 100..105 {
        // Old enough for everything to be remembered that may be.
        rest();
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        let mut command = world.zccache(CALL.split(' '));
        world.write_now("inc/value.h", format!("#define VALUE {value}\n"));
        run(&mut command).expect_success();
        let cached = world.written(&OUTPUTS);
        assert_eq!(cached, world.make_bare(CALL, &OUTPUTS).files);
        tick();
        world.compare(CALL, &OUTPUTS);
    }
    assert_eq!(world.watching().answered, 0, "{:?}", world.watching());
}

#[test]
fn a_project_on_an_overlay_is_looked_at_each_time_and_served() {
    let Some(mut world) = world() else { return };
    let (lower, merged) = (world.work.clone(), world.root().join("merged"));
    let Some(_overlay) = Mounted::overlay(&merged, &lower) else { return };
    world.work = merged;
    // What is below an overlay can be written past it.
    for value in 2..5 {
        world.compare(CALL, &OUTPUTS);
        rest();
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        fs::write(lower.join("inc/value.h"), format!("#define VALUE {value}\n")).unwrap();
        world.compare(CALL, &OUTPUTS);
        tick();
    }
    looks_each_time(&world);
    let watching = world.watching();
    assert!(watching.refused("file-system") > 0 && watching.off.is_none(), "{watching:?}");
}

#[test]
fn a_project_in_a_layer_that_an_overlay_writes_to_is_looked_at_each_time_and_served() {
    let Some(mut world) = world() else { return };
    let (lower, merged) = (world.root().join("lower"), world.root().join("merged"));
    fs::create_dir(&lower).unwrap();
    let Some(_overlay) = Mounted::overlay(&merged, &lower) else { return };
    world.work = merged.clone();
    write(&world);
    world.work = lower.with_extension("upper");
    // What is written past it here is written to the same file, and no event of it.
    for value in 2..5 {
        world.compare(CALL, &OUTPUTS);
        rest();
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        fs::write(merged.join("inc/value.h"), format!("#define VALUE {value}\n")).unwrap();
        world.compare(CALL, &OUTPUTS);
        tick();
    }
    looks_each_time(&world);
    let watching = world.watching();
    assert!(watching.refused("file-system") > 0 && watching.off.is_none(), "{watching:?}");
}

#[test]
fn a_file_system_that_comes_over_a_header_or_goes_is_seen_by_the_very_next_call() {
    let Some(world) = world() else { return };
    if !Mounted::is_permitted(world.root()) {
        return;
    }
    let (folder, other) = (world.work.join("inc"), world.root().join("other"));
    fs::create_dir(&other).unwrap();
    fs::write(other.join("value.h"), "#define VALUE 2\n").unwrap();
    tick();
    let mut mounted = None;
    let anew = |what: &str, change: &mut dyn FnMut()| {
        let (made, counters) = world.answers_anew(what, CALL, &OUTPUTS, |_| change());
        assert!(made.run.succeeded() && counters.requests == 1, "{what}: {made:?}, {counters:?}");
        let (_, counters) = world.until_remembered(CALL, &OUTPUTS);
        Expected::Hit.check(&counters);
    };
    anew("a folder mounted over the header's", &mut || mounted = Mounted::folder(&folder, &other));
    world.answers_anew("the header written at its other place", CALL, &OUTPUTS, |_| {
        fs::write(other.join("value.h"), "#define VALUE 3\n").unwrap();
    });
    anew("unmounted", &mut || drop(mounted.take()));
    anew("a file system in memory mounted there", &mut || {
        mounted = Mounted::memory(&folder, "1m");
        fs::write(folder.join("value.h"), "#define VALUE 4\n").unwrap();
    });
    world.answers_anew("the header in memory written", CALL, &OUTPUTS, |_| {
        fs::write(folder.join("value.h"), "#define VALUE 5\n").unwrap();
    });
    anew("unmounted with all that was watched on it", &mut || drop(mounted.take()));
}

#[test]
fn another_folder_mounted_in_the_place_of_one_is_seen_although_the_list_of_mounts_says_the_same() {
    let Some(world) = world() else { return };
    if !Mounted::is_permitted(world.root()) {
        return;
    }
    let folder = world.work.join("inc");
    let version = |name: &str| world.root().join("versions").join(name);
    for (name, value) in [("one", 2), ("two", 3)] {
        fs::create_dir_all(version(name).join("sub")).unwrap();
        fs::write(version(name).join("sub/value.h"), format!("#define VALUE {value}\n")).unwrap();
    }
    tick();
    let mut mounted = Mounted::folder(&folder, &version("one").join("sub"));
    world.answers_anew("the folder above swapped and mounted anew", CALL, &OUTPUTS, |_| {
        fs::rename(version("one"), version("old")).unwrap();
        fs::rename(version("two"), version("one")).unwrap();
        drop(mounted.take());
        mounted = Mounted::folder(&folder, &version("one").join("sub"));
    });
}

#[test]
fn a_file_system_that_is_mounted_where_nothing_is_looked_for_ends_nothing() {
    let Some(world) = world() else { return };
    if !Mounted::is_permitted(world.root()) {
        return;
    }
    let elsewhere = world.root().join("else/where");
    fs::create_dir_all(&elsewhere).unwrap();
    // Other tests mount overlays, and something may happen for the first time in a folder that was claimed whole.
    until("a mount elsewhere ends nothing", || {
        world.until_remembered(CALL, &OUTPUTS);
        let before = world.watching();
        let mounted = Mounted::memory(&elsewhere, "1m");
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        drop(mounted);
        world.expect(Expected::Hit, CALL, &OUTPUTS);
        (world.watching().answered == before.answered + 2).then_some(())
    });
}

#[test]
fn more_events_than_the_system_keeps_lose_nothing_but_the_memory() {
    let Some(world) = world() else { return };
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: u32 = limit.trim().parse().unwrap();
    if !permitted(limit <= 1 << 20, "the system's queue of changes can be filled in a short time") {
        return;
    }
    let daemon = |world: &World| world.daemon().expect("it runs");
    let before = world.watching().lost("overflow");
    let (made, counters) = world.answers_anew("an overflow", CALL, &OUTPUTS, |world| {
        let daemon = daemon(world);
        kill_process(daemon, Signal::STOP).unwrap();
        // Two files in turn: the system folds an event into an equal one before it.
        for number in 0..=limit {
            let path = world.work.join(if number % 2 == 0 { "x.c" } else { "inc/value.h" });
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        world.write_now("inc/value.h", "#define VALUE 2\n");
        kill_process(daemon, Signal::CONT).unwrap();
    });
    assert!(made.run.succeeded() && counters.misses == 1, "{made:?}, {counters:?}");
    assert!(world.watching().lost("overflow") > before, "{:?}", world.watching());
    let (_, counters) = world.until_remembered(CALL, &OUTPUTS);
    Expected::Hit.check(&counters);
}

/// Starts the daemon where the system lets it have only so much of something. False: that cannot be done here.
fn start_with(world: &World, limit: &str, value: u32) -> bool {
    let mut command = world.command("unshare");
    let script = format!("echo {value} > /proc/sys/user/{limit} && exec \"$0\" start");
    command.args(["--user", "--map-root-user", "sh", "-c", &script]).arg(zccache());
    permitted(run(&mut command).succeeded() && world.daemon().is_some(), "a user namespace can be limited")
}

#[test]
fn a_daemon_that_may_not_watch_enough_looks_each_time() {
    let Some(world) = world() else { return };
    // Not even for the folders above the compiler.
    if !start_with(&world, "max_inotify_watches", 5) {
        return;
    }
    looks_each_time(&world);
    let watching = world.watching();
    assert!(watching.refused("limit") > 0 && watching.off.is_none(), "{watching:?}");
    assert_eq!(watching.remembered, 0, "{watching:?}");
}

#[test]
fn a_daemon_that_may_not_watch_at_all_says_so_and_looks_each_time() {
    let Some(world) = world() else { return };
    if !start_with(&world, "max_inotify_instances", 0) {
        return;
    }
    looks_each_time(&world);
    let watching = world.watching();
    assert_eq!(watching.off.as_deref(), Some("unavailable"), "{watching:?}");
    assert!(run(&mut world.zccache(["status"])).out().contains("watching  nothing (unavailable)"));
}

//! What a run will most likely have read is read while its tool runs, and nothing rests on that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use zccache_tests::{Expected, Started, World, permitted, required, run, start, tick, until};

const CALL: &str = "gcc -Iinc -c x.c";

/// A world in which the assembler waits for the file that `HELD` names.
fn world() -> Option<World> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if !(required("gcc") && permitted(processors > 1, "there is a processor besides the tool's")) {
        return None;
    }
    let mut world = World::new();
    world.set("ZCCACHE_LOG", "debug");
    world.write("x.c", "#include \"one.h\"\nint x = VALUE;\n");
    world.write("inc/one.h", "#include <two.h>\n");
    world.write("inc/two.h", "#define VALUE 2\n");
    let programs = world.root().join("programs");
    fs::create_dir(&programs).unwrap();
    world.set("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()));
    let real = run(Command::new("sh").args(["-c", "command -v as"])).expect_success().out();
    let script = format!("#!/bin/sh\n[ -z \"$HELD\" ] || cat \"$HELD\"\nexec {} \"$@\"\n", real.trim());
    fs::write(programs.join("as"), script).unwrap();
    fs::set_permissions(programs.join("as"), fs::Permissions::from_mode(0o755)).unwrap();
    tick();
    Some(world)
}

/// Starts the call, and does something while its tool runs and everything was read ahead.
#[track_caller]
fn held(world: &World, meanwhile: impl FnOnce()) -> Started {
    let gate = world.gate("gate");
    world.forget_counters();
    let compile = start(world.zccache(CALL.split(' ')).env("HELD", world.work.join("gate")));
    let held = gate.hold();
    until("files are read ahead", || world.log().contains("read ahead files=").then_some(()));
    meanwhile();
    drop(held);
    compile
}

#[test]
fn a_run_is_read_about_while_its_tool_runs() {
    let Some(world) = world() else { return };
    held(&world, || {}).end().expect_success();
    Expected::Miss.check(&world.counters());
    world.expect(Expected::Hit, CALL, &["x.o"]);
}

#[test]
fn a_header_that_changes_after_it_was_read_ahead_is_noticed() {
    let Some(world) = world() else { return };
    held(&world, || world.write("inc/two.h", "#define VALUE 3\n")).end().expect_success();
    Expected::Unstored.check(&world.counters());
    world.expect(Expected::Miss, CALL, &["x.o"]);
    world.expect(Expected::Hit, CALL, &["x.o"]);
}

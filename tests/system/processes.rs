//! A hit starts no process: not the compiler, not anything.

use std::fs;
use std::process::Command;

use rustix::process::Signal;
use zccache_tests::{Expected, World, permitted, required, rest, run, start, until};

/// A world with a unit that is stored and was served so that everything about it is remembered.
fn warmed() -> Option<World> {
    let traced = || {
        permitted(run(Command::new("strace").args(["-o", "/dev/null", "true"])).succeeded(), "processes can be traced")
    };
    if !(required("gcc") && required("strace") && traced()) {
        return None;
    }
    let world = World::new();
    world.write("value.h", "#define VALUE 1\n");
    world.write("x.c", "#include <stddef.h>\n#include \"value.h\"\nint x = VALUE;\n");
    rest();
    world.expect_cold_and_warm("gcc -MD -c x.c", &["x.o", "x.d"]);
    rest();
    world.expect(Expected::Hit, "gcc -MD -c x.c", &["x.o", "x.d"]);
    Some(world)
}

#[test]
fn the_client_of_a_hit_executes_nothing() {
    let Some(world) = warmed() else { return };
    let trace = world.root().join("trace");
    let mut command = world.command("strace");
    command.args(["-f", "-e", "trace=execve,clone,clone3,fork,vfork", "-o"]).arg(&trace).arg(zccache_tests::zccache());
    let (ran, counters) = world.count(|| run(command.args(["gcc", "-MD", "-c", "x.c"])));
    ran.expect_success();
    Expected::Hit.check(&counters);
    let traced = fs::read_to_string(&trace).unwrap();
    let calls: Vec<&str> = traced.lines().filter(|line| line.contains('(')).collect();
    assert!(calls.len() == 1 && calls[0].contains("execve("), "{traced}");
}

#[test]
fn the_daemon_of_a_hit_starts_no_process() {
    let Some(world) = warmed() else { return };
    let (trace, daemon) = (world.root().join("trace"), world.daemon().expect("it runs"));
    let mut command = world.command("strace");
    command.args(["-f", "-e", "trace=execve,fork,vfork,sendto,write,writev", "-o"]).arg(&trace);
    let tracer = start(command.args(["-p", &daemon.to_string()]));
    let status = format!("/proc/{daemon}/status");
    until("the daemon is traced", || {
        fs::read_to_string(&status)
            .unwrap()
            .lines()
            .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
            .then_some(())
    });
    let (made, counters) = world.count(|| world.make_cached("gcc -MD -c x.c", &["x.o", "x.d"]));
    assert!(made.run.succeeded());
    Expected::Hit.check(&counters);
    tracer.signal(Signal::INT);
    tracer.end();
    let traced = fs::read_to_string(&trace).unwrap();
    assert!(traced.contains("zcc1"), "nothing of the daemon was traced: {traced}");
    assert!(!traced.contains("exec") && !traced.contains("fork("), "{traced}");
}

#[test]
fn a_daemon_that_has_just_started_serves_what_an_earlier_one_stored() {
    let Some(world) = warmed() else { return };
    run(&mut world.zccache(["stop"])).expect_success();
    world.expect(Expected::Hit, "gcc -MD -c x.c", &["x.o", "x.d"]);
}

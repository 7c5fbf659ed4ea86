//! Signals reach the compiler and come back as its end.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use zccache_tests::{
    Run, Started, World, descendant, descendants, required, run, start, start_on_terminal, until_gone,
};

/// A compile that is held at a known point until it has ended by what `interrupt` does to it and to what it started.
fn interrupted(world: &World, cached: bool, interrupt: impl Fn(&Started, &[Pid])) -> Run {
    let gate = world.gate("gate.h");
    let mut command = if cached { world.zccache(["gcc"]) } else { world.command("gcc") };
    let compile = start(command.args(["-c", "x.c"]));
    let held = gate.hold();
    let processes: Vec<Pid> = descendants(compile.pid()).into_iter().map(|process| process.pid).collect();
    assert_eq!(processes.len(), if cached { 2 } else { 1 }, "driver and compiler proper");
    interrupt(&compile, &processes);
    until_gone(compile.pid());
    // A driver that is killed alone leaves the compiler proper behind, which waits for what it reads.
    drop(held);
    drop(gate);
    for process in processes {
        until_gone(process);
    }
    world.remove("gate.h");
    compile.end()
}

/// Whether this process, and so everything that it starts, ignores a signal.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(ignored.trim(), 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1
}

fn world() -> Option<World> {
    if !required("gcc") {
        return None;
    }
    let world = World::new();
    world.write("x.c", "#include \"gate.h\"\nint x;\n");
    // Else the client of the first compile has a child more.
    run(&mut world.zccache(["start"])).expect_success();
    Some(world)
}

/// Interrupts a compile without and with the cache: both end alike and leave nothing.
fn same_end(world: &World, interrupt: impl Fn(&Started, &[Pid])) -> Run {
    let bare = interrupted(world, false, &interrupt);
    assert_eq!(world.read("x.o"), None);
    let cached = interrupted(world, true, &interrupt);
    assert_eq!((cached.code, cached.signal), (bare.code, bare.signal), "{cached:?}\nbare: {bare:?}");
    assert_eq!(world.read("x.o"), None, "a partial object is left");
    let counters = world.counters();
    assert_eq!((counters.hits, counters.misses, counters.results), (0, 0, 0), "{counters:?}");
    assert_eq!(counters.requests, 1, "{counters:?}");
    cached
}

#[test]
fn control_c_ends_client_and_compiler_and_nothing_is_stored() {
    let Some(world) = world() else { return };
    if is_ignored(Signal::INT) {
        eprintln!("skipped: SIGINT is ignored here, as in the background of a script");
        return;
    }
    let ended = same_end(&world, |compile, processes| {
        compile.signal_group(Signal::INT);
        for process in processes {
            until_gone(*process);
        }
    });
    assert_eq!(ended.signal, Some(Signal::INT.as_raw()));
}

#[test]
fn a_signal_to_the_client_alone_reaches_the_compiler() {
    let Some(world) = world() else { return };
    // One that this test runs under protection of, as with `nohup`, does not end the bare driver either.
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM]
        .into_iter()
        .filter(|signal| !is_ignored(*signal))
    {
        world.forget_counters();
        // The bare driver is told alone too.
        let ended = same_end(&world, |compile, _| compile.signal(signal));
        assert_eq!(ended.signal, Some(signal.as_raw()), "{ended:?}");
    }
}

#[test]
fn a_driver_that_a_signal_kills_is_reported_as_killed_by_it() {
    let Some(world) = world() else { return };
    let ended = interrupted(&world, true, |compile, _| {
        kill_process(descendant(compile.pid(), "gcc"), Signal::SEGV).unwrap();
    });
    assert_eq!((ended.code, ended.signal), (None, Some(Signal::SEGV.as_raw())), "{ended:?}");
    assert_eq!(world.counters().outcomes(), (0, 0, 0, 1, 0));
}

#[test]
fn a_compiler_that_a_signal_kills_is_reported_as_its_driver_does() {
    let Some(world) = world() else { return };
    let ended = same_end(&world, |compile, _| {
        kill_process(descendant(compile.pid(), "cc1"), Signal::KILL).unwrap();
    });
    assert!(ended.code.is_some_and(|code| code != 0) && ended.err().contains("cc1"), "{ended:?}");
}

#[test]
fn a_compiler_whose_client_was_killed_is_not_stored() {
    let Some(world) = world() else { return };
    let gate = world.gate("gate.h");
    let compile = start(&mut world.zccache(["gcc", "-c", "x.c"]));
    let held = gate.hold();
    let processes = descendants(compile.pid());
    compile.signal(Signal::KILL);
    let ended = compile.end();
    assert_eq!(ended.signal, Some(Signal::KILL.as_raw()));
    drop(held);
    for process in processes {
        until_gone(process.pid);
    }
    zccache_tests::until("the daemon notices", || (world.counters().requests == 1).then_some(()));
    let counters = world.counters();
    assert_eq!((counters.reason("fault: client-gone"), counters.results), (1, 0), "{counters:?}");
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let Some(world) = world() else { return };
    let gate = world.gate("gate.h");
    let mut command = world.command("sh");
    command.args(["-c", "trap '' HUP && exec \"$@\"", "sh"]).arg(zccache_tests::zccache()).args(["gcc", "-c", "x.c"]);
    let compile = start(&mut command);
    let held = gate.hold();
    compile.signal_group(Signal::HUP);
    drop(held);
    compile.end().expect_success();
    assert!(world.read("x.o").is_some());
}

#[test]
fn a_terminal_that_goes_away_ends_client_and_compiler() {
    let Some(world) = world() else { return };
    if !required("setsid") {
        return;
    }
    let signal = |program: &Path| {
        let gate = world.gate("gate.h");
        let mut command = world.command("setsid");
        // The system tells the first process of the terminal's session, and no other.
        let (mut compile, terminal) = start_on_terminal(command.arg("--ctty").arg(program).args(["gcc", "-c", "x.c"]));
        let held = gate.hold();
        drop(terminal);
        let ended = zccache_tests::until("the compile ends", || compile.try_wait().unwrap());
        drop(held);
        drop(gate);
        world.remove("gate.h");
        ended.signal()
    };
    let (bare, cached) = (signal(Path::new("env")), signal(&zccache_tests::zccache()));
    assert_eq!((cached, bare), (Some(Signal::HUP.as_raw()), Some(Signal::HUP.as_raw())));
    assert_eq!(world.read("x.o"), None);
}

/// A process that does nothing until this value goes away.
struct Stopped(Pid);

impl Stopped {
    fn new(process: Pid) -> Stopped {
        kill_process(process, Signal::STOP).unwrap();
        Stopped(process)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        kill_process(self.0, Signal::CONT).unwrap();
    }
}

#[test]
fn a_client_that_waits_for_the_daemon_after_its_compiler_is_ended_by_a_signal() {
    let Some(world) = world() else { return };
    let gate = world.gate("gate.h");
    let mut compile = start(&mut world.zccache(["gcc", "-c", "x.c"]));
    let held = gate.hold();
    let stopped = Stopped::new(world.daemon().unwrap());
    let processes = descendants(compile.pid());
    drop(held);
    for process in processes {
        until_gone(process.pid);
    }
    // Its compiler is known to be gone a moment later.
    zccache_tests::until("the client ends", || {
        // It may have ended by the one before.
        let _gone = kill_process(compile.pid(), Signal::TERM);
        (!compile.runs()).then_some(())
    });
    let ended = compile.end();
    drop(stopped);
    assert_eq!(ended.signal, Some(Signal::TERM.as_raw()), "{ended:?}");
    assert!(world.read("x.o").is_some());
}

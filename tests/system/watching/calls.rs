//! What an answer from memory costs: the daemon's system calls are the same ones however many headers a source has.

use std::fs;
use std::process::Command;

use rustix::process::Signal;
use zccache_tests::{Expected, World, permitted, required, rest, run, start, until};

const CALL: &str = "gcc -Iheaders -c x.c";

/// What a thread calls now and then besides: for memory, for a lock that another thread has, and to take what the watcher's queue
/// holds, if another thread has not taken it just before.
const BESIDES: &[&str] = &["brk", "futex", "madvise", "mmap", "mremap", "munmap", "ppoll", "read"];

/// A world with a source that includes so many headers.
fn world(headers: usize) -> World {
    let world = World::new();
    let name = |header: usize| format!("header-{header}.h");
    let files = (0..headers).map(|header| (format!("headers/{}", name(header)), format!("int x{header};\n")));
    let includes: String = (0..headers).map(|header| format!("#include <{}>\n", name(header))).collect();
    world.write_many(files.chain([("x.c".to_owned(), includes)]));
    world
}

/// Whether the daemon can be looked into.
fn can_be_traced() -> bool {
    let traced = || run(Command::new("strace").args(["-o", "/dev/null", "true"])).succeeded();
    required("gcc") && required("strace") && permitted(traced(), "processes can be traced")
}

/// Calls once, and gives the system calls of the thread that answers, from taking the request to having answered it.
#[track_caller]
fn trace(world: &World) -> Vec<String> {
    let (trace, daemon) = (world.root().join("trace"), world.daemon().expect("it runs"));
    world.forget_counters();
    world.remove("x.o");
    let mut strace = world.command("strace");
    let tracer = start(strace.args(["-f", "-o"]).arg(&trace).args(["-p", &daemon.to_string()]));
    until("every thread of the daemon is traced", || {
        let threads = fs::read_dir(format!("/proc/{daemon}/task")).unwrap();
        let mut threads = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("status")).ok());
        threads.all(|status| !status.contains("TracerPid:\t0\n")).then_some(())
    });
    assert!(world.cached(CALL).succeeded());
    tracer.signal(Signal::INT);
    tracer.end();
    Expected::Hit.check(&world.counters());
    let traced = fs::read_to_string(&trace).unwrap();
    of_the_answer(&traced).unwrap_or_else(|| panic!("the answer is not in the trace: {traced}"))
}

/// A line is `thread name(words) = result`, or two are where another thread came between them.
fn of_the_answer(traced: &str) -> Option<Vec<String>> {
    let lines: Vec<_> = traced.lines().filter_map(|line| line.split_once(' ')).collect();
    let places = |call: &str| call.contains("/x.o\"") && call.contains("rename");
    let (thread, _) = lines.iter().find(|(_, call)| places(call))?;
    let calls: Vec<_> = lines.iter().filter(|line| line.0 == *thread).map(|line| line.1.trim_start()).collect();
    let placed = calls.iter().position(|call| places(call))?;
    // A thread that waited for a request when the trace began may not be seen to have done so.
    let first = calls[..placed].iter().rposition(|call| call.contains("accept")).map_or(0, |taken| taken + 1);
    let answered = placed + calls[placed..].iter().position(|call| call.starts_with("sendto("))?;
    let calls = calls[first..=answered].iter().filter(|call| !call.starts_with("<..."));
    Some(calls.map(|call| (*call).to_owned()).collect())
}

#[test]
fn the_daemons_system_calls_for_a_repeated_hit_do_not_grow_with_its_headers() {
    if !can_be_traced() {
        return;
    }
    let calls = [10, 100, 1000].map(|headers| {
        let world = world(headers);
        world.until_remembered(CALL, &["x.o"]);
        // Another test may mount something at this moment: then files are looked at once more.
        let calls = until("an answer from memory is traced", || {
            let before = world.watching().answered;
            let calls = trace(&world);
            (world.watching().answered > before).then_some(calls)
        });
        let naming: Vec<_> = calls.iter().filter(|call| call.contains("header") || call.contains("x.c\"")).collect();
        assert!(naming.iter().all(|call| call.starts_with("recvfrom(")), "{naming:?}");
        let names = calls.iter().filter_map(|call| call.split_once('(')).map(|(name, _)| name.to_owned());
        names.filter(|name| !BESIDES.contains(&name.as_str())).collect::<Vec<_>>()
    });
    assert!(calls[0].iter().any(|name| name.starts_with("rename")), "{calls:?}");
    assert_eq!(calls[0], calls[1]);
    assert_eq!(calls[0], calls[2]);
}

#[test]
fn a_daemon_that_does_not_watch_looks_at_each_header_of_a_repeated_hit() {
    if !can_be_traced() {
        return;
    }
    let mut world = world(10);
    world.set("ZCCACHE_WATCH", "0");
    world.expect_cold_and_warm(CALL, &["x.o"]);
    rest();
    world.expect(Expected::Hit, CALL, &["x.o"]);
    let calls = trace(&world);
    for header in 0..10 {
        let name = format!("/header-{header}.h\"");
        assert!(calls.iter().any(|call| call.contains(&name)), "{name} is not in {calls:?}");
    }
}

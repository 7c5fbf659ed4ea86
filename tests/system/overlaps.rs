//! Two compiles that write the same object at overlapping times: whatever is stored, each call gets its own.

use std::fmt::Write;

use rustix::process::{Signal, kill_process};
use zccache_tests::{World, descendant, required, start};

/// A source that keeps the compiler busy for some tenths of a second.
fn slow(name: &str) -> String {
    (0..600).fold(String::new(), |mut text, index| {
        writeln!(text, "int {name}{index}(int a, int *b) {{ for (int i = 0; i < a; i++) b[i] += a * {index} % (i + 1); return b[a]; }}")
            .unwrap();
        text
    })
}

#[test]
fn two_sources_compiled_to_one_object_at_once_are_never_taken_for_each_other() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("slow.c", slow("slow"));
    world.write("quick.c", "int quick;\n");
    let calls = ["gcc -O2 -c slow.c -o x.o", "gcc -O2 -c quick.c -o x.o"];
    let bare = calls.map(|call| world.make_bare(call, &["x.o"]));
    world.remove("x.o");
    world.forget_counters();

    let held = start(&mut world.zccache(calls[0].split(' ')));
    let compiler = descendant(held.pid(), "cc1");
    kill_process(compiler, Signal::STOP).unwrap();
    assert!(world.cached(calls[1]).succeeded());
    kill_process(compiler, Signal::CONT).unwrap();
    held.end().expect_success();
    let counters = world.counters();
    assert_eq!(counters.outcomes(), (0, 2, 0, 0, 0), "{counters:?}");
    assert_eq!(counters.reason("not stored: overlapping-outputs"), 2, "{counters:?}");

    for _ in 0..2 {
        for (call, bare) in calls.iter().zip(&bare) {
            assert_eq!(world.make_cached(call, &["x.o"]), *bare, "{call}");
        }
    }
    assert_eq!(world.counters().hits, 2);
}

#[test]
fn a_hit_into_an_object_that_another_compile_is_writing_harms_neither() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("slow.c", slow("slow"));
    world.write("quick.c", "int quick;\n");
    let calls = ["gcc -O2 -c slow.c -o x.o", "gcc -O2 -c quick.c -o x.o"];
    let bare = calls.map(|call| world.make_bare(call, &["x.o"]));
    assert_eq!(world.make_cached(calls[1], &["x.o"]), bare[1]);

    let held = start(&mut world.zccache(calls[0].split(' ')));
    let compiler = descendant(held.pid(), "cc1");
    kill_process(compiler, Signal::STOP).unwrap();
    assert_eq!(world.make_cached(calls[1], &["x.o"]), bare[1]);
    kill_process(compiler, Signal::CONT).unwrap();
    held.end().expect_success();

    for (call, bare) in calls.iter().zip(&bare) {
        assert_eq!(world.make_cached(call, &["x.o"]), *bare, "{call}");
    }
}

#[test]
fn many_identical_compiles_at_once_run_the_compiler_once() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("slow.c", slow("same"));
    let bare = world.make_bare("gcc -O2 -c slow.c", &["slow.o"]);
    world.forget_counters();
    let all: Vec<_> = (0..12).map(|_| start(&mut world.zccache(["gcc", "-O2", "-c", "slow.c"]))).collect();
    for one in all {
        assert_eq!(one.end(), bare.run);
    }
    assert_eq!(world.written(&["slow.o"]), bare.files);
    assert_eq!(world.counters().outcomes(), (11, 1, 0, 0, 0), "{:?}", world.counters());
}

#[test]
fn an_input_that_changes_while_the_compiler_runs_is_not_stored_with_its_new_content() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("slow.c", format!("#include \"value.h\"\nint value = VALUE;\n{}", slow("slow")));
    world.write("value.h", "#define VALUE 1\n");
    let call = "gcc -O2 -c slow.c";
    // Else the daemon, and what it asks the compiler, were descendants of the client.
    world.forget_counters();
    let held = start(&mut world.zccache(call.split(' ')));
    let compiler = descendant(held.pid(), "cc1");
    // By now or later it has read the header or not: whatever it made is not what this state makes for sure.
    kill_process(compiler, Signal::STOP).unwrap();
    world.write("value.h", "#define VALUE 2\n");
    kill_process(compiler, Signal::CONT).unwrap();
    held.end().expect_success();
    assert_eq!(world.counters().results, 0);
    for _ in 0..2 {
        assert_eq!(world.make_cached(call, &["slow.o"]), world.make_bare(call, &["slow.o"]));
    }
}

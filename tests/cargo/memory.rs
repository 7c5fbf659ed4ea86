//! Repeated calls are answered from memory, and anew at once when anything has changed that they read.

use std::fs;

use zccache_tests::{World, required, run};

use crate::call::{PROGRAM, program};
use crate::rust::{rustc, world};

const SOURCE: &str = r#"
mod a;

#[link(name = "part", kind = "static")]
unsafe extern "C" {
    fn part() -> i32;
}

fn main() {
    println!("{} {} {}", a::A, y::Y, m::number!());
    println!("{} {:?} {}", include_str!("text"), option_env!("FLAVOUR"), unsafe { part() });
}
"#;

fn call() -> String {
    program("-L native=lib --extern y=liby.rlib --extern m=libm.so")
}

/// A program, and in `other/` another of everything that it is made of.
fn remembered() -> Option<World> {
    let world = world()?;
    if !required("gcc") {
        return None;
    }
    world.write_many([("x.rs", SOURCE), ("first/keep", ""), ("lib/keep", "")]);
    for (folder, number) in [("", 1), ("other/", 2)] {
        let write = |path: &str, text: String| world.write(&format!("{folder}{path}"), text);
        write("a.rs", format!("pub const A: u32 = {number};\n"));
        write("text", format!("text {number}"));
        write("y.rs", format!("pub const Y: u32 = {number};\n"));
        write("part.c", format!("int part(void) {{ return {number}; }}\n"));
        write("lib/keep", String::new());
        let expansion = format!("\"{number}\".parse().unwrap()");
        let declared = "#[proc_macro]\npub fn number(_: proc_macro::TokenStream) -> proc_macro::TokenStream";
        write("m.rs", format!("extern crate proc_macro;\n{declared} {{\n    {expansion}\n}}\n"));
        let script = format!(
            "cd ./{folder} && {0} --edition=2024 --crate-type=lib y.rs && {0} --edition=2024 --crate-type=proc-macro m.rs && \
             gcc -c part.c && ar crsD lib/libpart.a part.o",
            rustc()
        );
        run(world.command("sh").args(["-c", &script])).expect_success();
    }
    zccache_tests::tick();
    Some(world)
}

#[test]
fn whatever_a_program_is_made_of_is_seen_to_change_by_the_very_next_call() {
    let Some(world) = remembered() else { return };
    for path in ["a.rs", "text", "liby.rlib", "libm.so", "lib/libpart.a"] {
        let replace = |world: &World| fs::rename(world.work.join("other").join(path), world.work.join(path)).unwrap();
        let (made, counters) = world.answers_anew(path, &call(), &PROGRAM, replace);
        assert!(made.run.succeeded(), "{path}: {made:?}");
        assert_eq!((counters.requests, counters.misses), (1, 1), "{path}: {counters:?}");
    }
}

#[test]
fn a_module_that_appears_in_its_second_place_is_seen_by_the_very_next_call() {
    let Some(world) = remembered() else { return };
    let appear = |world: &World| world.write_now("a/mod.rs", "pub const A: u32 = 3;\n");
    let (made, counters) = world.answers_anew("a/mod.rs", &call(), &PROGRAM, appear);
    assert!(made.run.err().contains("E0761"), "{made:?}");
    assert_eq!((counters.requests, counters.hits), (1, 0), "{counters:?}");
}

#[test]
fn a_variable_is_seen_to_change_by_the_very_next_call() {
    let Some(mut world) = remembered() else { return };
    for flavour in ["sweet", "sour"] {
        world.unset("FLAVOUR");
        world.set("FLAVOUR", flavour);
        let (made, counters) = world.compare(&call(), &PROGRAM);
        assert_eq!((made.run.code, counters.misses), (Some(0), 1), "{counters:?}");
        world.until_remembered(&call(), &PROGRAM);
        let shown = run(&mut world.command(world.work.join("program"))).out();
        assert!(shown.contains(&format!("Some({flavour:?})")), "{shown}");
    }
}

#[test]
fn a_failure_is_answered_from_memory_until_what_was_missing_is_there() {
    let Some(world) = remembered() else { return };
    fs::remove_file(world.work.join("a.rs")).unwrap();
    zccache_tests::tick();
    let appear = |world: &World| world.write_now("a.rs", "pub const A: u32 = 3;\n");
    let (made, counters) = world.answers_anew("a.rs", &call(), &PROGRAM, appear);
    assert_eq!((made.run.code, counters.misses), (Some(0), 1), "{counters:?}");
}

//! What the compiler says while it runs: cargo waits for some of it.

use std::fs::{File, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use zccache_tests::{Expected, required, run_joined, run_on_terminal, until};

use crate::call::{LIBRARY, library};
use crate::rust::{rustc, world};

const WARNS: &str = "pub fn f() {\n    let one = 1;\n}\npub fn g() {\n    let two = 2;\n}\n";
const JSON: &str = "--error-format=json --json=diagnostic-rendered-ansi,artifacts,future-incompat";

#[test]
fn notices_and_messages_are_repeated_in_their_order() {
    let Some(world) = world() else { return };
    world.write("x.rs", WARNS);
    let made = world.expect_cold_and_warm(&library(JSON), &LIBRARY);
    let said = made.run.err();
    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("{part} is not in {said}"));
    assert!(place("x.d") < place("libx.rmeta") && place("libx.rmeta") < place("libx.rlib"), "{said}");
    assert!(place("one") < place("two"), "{said}");
}

#[test]
fn messages_for_people_are_repeated() {
    let Some(world) = world() else { return };
    world.write("x.rs", WARNS);
    for words in ["", "--error-format=short", "--color=always", "-v"] {
        let made = world.expect_cold_and_warm(&library(words), &LIBRARY);
        assert!(made.run.err().contains("unused"), "{made:?}");
    }
}

#[test]
fn two_streams_in_one_pipe_are_repeated() {
    let Some(world) = world() else { return };
    world.write("x.rs", WARNS);
    let call = library(JSON);
    let bare = run_joined(&mut world.bare_command(&call));
    for expected in [Expected::Miss, Expected::Hit] {
        let (cached, counters) = world.count(|| run_joined(&mut world.zccache(call.split_whitespace())));
        assert_eq!(cached, bare);
        expected.check(&counters);
    }
}

#[test]
fn a_notice_is_passed_on_while_the_compiler_goes_on() {
    let Some(world) = world() else { return };
    if !required("gcc") {
        return;
    }
    world.write("x.rs", "pub fn f() {}\n");
    world.write("late-gcc", "#!/bin/sh\ncat gate\nexec gcc \"$@\"\n");
    set_permissions(world.work.join("late-gcc"), Permissions::from_mode(0o755)).unwrap();
    let gate = world.gate("gate");
    let words = format!("--crate-type=dylib --emit=dep-info,metadata,link x.rs {JSON} -C linker=./late-gcc");
    let mut command = world.zccache(format!("{} --edition=2024 {words}", rustc()).split_whitespace());
    let said = File::create(world.work.join("said")).unwrap();
    let mut child = command.stderr(said).spawn().unwrap();
    let held = gate.hold();
    // The linker waits, so the compiler does.
    let heard = until("the compiler says that there is metadata", || {
        let said = String::from_utf8(world.read("said")?).ok()?;
        said.contains("libx.rmeta").then_some(said)
    });
    assert!(!heard.contains("libx.so"), "{heard}");
    assert!(child.try_wait().unwrap().is_none(), "it has ended");
    drop(held);
    assert!(child.wait().unwrap().success());
    assert!(String::from_utf8(world.read("said").unwrap()).unwrap().contains("libx.so"));
}

#[test]
fn a_warning_about_the_callers_jobserver_is_not_given_to_others() {
    let Some(mut world) = world() else { return };
    world.write("x.rs", "pub fn f() {}\n");
    let call = library("");
    world.set("MAKEFLAGS", " -j4 --jobserver-auth=198,199");
    let (warned, _) = world.expect(Expected::Unstored, &call, &LIBRARY);
    assert!(warned.run.err().contains("jobserver"), "{warned:?}");
    world.unset("MAKEFLAGS");
    assert_eq!(world.expect_cold_and_warm(&call, &LIBRARY).run.err(), "");
}

#[test]
fn messages_whose_width_a_terminal_says_are_neither_stored_nor_served() {
    let Some(world) = world() else { return };
    world.write("x.rs", WARNS);
    let call = library("");
    let on_terminal = |expected: Expected, call: &str| {
        let (run, counters) = world.count(|| run_on_terminal(&mut world.zccache(call.split_whitespace())));
        expected.check(&counters);
        assert!(run.err().contains("unused"), "{run:?}");
    };
    on_terminal(Expected::Unstored, &call);
    world.expect_cold_and_warm(&call, &LIBRARY);
    on_terminal(Expected::Unstored, &call);
    let wide = format!("{call} --diagnostic-width=100");
    on_terminal(Expected::Miss, &wide);
    on_terminal(Expected::Hit, &wide);
    world.write("x.rs", "pub fn f() {}\n");
    let (_, counters) = world.count(|| run_on_terminal(&mut world.zccache(call.split_whitespace())));
    Expected::Miss.check(&counters);
    let (_, counters) = world.count(|| run_on_terminal(&mut world.zccache(call.split_whitespace())));
    Expected::Hit.check(&counters);
}

//! Calls that compile nothing, or of which not all is known: the compiler answers them.

use zccache_tests::{Expected, World, run_fed};

use crate::rust::{rustc, world};

#[track_caller]
fn answers(world: &World, words: &str) {
    let call = format!("{} {words}", rustc());
    let (made, _) = world.expect(Expected::Bypass, &call, &[]);
    assert!(!made.run.stdout.is_empty(), "{call}: {made:?}");
}

#[test]
fn questions_are_answered_by_the_compiler() {
    let Some(world) = world() else { return };
    world.write("x.rs", "fn main() {}\n");
    for words in [
        "-vV",
        "--version",
        "-V",
        "--help",
        "--print=sysroot",
        "--print cfg -C target-cpu=native",
        "--print=target-list",
        "-C help",
        "--explain E0308",
        "--crate-type lib --print=file-names x.rs",
        "--crate-name ___ --crate-type bin --crate-type lib --print=sysroot --print=cfg x.rs",
    ] {
        answers(&world, words);
    }
}

#[test]
fn documentation_is_made_by_the_documenter() {
    let Some(world) = world() else { return };
    world.write("x.rs", "//! Documented.\n");
    let call = format!("{} --crate-type=lib x.rs", rustc().replace("bin/rustc", "bin/rustdoc"));
    let (made, _) = world.expect(Expected::Bypass, &call, &["doc/x/index.html"]);
    assert!(made.files["doc/x/index.html"].is_some(), "{made:?}");
}

#[test]
fn a_source_that_is_standard_input_is_compiled_as_it_is() {
    let Some(world) = world() else { return };
    world.write_many([("one", "fn main() { println!(\"one\"); }\n"), ("two", "fn main() { println!(\"two\"); }\n")]);
    for source in ["one", "two", "one"] {
        let words = [rustc(), "--edition=2024", "-", "-o", "x"];
        let input = world.work.join(source);
        let (cached, counters) = world.count(|| run_fed(&mut world.zccache(words), &input));
        cached.expect_success();
        Expected::Bypass.check(&counters);
        let program = world.read("x");
        run_fed(world.command(words[0]).args(&words[1..]), &input).expect_success();
        assert!(world.read("x") == program, "{source}");
    }
}

#[test]
fn what_cargo_asks_before_it_builds_is_answered() {
    let Some(world) = world() else { return };
    world.write("nothing", "");
    let words = "- --crate-name ___ --print=file-names --crate-type bin --crate-type rlib --crate-type proc-macro \
                 --print=sysroot --print=split-debuginfo --print=crate-name --print=cfg -Wwarnings";
    let input = world.work.join("nothing");
    let bare = run_fed(world.command(rustc()).args(words.split_whitespace()), &input);
    let (cached, counters) = world.count(|| run_fed(world.zccache([rustc()]).args(words.split_whitespace()), &input));
    assert_eq!(cached, bare);
    Expected::Bypass.check(&counters);
}

#[test]
fn a_call_without_a_source_is_the_compilers_own_error() {
    let Some(world) = world() else { return };
    for words in ["", "absent.rs", "--crate-type", "x.rs y.rs", "--new-option x.rs"] {
        let (made, counters) = world.compare(&format!("{} {words}", rustc()), &[]);
        assert_eq!((counters.hits, counters.faults), (0, 0), "{words}: {made:?}");
    }
}

//! Sources on standard input, and sources and outputs that are none: what build systems ask compilers by.

use std::fs;

use zccache_tests::{Counters, Expected, Run, World, run_fed};

use crate::sources::{Unit, each_with_header};

fn call(unit: &Unit, words: &str) -> String {
    let language = if unit.compiler.suffix == "c" { "c" } else { "c++" };
    format!("{} -x {language} {words}", unit.compiler.name)
}

/// What a call comes to that is fed this text, bare and by way of the cache, with the object.
fn fed(world: &World, call: &str, text: &str) -> (Run, Option<Vec<u8>>, Counters) {
    world.write("input", text);
    let input = world.work.join("input");
    let bare = run_fed(&mut world.bare_command(call), &input);
    let object = world.read("x.o");
    let _none = fs::remove_file(world.work.join("x.o"));
    let (cached, counters) = world.count(|| run_fed(&mut world.zccache(call.split(' ')), &input));
    assert_eq!((&cached, &world.read("x.o")), (&bare, &object), "{call}: {text}");
    let _none = fs::remove_file(world.work.join("x.o"));
    (cached, object, counters)
}

#[test]
fn a_source_on_standard_input_is_cached_by_its_content() {
    each_with_header(|unit| {
        let world = &unit.world;
        for words in ["-c - -o x.o", "-MD -MF x.d -c - -o x.o", "-MMD -MF x.d -c - -o x.o", "-E -", "-S - -o -"] {
            let call = call(unit, words);
            let text = format!("#include <stddef.h>\n#include \"value.h\"\nint of = VALUE + {};\n", words.len());
            Expected::Miss.check(&fed(world, &call, &text).2);
            Expected::Hit.check(&fed(world, &call, &text).2);
            Expected::Miss.check(&fed(world, &call, &text.replace("of", "if_")).2);
            world.write("value.h", format!("#define VALUE {}\n", words.len()));
            Expected::Miss.check(&fed(world, &call, &text).2);
        }
    });
}

#[test]
fn a_source_on_standard_input_that_fails_is_the_compilers_own_error() {
    each_with_header(|unit| {
        let call = call(unit, "-c - -o x.o");
        let (failed, object, counters) = fed(&unit.world, &call, "int f(\n");
        assert_eq!((failed.code, object), (Some(1), None));
        Expected::Failure.check(&counters);
        Expected::Hit.check(&fed(&unit.world, &call, "int f(\n").2);
    });
}

#[test]
fn what_is_too_large_to_be_kept_reaches_the_compiler_whole() {
    each_with_header(|unit| {
        let text = format!("/*{}*/\nint last;\n", "x".repeat(5 << 20));
        let (run, object, counters) = fed(&unit.world, &call(unit, "-c - -o x.o"), &text);
        assert!(run.succeeded() && object.is_some());
        Expected::Bypass.check(&counters);
    });
}

#[test]
fn whether_an_option_is_taken_is_remembered_either_way() {
    each_with_header(|unit| {
        let world = &unit.world;
        let taken = call(unit, "-Wall -c /dev/null -o x.o");
        world.expect_cold_and_warm(&taken, &["x.o"]);
        let away = call(unit, "-Wall -c /dev/null -o /dev/null");
        world.expect_cold_and_warm(&away, &[]);
        for refused in ["-Werror -fno-such-thing-at-all -c /dev/null -o x.o", "-fsanitize=nonsense -c /dev/null -o x.o"]
        {
            let refused = call(unit, refused);
            let (made, _) = world.expect(Expected::Failure, &refused, &["x.o"]);
            assert_eq!(made.run.code, Some(1), "{made:?}");
            world.expect(Expected::Hit, &refused, &["x.o"]);
        }
    });
}

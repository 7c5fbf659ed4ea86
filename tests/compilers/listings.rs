//! Lists of what a source includes, and mere checks.

use zccache_tests::Expected;

use crate::sources::{each, each_with_header};

#[test]
fn lists_and_checks_are_cached_until_a_header_changes() {
    each_with_header(|unit| {
        let (world, name, source) = (&unit.world, unit.compiler.name, &unit.source);
        world.write("value.h", "#if __has_include(\"more.h\")\n#include \"more.h\"\n#endif\n#define VALUE 1\n");
        for words in
            ["-M", "-MM", "-M -MT target", "-MM -MP -MF x.d", "-M -o x.d", "-fsyntax-only", "-fsyntax-only -MD -MF x.d"]
        {
            let call = format!("{name} {words} {source}");
            world.expect_cold_and_warm(&call, &["x.d"]);
            world.write("more.h", "");
            let (made, _) = world.expect(Expected::Miss, &call, &["x.d"]);
            let list = made.files["x.d"].as_ref().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
            let list = list.unwrap_or_else(|| made.run.out().to_owned());
            assert!(list.contains("more.h") || words == "-fsyntax-only", "{call}: {list}");
            world.remove("more.h");
            world.expect(Expected::Hit, &call, &["x.d"]);
        }
    });
}

#[test]
fn a_list_to_standard_output_is_told_apart_from_what_is_said_of_it() {
    each_with_header(|unit| {
        let world = &unit.world;
        world.write("value.h", "#warning \"said by the header\"\n#define VALUE 1\n");
        for words in ["-M", "-MM", "-E", "-E -dM", "-E -P -C"] {
            let call = format!("{} {words} {}", unit.compiler.name, unit.source);
            let made = world.expect_cold_and_warm(&call, &[]);
            assert!(made.run.succeeded() && !made.run.stdout.is_empty(), "{made:?}");
            assert!(!["-E", "-E -P -C"].contains(&words) || made.run.err().contains("said by the header"), "{made:?}");
            let joined = zccache_tests::run_joined(&mut world.bare_command(&call));
            for _ in 0..2 {
                assert_eq!(zccache_tests::run_joined(&mut world.zccache(call.split(' '))), joined, "{call}");
            }
            assert_eq!(world.counters().faults, 0);
        }
    });
}

#[test]
fn a_list_of_a_source_that_misses_a_header_fails_until_it_is_there() {
    each("#include \"late.h\"\nint x;\n", |unit| {
        let world = &unit.world;
        // How far such a list of all headers came, nobody can tell.
        let (anew, kept) = (Expected::Failure, Expected::Hit);
        let calls = [("-M", anew), ("-MM", kept), ("-MM -MF x.d", kept), ("-E", kept), ("-fsyntax-only", kept)];
        for (words, again) in calls {
            let call = format!("{} {words} {}", unit.compiler.name, unit.source);
            let (failed, _) = world.expect(Expected::Failure, &call, &["x.d"]);
            assert_eq!(failed.run.code, Some(1), "{failed:?}");
            assert_eq!(world.expect(again, &call, &["x.d"]).0, failed, "{words}");
            world.write("late.h", "");
            world.expect(Expected::Miss, &call, &["x.d"]);
            world.remove("late.h");
            assert_eq!(world.expect(again, &call, &["x.d"]).0, failed, "{words}");
        }
    });
}

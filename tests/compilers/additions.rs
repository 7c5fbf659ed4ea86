//! What is added to a call so that the compiler says what it read shows in nothing that it writes.

use zccache_tests::Expected;

use crate::sources::each_with_header;

#[test]
fn an_object_that_records_its_command_line_records_the_callers() {
    each_with_header(|unit| {
        let world = &unit.world;
        for arguments in [
            "-g",
            "-g -O2",
            "-g -grecord-gcc-switches",
            "-gno-record-gcc-switches -g",
            "-frecord-gcc-switches",
            "-g3 -frecord-gcc-switches -grecord-gcc-switches",
            "-MD -g -frecord-gcc-switches",
            "-MMD -MP -g -frecord-gcc-switches",
        ] {
            let call = unit.call(arguments);
            let records = arguments.contains("record-gcc") && !arguments.contains("gno-record");
            if unit.compiler.name.starts_with("clang") && records && !arguments.contains("-M") {
                // clang stores all of its words, also those that would make it list what it read.
                let (_, counters) = world.expect(Expected::Bypass, &call, &["x.o", "x.d"]);
                assert_eq!(counters.reason("bypass: records-command-line"), 1, "{counters:?}");
            } else {
                world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
                world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
            }
        }
    });
}

#[test]
fn a_recorded_command_line_is_that_of_each_call() {
    each_with_header(|unit| {
        let world = &unit.world;
        for arguments in ["-frecord-gcc-switches -DONE", "-frecord-gcc-switches -DTWO", "-frecord-gcc-switches -o y.o"]
        {
            let object = if arguments.ends_with("y.o") { "y.o" } else { "x.o" };
            for _ in 0..2 {
                let (_, counters) = world.compare(&unit.call(arguments), &[object]);
                assert_eq!(counters.faults, 0);
            }
        }
    });
}

#[test]
fn assembler_text_shows_the_callers_options_only() {
    each_with_header(|unit| {
        let text = |arguments: &str| unit.call(arguments).replace(" -c ", " -S ");
        for arguments in ["-O1", "-O2 -g", "-g -MD", "-g -frecord-gcc-switches -MD"] {
            if arguments.contains("-frecord") && unit.compiler.name.starts_with("clang") {
                continue;
            }
            unit.world.expect_cold_and_warm(&text(arguments), &["x.s", "x.d"]);
        }
        // It quotes whatever file a source says that its lines are from.
        let (_, counters) = unit.world.expect(Expected::Bypass, &text("-fverbose-asm"), &["x.s"]);
        assert_eq!(counters.reason("bypass: verbose-assembly"), 1, "{counters:?}");
        unit.world.expect_cold_and_warm(&unit.call("-fverbose-asm -O2"), &["x.o"]);
    });
}

#[test]
fn preprocessed_text_shows_no_addition() {
    each_with_header(|unit| {
        for arguments in ["-o x.i", "-g -o x.i", "-dD -g3 -o x.i", "-MD -MF x.d -o x.i"] {
            let call = unit.call(arguments).replace(" -c ", " -E ");
            unit.world.expect_cold_and_warm(&call, &["x.i", "x.d"]);
        }
    });
}

#[test]
fn no_depfile_lies_where_none_was_asked_for() {
    each_with_header(|unit| {
        unit.world.expect_cold_and_warm(&unit.call("-g"), &["x.o"]);
        unit.world.expect_cold_and_warm(&unit.call("-O2"), &["x.o"]);
        let mut left: Vec<_> = std::fs::read_dir(&unit.world.work)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort_unstable();
        assert_eq!(left, ["value.h", &unit.source, "x.o"]);
    });
}

#[test]
fn warnings_about_unused_words_are_the_callers() {
    each_with_header(|unit| {
        // clang warns of options that nothing uses, and names them.
        for arguments in ["-Wl,-z,now", "-lm", "-Wall -nostdlib -L.", "-static -shared"] {
            unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o"]);
        }
    });
}

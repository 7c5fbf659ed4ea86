//! Response files count by what they hold, and are read as the driver reads them.

use std::fs;

use zccache_tests::{Expected, tick};

use crate::sources::{each, each_with_header};

#[test]
fn a_response_file_edited_in_place_with_the_same_size_and_time_is_a_miss() {
    each("int x = VALUE;\n", |unit| {
        let (world, call) = (&unit.world, unit.call("@options.rsp"));
        world.write("options.rsp", "-DVALUE=1");
        let path = world.work.join("options.rsp");
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let first = world.expect_cold_and_warm(&call, &["x.o"]);
        for (text, expected) in [("-DVALUE=2", Expected::Miss), ("-DVALUE=1", Expected::Hit)] {
            fs::write(&path, text).unwrap();
            fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
            tick();
            let (made, _) = world.expect(expected, &call, &["x.o"]);
            assert_eq!(made == first, expected == Expected::Hit);
        }
    });
}

#[test]
fn a_response_file_inside_another_counts() {
    each("int x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("outer.rsp", "-O1 @inner.rsp");
        world.write("inner.rsp", "-DVALUE=1");
        world.expect_cold_and_warm(&unit.call("@outer.rsp"), &["x.o"]);
        world.write("inner.rsp", "-DVALUE=2");
        world.expect(Expected::Miss, &unit.call("@outer.rsp"), &["x.o"]);
        world.expect(Expected::Hit, &unit.call("@outer.rsp"), &["x.o"]);
        world.write("inner.rsp", "-DVALUE=1");
        world.expect(Expected::Hit, &unit.call("@outer.rsp"), &["x.o"]);
    });
}

#[test]
fn quotes_backslashes_and_empty_words_are_read_as_the_driver_reads_them() {
    each("const char *x = VALUE;\n", |unit| {
        let world = &unit.world;
        for text in [
            "'-DVALUE=\"a b\"'",
            "\"-DVALUE=\\\"a b\\\"\"",
            "-DVALUE=\\\"a\\ b\\\"",
            "-DVALUE='\"a\\\\\\\\b\"'\n\n  \t-O1",
            "'' '-DVALUE=\"a\"'",
            "-DVALUE='\"it'\"'\"'s\"'",
            "-DVALUE=\"'a'\"",
            "'-DVALUE=\"a\"' \"",
            "'-DVALUE=\"a\"' \\",
        ] {
            world.write("options.rsp", text);
            for _ in 0..2 {
                let (_, counters) = world.compare(&unit.call("@options.rsp"), &["x.o"]);
                assert_eq!(counters.faults, 0, "{text}");
            }
        }
    });
}

#[test]
fn a_missing_response_file_is_the_drivers_error_until_it_is_there() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("@late.rsp"));
        let (made, _) = world.expect(Expected::NoHit, &call, &["x.o"]);
        assert_eq!(made.run.code, Some(1), "{made:?}");
        world.write("late.rsp", "-O1");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.remove("late.rsp");
        let (made, _) = world.expect(Expected::NoHit, &call, &["x.o"]);
        assert_eq!(made.run.code, Some(1), "{made:?}");
    });
}

#[test]
fn a_long_response_file_is_read_to_its_end() {
    each("int x = LAST;\n", |unit| {
        let world = &unit.world;
        let many: String = (0..1500).map(|number| format!("-DUNUSED_{number}{:60}\n", " ")).collect();
        world.write("options.rsp", format!("{many}-DLAST=1\n"));
        assert!(many.len() > 100_000);
        world.expect_cold_and_warm(&unit.call("@options.rsp"), &["x.o"]);
        world.write("options.rsp", format!("{many}-DLAST=2\n"));
        world.expect(Expected::Miss, &unit.call("@options.rsp"), &["x.o"]);
    });
}

#[test]
fn source_and_output_in_a_response_file_are_the_calls_own() {
    each_with_header(|unit| {
        let (world, name) = (&unit.world, unit.compiler.name);
        world.write("all.rsp", format!("-c {} -o out.o -MD -MF out.d", unit.source));
        let call = format!("{name} @all.rsp");
        world.expect_cold_and_warm(&call, &["out.o", "out.d"]);
        world.write("all.rsp", format!("-c {} -o two.o -MD -MF two.d", unit.source));
        let (made, _) = world.compare(&call, &["two.o", "two.d"]);
        assert!(made.files.values().all(Option::is_some), "{made:?}");
    });
}

#[test]
fn search_folders_in_a_response_file_are_searched() {
    each("#include <value.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("a/value.h", "#define VALUE 1\n");
        world.write("b/value.h", "#define VALUE 2\n");
        // A user's own depfile does not list what is found in folders of the system.
        let call = unit.call("@folders.rsp -MMD");
        for folders in ["-Ia -Ib", "-Ib -Ia", "-isystem a", "-isystem b"] {
            world.write("folders.rsp", folders);
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
            world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
        }
        world.write("b/value.h", "#define VALUE 3\n");
        world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        world.write("mixed.rsp", format!("-Ia -c {}", unit.source));
        let (made, _) = world.compare(&format!("{} @mixed.rsp", unit.compiler.name), &["x.o"]);
        assert!(made.run.succeeded());
    });
}

#[test]
fn a_call_with_folders_in_a_response_file_is_the_same_call_however_often_its_compiler_is_asked() {
    each("#include <value.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("a/value.h", "#define VALUE 1\n");
        // gcc hands such a file on by a temporary one, and names it where it says what it does.
        world.write("folders.rsp", "-Ia -isystem late");
        let call = unit.call("@folders.rsp");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("late/value.h", "");
        world.expect(Expected::Miss, &call, &["x.o"]);
        world.remove("late/value.h");
        fs::remove_dir(world.work.join("late")).unwrap();
        world.expect(Expected::Hit, &call, &["x.o"]);
    });
}

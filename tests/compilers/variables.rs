//! Variables and files that steer a compile without standing in its arguments.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use zccache_tests::{Expected, World, available, run, start, tick};

use crate::sources::each;

#[test]
fn a_file_that_the_assembler_takes_in_is_never_an_old_one() {
    each("__asm__(\".section .rodata\\n.incbin \\\"data.bin\\\"\\n.text\\n\");\n", |unit| {
        unit.world.write("data.bin", "first");
        unit.world.expect(Expected::NoHit, &unit.call(""), &["x.o"]);
        unit.world.write("data.bin", "other");
        unit.world.expect(Expected::NoHit, &unit.call(""), &["x.o"]);
        unit.world.write("data.bin", "longer than before");
        unit.world.expect(Expected::NoHit, &unit.call(""), &["x.o"]);
    });
}

#[test]
fn folders_that_a_variable_names_are_searched_as_the_compiler_does() {
    for compiler in available() {
        let mut world = World::new();
        world.write("one/value.h", "#define VALUE 1\n");
        world.write("two/value.h", "#define VALUE 2\n");
        let source = format!("x.{}", compiler.suffix);
        world.write(&source, "#include <value.h>\nint x = VALUE;\n");
        let call = format!("{} -c {source}", compiler.name);
        world.set("CPATH", world.work.join("one"));
        let one = world.expect_cold_and_warm(&call, &["x.o"]);
        assert!(one.run.succeeded());
        world.set("CPATH", world.work.join("two"));
        let two = world.expect_cold_and_warm(&call, &["x.o"]);
        assert_ne!(one.files, two.files);
        world.set("CPATH", world.work.join("one"));
        world.expect(Expected::Hit, &call, &["x.o"]);
        world.write("one/value.h", "#define VALUE 3\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    }
}

#[test]
fn what_a_variable_names_as_a_folder_and_is_a_file_may_become_one() {
    for compiler in available() {
        let mut world = World::new();
        world.write("later/value.h", "#define VALUE 2\n");
        world.write("first", "");
        let source = format!("x.{}", compiler.suffix);
        world.write(&source, "#include <value.h>\nint x = VALUE;\n");
        let call = format!("{} -c {source}", compiler.name);
        world.set("CPATH", "first:later");
        let later = world.expect_cold_and_warm(&call, &["x.o"]);
        world.remove("first");
        world.write("first/value.h", "#define VALUE 1\n");
        tick();
        let (first, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert!(first.run.succeeded() && first.files != later.files, "{}", compiler.name);
    }
}

#[test]
fn another_working_directory_is_another_object_where_it_shows() {
    for compiler in available() {
        let world = World::new();
        let source = format!("x.{}", compiler.suffix);
        for folder in ["one", "two"] {
            world.write(&format!("{folder}/{source}"), "int x;\n");
        }
        for (folder, expected) in [("one", "/one"), ("two", "/two"), ("one", "/one")] {
            let folder = world.work.join(folder);
            let call = format!("{} -g -c {source}", compiler.name);
            let cached = run(world.zccache(call.split(' ')).current_dir(&folder).env("PWD", &folder));
            assert!(cached.succeeded(), "{cached:?}");
            let object = std::fs::read(folder.join("x.o")).unwrap();
            run(world.bare_command(&call).current_dir(&folder).env("PWD", &folder)).expect_success();
            assert_eq!(object, std::fs::read(folder.join("x.o")).unwrap(), "in {expected}");
        }
        assert_eq!(world.counters().hits, 1, "{}", compiler.name);
    }
}

#[test]
fn a_working_directory_is_named_as_the_caller_came_to_it() {
    each("int x;\n", |unit| {
        let world = &unit.world;
        let link = world.root().join("link");
        std::os::unix::fs::symlink(&world.work, &link).unwrap();
        let call = unit.call("-g");
        for folder in [&world.work, &link, &world.work, &link] {
            run(world.bare_command(&call).current_dir(folder).env("PWD", folder)).expect_success();
            let bare = world.read("x.o").unwrap();
            run(world.zccache(call.split_whitespace()).current_dir(folder).env("PWD", folder)).expect_success();
            assert!(world.read("x.o").unwrap() == bare, "in {}", folder.display());
        }
        assert_eq!(world.counters().outcomes(), (2, 2, 0, 0, 0));
    });
}

#[test]
fn a_link_that_the_caller_came_by_is_a_name_of_the_directory_as_long_as_it_leads_there() {
    each("int x;\n", |unit| {
        let world = &unit.world;
        let (link, elsewhere) = (world.root().join("link"), world.root().join("elsewhere"));
        fs::create_dir(&elsewhere).unwrap();
        let call = unit.call("-g");
        let lead_to = |target: &Path| {
            symlink(target, world.root().join("new-link")).unwrap();
            fs::rename(world.root().join("new-link"), &link).unwrap();
            tick();
        };
        let expect = |expected: Expected| {
            let bare = world.make(world.bare_command(&call).env("PWD", &link), &["x.o"]);
            let mut cached = world.zccache(call.split_whitespace());
            let (cached, counters) = world.count(|| world.make(cached.env("PWD", &link), &["x.o"]));
            assert_eq!(cached, bare, "{expected:?}");
            expected.check(&counters);
            cached
        };
        lead_to(&world.work);
        let called = expect(Expected::Miss);
        assert_eq!(expect(Expected::Hit), called);
        lead_to(&elsewhere);
        let plain = expect(Expected::Miss);
        assert_eq!(expect(Expected::Hit), plain);
        assert_ne!(plain, called);
        lead_to(Path::new("nowhere"));
        assert_eq!(expect(Expected::Unstored), plain);
        fs::remove_file(&link).unwrap();
        tick();
        assert_eq!(expect(Expected::Miss), plain);
        assert_eq!(expect(Expected::Hit), plain);
        lead_to(&world.work);
        assert_eq!(expect(Expected::Hit), called);
    });
}

#[test]
fn what_came_out_of_a_pipe_is_not_stored() {
    each("#include \"gate.h\"\nint x;\n", |unit| {
        let world = &unit.world;
        let gate = world.gate("gate.h");
        let compile = start(&mut world.zccache(unit.call("").split_whitespace()));
        drop(gate.hold());
        compile.end().expect_success();
        let counters = world.counters();
        assert_eq!((counters.misses + counters.bypasses, counters.results), (1, 0), "{counters:?}");
    });
}

/// A world for a compiler, with a variable set in it before the test.
fn each_with_variable(text: &str, variable: &str, value: &str, test: impl Fn(&World, &str)) {
    for compiler in available() {
        let mut world = World::new();
        world.set(variable, value);
        let source = format!("x.{}", compiler.suffix);
        world.write(&source, text);
        test(&world, &format!("{} -c {source}", compiler.name));
    }
}

#[test]
fn folders_for_one_language_are_searched_for_that_language_only() {
    for compiler in available() {
        let own = if compiler.suffix == "c" { "C_INCLUDE_PATH" } else { "CPLUS_INCLUDE_PATH" };
        let other = if compiler.suffix == "c" { "CPLUS_INCLUDE_PATH" } else { "C_INCLUDE_PATH" };
        let mut world = World::new();
        world.write("one/value.h", "#define VALUE 1\n");
        world.write("two/value.h", "#define VALUE 2\n");
        let source = format!("x.{}", compiler.suffix);
        world.write(&source, "#include <value.h>\nint x = VALUE;\n");
        let call = format!("{} -c {source}", compiler.name);
        world.set(other, "two");
        world.expect(Expected::Failure, &call, &["x.o"]);
        world.set(own, "one");
        let one = world.expect_cold_and_warm(&call, &["x.o"]);
        world.set(own, "two:one");
        let two = world.expect_cold_and_warm(&call, &["x.o"]);
        assert_ne!(one.files, two.files);
        world.set(own, "one");
        assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, one);
    }
}

#[test]
fn a_header_that_comes_into_being_in_a_folder_that_a_variable_names_first_is_used_at_once() {
    each_with_variable("#include <value.h>\nint x = VALUE;\n", "CPATH", "late:there", |world, call| {
        world.write("there/value.h", "#define VALUE 1\n");
        let first = world.expect_cold_and_warm(call, &["x.o"]);
        world.write("late/value.h", "#define VALUE 2\n");
        let (second, _) = world.expect(Expected::Miss, call, &["x.o"]);
        assert_ne!(first, second);
    });
}

#[test]
fn an_empty_entry_of_a_search_path_is_the_working_directory() {
    each_with_variable("#include <value.h>\nint x = VALUE;\n", "CPATH", ":there", |world, call| {
        world.write("there/value.h", "#define VALUE 1\n");
        world.expect_cold_and_warm(call, &["x.o"]);
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, call, &["x.o"]);
    });
}

#[test]
fn a_variable_that_sends_the_compiler_elsewhere_or_makes_it_write_more_is_left_to_it() {
    for (variable, value, file) in [
        ("GCC_EXEC_PREFIX", "/nowhere/", "x.o"),
        ("COMPILER_PATH", "parts", "x.o"),
        ("GCC_COMPARE_DEBUG", "-g", "x.o"),
        ("DEPENDENCIES_OUTPUT", "all.d", "all.d"),
        ("SUNPRO_DEPENDENCIES", "all.d", "all.d"),
        ("CCC_OVERRIDE_OPTIONS", "# +-DX", "x.o"),
        ("CC_PRINT_HEADERS", "1", "x.o"),
        ("CC_PRINT_OPTIONS", "1", "x.o"),
    ] {
        each_with_variable("#ifdef X\nint x;\n#endif\nint y;\n", variable, value, |world, call| {
            for _ in 0..2 {
                let bare = world.make_bare(call, &["x.o", file]);
                let (cached, counters) = world.count(|| world.make_cached(call, &["x.o", file]));
                assert_eq!(cached, bare, "{variable}");
                Expected::Bypass.check(&counters);
                assert_eq!(counters.reason("bypass: environment"), 1, "{variable}: {counters:?}");
            }
        });
    }
}

#[test]
fn a_variable_that_changes_what_is_said_is_told_apart() {
    let text = "int f(void) { int unused; return '\\xe9'; }\n";
    for (variable, values) in [
        ("LC_ALL", ["C", "C.UTF-8", "en_US.UTF-8"]),
        ("LC_MESSAGES", ["C", "de_DE.UTF-8", "fr"]),
        ("LC_CTYPE", ["C", "C.UTF-8", "de"]),
        ("LANG", ["C", "C.UTF-8", "de_DE"]),
        ("LANGUAGE", ["de", "fr:de", "C"]),
        ("COLUMNS", ["20", "200", "0"]),
        ("GCC_COLORS", ["", "error=01;31", "warning=1"]),
        ("GCC_EXTRA_DIAGNOSTIC_OUTPUT", ["fixits-v1", "fixits-v2", ""]),
        ("TERM", ["dumb", "xterm", "vt100"]),
        ("NO_COLOR", ["1", "", "0"]),
    ] {
        each(text, |unit| {
            for expected in [Expected::Miss, Expected::Hit] {
                for value in values {
                    let call = unit.call("-Wall");
                    let bare = unit.world.make(unit.world.bare_command(&call).env(variable, value), &["x.o"]);
                    let mut cached = unit.world.zccache(call.split(' '));
                    let made = || unit.world.make(cached.env(variable, value), &["x.o"]);
                    let (cached, counters) = unit.world.count(made);
                    assert_eq!(cached, bare, "{variable}={value}");
                    expected.check(&counters);
                }
            }
        });
    }
}

#[test]
fn a_folder_for_temporary_files_and_variables_of_nobody_do_not_matter() {
    each("int x;\n", |unit| {
        let world = &unit.world;
        let elsewhere = world.root().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        let call = unit.call("-g");
        world.expect_cold_and_warm(&call, &["x.o"]);
        for (variable, value) in
            [("TMPDIR", elsewhere.to_str().unwrap()), ("TMP", "/nowhere"), ("MAKEFLAGS", "-j2"), ("UNKNOWN", "1")]
        {
            let mut cached = world.zccache(call.split(' '));
            let (made, counters) = world.count(|| world.make(cached.env(variable, value), &["x.o"]));
            assert!(made.run.succeeded(), "{made:?}");
            Expected::Hit.check(&counters);
        }
    });
}

#[test]
fn a_root_for_headers_that_a_variable_names_is_part_of_the_call() {
    each("int x;\n", |unit| {
        let world = &unit.world;
        for value in ["/", "/nowhere", "/"] {
            let call = unit.call("");
            let bare = world.make(world.bare_command(&call).env("SDKROOT", value), &["x.o"]);
            let mut cached = world.zccache(call.split_whitespace());
            assert_eq!(world.make(cached.env("SDKROOT", value), &["x.o"]), bare);
        }
        assert_eq!(world.counters().outcomes(), (1, 2, 0, 0, 0));
    });
}

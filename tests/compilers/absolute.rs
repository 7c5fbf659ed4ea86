//! Files that a source names by their full paths: the compiler may name them by other ones, which hold the working directory.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use zccache_tests::{Counters, Expected, Made, World, tick};

use crate::sources::{Unit, each};

fn at<'a>(world: &World, command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let folder = world.work.join(folder);
    command.current_dir(&folder).env("PWD", folder)
}

/// The call in a folder, without the cache and with it.
#[track_caller]
fn compare_in(world: &World, folder: &str, call: &str) -> (Made, Counters) {
    let outputs = ["x.o", "x.d"].map(|name| format!("{folder}/{name}"));
    let outputs = [outputs[0].as_str(), outputs[1].as_str()];
    let bare = world.make(at(world, &mut world.bare_command(call), Path::new(folder)), &outputs);
    let cached = || world.make(at(world, &mut world.zccache(call.split_whitespace()), Path::new(folder)), &outputs);
    let (cached, counters) = world.count(cached);
    assert_eq!(cached, bare, "{call} in {folder}");
    assert!(cached.run.succeeded(), "{cached:?}");
    (cached, counters)
}

#[track_caller]
fn expect_in(world: &World, folder: &str, expected: Expected, call: &str) -> Made {
    let (made, counters) = compare_in(world, folder, call);
    expected.check(&counters);
    made
}

/// A source in two folders that includes one of a third by its full path, as unity builds do.
fn each_unity(test: impl Fn(&Unit)) {
    each("", |unit| {
        let world = &unit.world;
        let source = world.work.join("src/unit.c");
        for folder in ["one", "two"] {
            world.write(&format!("{folder}/{}", unit.source), format!("#include \"{}\"\n", source.display()));
        }
        world.write("src/unit.c", "#include \"near.h\"\nint unit = NEAR;\n");
        world.write("src/near.h", "#define NEAR 1\n");
        test(unit);
    });
}

#[test]
fn a_source_that_is_included_by_its_full_path_is_cached_and_counts() {
    each_unity(|unit| {
        let world = &unit.world;
        for words in ["-O2", "-O2 -MD -MF x.d", "-g -MD -MF x.d", "-O2 -MMD -MF x.d"] {
            let call = unit.call(words);
            let first = expect_in(world, "one", Expected::Miss, &call);
            expect_in(world, "one", Expected::Hit, &call);
            for (file, text) in [("src/near.h", "#define NEAR 2\n"), ("src/unit.c", "int other;\n")] {
                let before = world.read(file).unwrap();
                world.write(file, text);
                expect_in(world, "one", Expected::Miss, &call);
                world.write(file, before);
                assert_eq!(expect_in(world, "one", Expected::Hit, &call), first);
            }
        }
    });
}

#[test]
fn another_folder_never_gets_what_names_this_one() {
    each_unity(|unit| {
        let world = &unit.world;
        let text = "#include <assert.h>\nint unit(int x) { assert(x); return x; }\nstatic int unused;\n";
        world.write("src/unit.c", text);
        for words in ["-O2", "-O2 -MD -MF x.d", "-Wall"] {
            let call = unit.call(words);
            // Whether the second folder shares the first one's result is the plugin's business, as long as it is the right one.
            for folder in ["one", "two"] {
                compare_in(world, folder, &call);
            }
            for folder in ["one", "two"] {
                expect_in(world, folder, Expected::Hit, &call);
            }
        }
    });
}

#[test]
fn a_header_of_the_system_that_is_a_link_is_cached_and_counts() {
    each("#include <arch/a_rather_long_name_for_a_header.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("lib/h.h", "#define VALUE 1\n");
        std::fs::create_dir_all(world.work.join("include/arch")).unwrap();
        symlink("../../lib/h.h", world.work.join("include/arch/a_rather_long_name_for_a_header.h")).unwrap();
        tick();
        let folder = world.work.join("include");
        for words in ["", "-MD", "-g"] {
            let call = unit.call(&format!("{words} -isystem {}", folder.display()));
            let first = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            world.write("lib/h.h", "#define VALUE 2\n");
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
            world.write("lib/h.h", "#define VALUE 1\n");
            assert_eq!(world.expect(Expected::Hit, &call, &["x.o", "x.d"]).0, first);
        }
    });
}

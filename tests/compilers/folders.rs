//! The working directory and the names of sources count exactly where they can be seen.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use zccache_tests::{Expected, Made, World, required, tick};

use crate::sources::{Unit, each};

const ASSERTS: &str = "#include <assert.h>\n#include \"value.h\"\n\
                       int main(int argc, char **argv) { (void)argv; assert(argc > VALUE); return 0; }\n";

/// The same project in two folders.
fn each_twice(text: &str, test: impl Fn(&Unit)) {
    each(text, |unit| {
        for folder in ["one", "two"] {
            unit.world.write(&format!("{folder}/{}", unit.source), text);
            unit.world.write(&format!("{folder}/value.h"), "#define VALUE 1\n");
        }
        test(unit);
    });
}

fn at<'a>(world: &World, command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let folder = world.work.join(folder);
    command.current_dir(&folder).env("PWD", folder)
}

/// The call in a folder, without the cache and with it.
#[track_caller]
fn expect_in(world: &World, folder: &str, expected: Expected, call: &str) -> Made {
    let object = format!("{folder}/x.o");
    let bare = world.make(at(world, &mut world.bare_command(call), Path::new(folder)), &[&object]);
    let cached = || world.make(at(world, &mut world.zccache(call.split_whitespace()), Path::new(folder)), &[&object]);
    let (cached, counters) = world.count(cached);
    assert_eq!(cached, bare, "{call} in {folder}");
    expected.check(&counters);
    assert!(cached.run.succeeded(), "{cached:?}");
    cached
}

fn holds(made: &Made, text: &str) -> bool {
    let mut files = made.files.values().flatten();
    files.any(|file| file.bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

#[test]
fn the_same_relative_call_in_two_folders_shares_its_result() {
    each_twice(ASSERTS, |unit| {
        for arguments in ["-O1", "-O2 -Wall -DNAME", "-fPIC -MD -MF x.d", "-I. -iquote ."] {
            let call = unit.call(arguments);
            let one = expect_in(&unit.world, "one", Expected::Miss, &call);
            let two = expect_in(&unit.world, "two", Expected::Hit, &call);
            assert_eq!(one.files["one/x.o"], two.files["two/x.o"]);
        }
    });
}

#[test]
fn a_change_in_one_of_two_folders_is_no_change_in_the_other() {
    each_twice(ASSERTS, |unit| {
        let call = unit.call("-O1");
        expect_in(&unit.world, "one", Expected::Miss, &call);
        unit.world.write("two/value.h", "#define VALUE 2\n");
        expect_in(&unit.world, "two", Expected::Miss, &call);
        expect_in(&unit.world, "one", Expected::Hit, &call);
        expect_in(&unit.world, "two", Expected::Hit, &call);
        unit.world.write("one/value.h", "#define VALUE 2\n");
        expect_in(&unit.world, "one", Expected::Hit, &call);
        // What shadows a header in one folder only.
        let shadowed = unit.call("-Ifirst -I.");
        expect_in(&unit.world, "one", Expected::Miss, &shadowed);
        unit.world.write("two/assert.h", "#define assert(x)\n");
        expect_in(&unit.world, "two", Expected::Miss, &shadowed);
        expect_in(&unit.world, "one", Expected::Hit, &shadowed);
    });
}

#[test]
fn with_debug_information_each_folder_has_its_own_and_the_object_names_it() {
    each_twice(ASSERTS, |unit| {
        let call = unit.call("-g");
        for (folder, expected) in
            [("one", Expected::Miss), ("two", Expected::Miss), ("one", Expected::Hit), ("two", Expected::Hit)]
        {
            expect_in(&unit.world, folder, expected, &call);
            if required("readelf") {
                let object = unit.world.work.join(folder).join("x.o");
                let said = unit.world.bare(&format!("readelf --debug-dump=info {}", object.display())).out();
                let line = said.lines().find(|line| line.contains("DW_AT_comp_dir")).unwrap();
                assert!(line.ends_with(&unit.world.work.join(folder).display().to_string()), "{line}");
            }
        }
    });
}

#[test]
fn mapped_debug_information_is_right_in_each_folder() {
    each_twice(ASSERTS, |unit| {
        for folder in ["one", "two", "one", "two"] {
            let place = unit.world.work.join(folder).display().to_string();
            for option in ["-ffile-prefix-map", "-fdebug-prefix-map"] {
                let call = unit.call(&format!("-g {option}={place}=/mapped"));
                let (object, world) = (format!("{folder}/x.o"), &unit.world);
                let bare = world.make(at(world, &mut world.bare_command(&call), Path::new(folder)), &[&object]);
                assert!(holds(&bare, "/mapped") && !holds(&bare, &place));
                let cached = at(world, &mut world.zccache(call.split_whitespace()), Path::new(folder))
                    .env("PWD", &place)
                    .output();
                assert!(cached.unwrap().status.success());
                assert_eq!(world.written(&[&object]), bare.files);
            }
        }
        assert_eq!(unit.world.counters().faults, 0);
    });
}

/// The call in two folders in turns, each time without the cache and with it.
#[track_caller]
fn compare_in_both(unit: &Unit, call: &str) {
    let world = &unit.world;
    for folder in ["one", "two", "one", "two"] {
        let object = format!("{folder}/x.o");
        let bare = world.make(at(world, &mut world.bare_command(call), Path::new(folder)), &[&object]);
        let mut cached = world.zccache(call.split_whitespace());
        let cached = world.make(at(world, &mut cached, Path::new(folder)), &[&object]);
        assert_eq!(cached, bare, "{call} in {folder}");
    }
    assert_eq!(world.counters().faults, 0);
}

#[test]
fn whatever_else_can_hold_the_folder_is_each_folders_own() {
    each_twice("int x(int y) { return y / 2; }\n", |unit| {
        for arguments in [
            "-c -gdwarf-4",
            "-c -flto -frandom-seed=1",
            "-E",
            "-E -g",
            "-E -fworking-directory",
            "-S",
            "-S -g",
            "-S -fverbose-asm",
            "-c -fsanitize=address,undefined",
            "-c -fprofile-arcs -frandom-seed=1",
            "-c -fprofile-generate -frandom-seed=1",
            "-c -fstack-usage",
        ] {
            compare_in_both(unit, &format!("{} {arguments} {} -o x.o", unit.compiler.name, unit.source));
        }
    });
}

#[test]
fn places_in_inline_assembly_make_the_assembler_write_where_it_ran_without_being_asked_for_it() {
    let text = "__asm__(\".file 1 \\\"y.c\\\"\\n.loc 1 1 0\\nnop\");\n";
    each_twice(text, |unit| compare_in_both(unit, &unit.call("-O1")));
}

#[test]
fn the_folder_above_a_linked_working_directory_is_the_real_one() {
    each("", |unit| {
        let world = &unit.world;
        world.write(&format!("real/deep/{}", unit.source), "#include \"../value.h\"\nint x = VALUE;\n");
        world.write("real/value.h", "#define VALUE 1\n");
        world.write("value.h", "#define VALUE 2\n");
        symlink("real/deep", world.work.join("link")).unwrap();
        tick();
        for arguments in ["", "-MD", "-MMD", "-g"] {
            let call = unit.call(arguments);
            world.write("real/value.h", "#define VALUE 1\n");
            expect_in(world, "link", Expected::NoHit, &call);
            expect_in(world, "link", Expected::Hit, &call);
            world.write("value.h", format!("// {arguments}\n#define VALUE 3\n"));
            expect_in(world, "link", Expected::Hit, &call);
            world.write("real/value.h", "#define VALUE 4\n");
            expect_in(world, "link", Expected::Miss, &call);
        }
    });
}

#[test]
fn a_given_compilation_folder_stands_in_the_object() {
    each_twice(ASSERTS, |unit| {
        if !unit.compiler.name.starts_with("clang") {
            return;
        }
        for folder in ["one", "two", "one", "two"] {
            for option in ["-fdebug-compilation-dir=.", "-ffile-compilation-dir=/given", "-fdebug-compilation-dir /far"]
            {
                let (object, world) = (format!("{folder}/x.o"), &unit.world);
                let call = unit.call(&format!("-g {option}"));
                let bare = world.make(at(world, &mut world.bare_command(&call), Path::new(folder)), &[&object]);
                let mut cached = world.zccache(call.split_whitespace());
                assert_eq!(world.make(at(world, &mut cached, Path::new(folder)), &[&object]), bare, "{call}");
            }
        }
    });
}

#[test]
fn an_assertion_says_the_path_by_which_its_source_was_named() {
    each_twice(ASSERTS, |unit| {
        let said = |folder: &str, expected: Expected, source: &str| {
            let call = format!("{} -c {source} -o x.o", unit.compiler.name);
            expect_in(&unit.world, folder, expected, &call);
            let program = format!("{} {folder}/x.o -o program", unit.compiler.name);
            unit.world.bare(&program).expect_success();
            unit.world.bare("./program").err()
        };
        for (folder, expected) in [("one", Expected::Miss), ("two", Expected::Hit)] {
            assert!(said(folder, expected, &unit.source).contains(&format!(": {}:", unit.source)));
        }
        for folder in ["one", "two"] {
            let source = unit.world.work.join(folder).join(&unit.source).display().to_string();
            assert!(said(folder, Expected::Miss, &source).contains(&source));
        }
    });
}

#[test]
fn the_same_text_under_two_names_is_compiled_under_each() {
    each("const char *file = __FILE__;\n", |unit| {
        let world = &unit.world;
        let other = format!("other.{}", unit.compiler.suffix);
        world.write(&other, "const char *file = __FILE__;\n");
        for arguments in ["", "-g"] {
            for source in [&unit.source, &other, &format!("./{other}")] {
                let call = format!("{} {arguments} -c {source} -o out.o", unit.compiler.name);
                world.expect_cold_and_warm(&call, &["out.o"]);
            }
        }
    });
}

#[test]
fn a_linked_source_includes_what_lies_beside_the_link() {
    each("", |unit| {
        let world = &unit.world;
        world.write("real/source", "#include \"value.h\"\nconst char *file = __FILE__;\nint x = VALUE;\n");
        world.write("real/value.h", "#define VALUE 1\n");
        world.write("links/value.h", "#define VALUE 2\n");
        let link = format!("links/x.{}", unit.compiler.suffix);
        symlink("../real/source", world.work.join(&link)).unwrap();
        tick();
        let call = format!("{} -g -MD -c {link} -o out.o", unit.compiler.name);
        let first = world.expect_cold_and_warm(&call, &["out.o", "out.d"]);
        assert!(holds(&first, "links/value.h") && !holds(&first, "real/value.h"));
        world.write("real/value.h", "#define VALUE 3\n");
        world.expect(Expected::Hit, &call, &["out.o", "out.d"]);
        world.write("links/value.h", "#define VALUE 4\n");
        world.expect(Expected::Miss, &call, &["out.o", "out.d"]);
        world.write("real/other", "int other;\n");
        fs::remove_file(world.work.join(&link)).unwrap();
        symlink("../real/other", world.work.join(&link)).unwrap();
        tick();
        world.expect(Expected::Miss, &call, &["out.o", "out.d"]);
    });
}

#[test]
fn a_header_above_the_folder_is_each_folders_own() {
    let text = "#include \"../shared.h\"\nconst char *file = FILE_OF_HEADER;\n";
    each("", |unit| {
        let world = &unit.world;
        for (tree, value) in [("left", 1), ("right", 2)] {
            world.write(&format!("{tree}/sub/{}", unit.source), text);
            world.write(
                &format!("{tree}/shared.h"),
                format!("static const char *const FILE_OF_HEADER = __FILE__; int shared = {value};\n"),
            );
        }
        let call = unit.call("");
        expect_in(world, "left/sub", Expected::Miss, &call);
        expect_in(world, "right/sub", Expected::Miss, &call);
        expect_in(world, "left/sub", Expected::Hit, &call);
        world.write("right/shared.h", world.read("left/shared.h").unwrap());
        expect_in(world, "right/sub", Expected::Hit, &call);
    });
}

#[test]
fn a_folder_searched_by_its_full_path_is_not_another_projects() {
    each_twice("#include <value.h>\nconst char *of_header(void) { return HEADER; }\n", |unit| {
        let world = &unit.world;
        for folder in ["one", "two"] {
            world.write(&format!("{folder}/inc/value.h"), "#define HEADER __FILE__\n");
        }
        for folder in ["one", "two"] {
            let inc = world.work.join(folder).join("inc").display().to_string();
            expect_in(world, folder, Expected::Miss, &unit.call(&format!("-I{inc}")));
        }
        expect_in(world, "one", Expected::Miss, &unit.call("-Iinc"));
        expect_in(world, "two", Expected::Hit, &unit.call("-Iinc"));
    });
}

/// gcc names headers of the system by their real paths where these are shorter.
#[test]
fn a_header_of_the_system_behind_a_detour_is_named_as_the_compiler_does() {
    each_twice("#include <sys.h>\nconst char *file = NAME;\n", |unit| {
        for folder in ["one", "two"] {
            unit.world.write(&format!("{folder}/i/sys.h"), "static const char *const NAME = __FILE__;\n");
            let detour = unit.world.work.join(folder).join("a-detour-with-a-long-name");
            fs::create_dir(&detour).unwrap();
            symlink("../i", detour.join("and-a-link-with-one")).unwrap();
        }
        tick();
        let detour = "a-detour-with-a-long-name/../".repeat(8);
        for arguments in ["-isystem i", &format!("-isystem {detour}i"), &format!("-I{detour}i"), "-MMD -isystem i"] {
            compare_in_both(unit, &unit.call(arguments));
        }
        compare_in_both(unit, &unit.call("-isystem a-detour-with-a-long-name/and-a-link-with-one"));
    });
}

#[test]
fn warnings_in_two_folders_name_what_the_compiler_would() {
    let text = "#include \"value.h\"\nint f(void) { int unused; return VALUE; }\n#warning \"said\"\n";
    each_twice(text, |unit| {
        for (folder, expected) in [("one", Expected::Miss), ("two", Expected::Hit)] {
            let made = expect_in(&unit.world, folder, expected, &unit.call("-Wall"));
            assert!(!made.run.err().contains(unit.world.work.to_str().unwrap()), "{made:?}");
        }
    });
}

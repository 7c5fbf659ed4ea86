//! Debug information in a file of its own is restored beside the object that names it.

use std::fs;

use zccache_tests::{Expected, tick};

use crate::sources::each_with_header;

#[test]
fn split_debug_information_is_restored_where_the_object_says_that_it_is() {
    each_with_header(|unit| {
        fs::create_dir_all(unit.world.work.join("out.d")).unwrap();
        for (arguments, object, split) in [
            ("-g -gsplit-dwarf", "x.o", "x.dwo"),
            ("-g -gsplit-dwarf -o y.o", "y.o", "y.dwo"),
            ("-gsplit-dwarf -g3 -O2 -o out.d/a.b.o", "out.d/a.b.o", "out.d/a.b.dwo"),
            ("-g -gsplit-dwarf -gdwarf-4 -o noext", "noext", "noext.dwo"),
        ] {
            let bare = unit.world.expect_cold_and_warm(&unit.call(arguments), &[object, split]);
            let written = |path: &str| bare.files[path].as_ref().expect("it is written").bytes.clone();
            assert!(!written(split).is_empty());
            let name = split.as_bytes();
            assert!(written(object).windows(name.len()).any(|part| part == name), "{object} does not name {split}");
        }
    });
}

#[test]
fn a_deleted_split_file_comes_back_alone() {
    each_with_header(|unit| {
        let call = unit.call("-g -gsplit-dwarf");
        let bare = unit.world.expect_cold_and_warm(&call, &["x.o", "x.dwo"]);
        unit.world.remove("x.dwo");
        let (run, counters) = unit.world.count(|| unit.world.cached(&call));
        Expected::Hit.check(&counters);
        assert_eq!((run, unit.world.written(&["x.o", "x.dwo"])), (bare.run, bare.files));
    });
}

#[test]
fn a_split_file_is_there_exactly_if_the_compiler_writes_one() {
    each_with_header(|unit| {
        for arguments in ["-gsplit-dwarf", "-gsplit-dwarf -g0", "-g0 -gsplit-dwarf", "-gsplit-dwarf -gno-split-dwarf"] {
            unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o", "x.dwo"]);
        }
        let assembled = unit.call("-g -gsplit-dwarf").replace(" -c ", " -S ");
        unit.world.expect_cold_and_warm(&assembled, &["x.s", "x.dwo"]);
    });
}

#[test]
fn a_split_file_that_another_call_left_is_not_taken_for_an_output() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-gsplit-dwarf -gno-split-dwarf"));
        assert!(world.make_bare(&call, &["x.o", "x.dwo"]).files["x.dwo"].is_none());
        fs::write(world.work.join("x.dwo"), "left over").unwrap();
        tick();
        let (_, counters) = world.count(|| world.cached(&call).expect_success());
        Expected::Unstored.check(&counters);
        assert_eq!(world.read("x.dwo").unwrap(), b"left over");
        world.expect_cold_and_warm(&call, &["x.o", "x.dwo"]);
    });
}

#[test]
fn the_same_call_in_two_folders_names_the_folder_of_each() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-g -gsplit-dwarf"));
        let text = world.read(&unit.source).unwrap();
        for folder in ["one", "two", "one"] {
            world.write(&format!("{folder}/{}", unit.source), &text);
            world.write(&format!("{folder}/value.h"), "#define VALUE 1\n");
            let place = world.work.join(folder);
            let outputs = [format!("{folder}/x.o"), format!("{folder}/x.dwo")];
            let outputs = [outputs[0].as_str(), &outputs[1]];
            let bare = world.make(world.bare_command(&call).current_dir(&place).env("PWD", &place), &outputs);
            let mut cached = world.zccache(call.split_whitespace());
            assert_eq!(world.make(cached.current_dir(&place).env("PWD", &place), &outputs), bare, "in {folder}");
        }
        assert_eq!(world.counters().outcomes(), (1, 2, 0, 0, 0));
    });
}

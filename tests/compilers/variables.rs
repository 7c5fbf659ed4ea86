//! Variables and files that steer a compile without standing in its arguments.

use zccache_tests::{Expected, World, available, run, start};

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

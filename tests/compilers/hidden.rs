//! Inputs that no depfile and no plain text of an include shows.

use zccache_tests::{Expected, World, required, tick};

use crate::sources::each;

#[test]
fn a_macro_that_stands_for_has_include_never_gives_a_stale_answer() {
    let source = "#define HAS __has_include\n#if HAS(\"q.h\") || HAS(<q.h>)\nint there;\n#else\nint absent;\n#endif\n";
    each(source, |unit| {
        let world = &unit.world;
        let call = unit.call("-Ii");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("i/q.h", "");
        world.expect(Expected::Miss, &call, &["x.o"]);
        world.write("q.h", "");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn data_that_inline_assembly_includes_is_an_input_wherever_the_assembler_finds_it() {
    each("__asm__(\".incbin \\\"d\\\"\");\n", |unit| {
        let world = &unit.world;
        // Only the assembler inside the compiler searches folders of quoted headers; the other one finds nothing there.
        if !unit.compiler.name.starts_with("clang") {
            return;
        }
        world.write("i/d", "one");
        let call = unit.call("-iquote i");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("i/d", "two");
        tick();
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_folder_named_through_the_process_is_never_taken_for_the_daemons() {
    each("#include <h.h>\n", |unit| {
        let world = &unit.world;
        world.write("second/h.h", "int second;\n");
        std::fs::create_dir(world.work.join("first")).unwrap();
        let call = unit.call("-I/proc/self/cwd/first -Isecond");
        world.expect(Expected::Unstored, &call, &["x.o"]);
        world.write("first/h.h", "int first;\n");
        world.expect(Expected::Unstored, &call, &["x.o"]);
    });
}

#[test]
fn specs_that_a_library_path_brings_are_seen() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    world.write("x.c", "#ifdef SPEC\nint with;\n#else\nint without;\n#endif\n");
    world.write("l/specs", "*cpp_unique_options:\n+ -DSPEC=1\n\n");
    let without = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let folder = world.work.join("l");
    world.set("LIBRARY_PATH", folder);
    let (with, _) = world.expect(Expected::NoHit, "gcc -c x.c", &["x.o"]);
    assert_ne!(with, without);
}

//! Assembler text, as a source and as an output.

use zccache_tests::{Expected, World, available, required};

use crate::sources::{each, each_with_header};

fn each_assembler(text: &str, test: impl Fn(&World, &str, bool)) {
    for compiler in available() {
        eprintln!("with {}", compiler.name);
        let world = World::new();
        world.write("y.S", text);
        world.write("z.s", text);
        test(&world, compiler.name, compiler.name.starts_with("clang"));
    }
}

#[test]
fn a_source_is_compiled_to_assembler_text() {
    each_with_header(|unit| {
        let call = |arguments: &str| unit.call(arguments).replace(" -c ", " -S ");
        let world = &unit.world;
        let bare = world.expect_cold_and_warm(&call("-O1"), &["x.s"]);
        assert!(bare.files["x.s"].is_some());
        world.expect_cold_and_warm(&call("-g -MD -o out.s"), &["out.s", "out.d"]);
        world.expect_cold_and_warm(&call("-O2 -masm=intel -o far.asm"), &["far.asm"]);
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &call("-O1"), &["x.s"]);
        world.write("value.h", "#define VALUE 1\n");
        assert_eq!(world.expect(Expected::Hit, &call("-O1"), &["x.s"]).0, bare);
    });
}

#[test]
fn objects_assembler_text_preprocessed_text_and_nothing_at_all_are_not_confused() {
    each_with_header(|unit| {
        let world = &unit.world;
        let calls = ["-c", "-S", "-E", "-c -x c-header"].map(|mode| {
            let mode = if unit.compiler.suffix == "c" { mode.to_owned() } else { mode.replace("-x c-", "-x c++-") };
            format!("{} {mode} {} -o out", unit.compiler.name, unit.source)
        });
        for round in 0..2 {
            for (index, call) in calls.iter().enumerate() {
                // gcc makes other bytes of a precompiled header each time.
                if index == 3 && unit.compiler.name.starts_with('g') {
                    let (made, counters) = world.count(|| world.make_cached(call, &["out"]));
                    assert_eq!((made.run.code, counters.hits), (Some(0), round), "{call}");
                } else {
                    let expected = if round == 0 { Expected::Miss } else { Expected::Hit };
                    world.expect(expected, call, &["out"]);
                }
            }
            // Checking writes nothing, even where something lies that could be taken for its output.
            std::fs::write(world.work.join("null.o"), "stray").unwrap();
            let check = format!("{} -fsyntax-only {}", unit.compiler.name, unit.source);
            world.expect(if round == 0 { Expected::Miss } else { Expected::Hit }, &check, &["x.o"]);
            assert_eq!(world.read("null.o").unwrap(), b"stray");
        }
    });
}

#[test]
fn assembler_text_is_assembled_and_preprocessed_first_if_its_suffix_says_so() {
    each_assembler("#if 1\n.data\n.long 1\n#endif\n", |world, compiler, _| {
        world.expect_cold_and_warm(&format!("{compiler} -MD -c y.S"), &["y.o", "y.d"]);
        world.expect_cold_and_warm(&format!("{compiler} -g -DX -c y.S -o out.o"), &["out.o"]);
        // Lines that begin with a number sign are comments here.
        let bare = world.expect_cold_and_warm(&format!("{compiler} -c z.s"), &["z.o"]);
        assert!(bare.run.succeeded());
        world.expect_cold_and_warm(&format!("{compiler} -x assembler-with-cpp -c z.s"), &["z.o"]);
        world.write("z.s", ".data\n.long 2\n");
        world.expect(Expected::Miss, &format!("{compiler} -c z.s"), &["z.o"]);
    });
}

#[test]
fn there_is_no_depfile_of_text_that_includes_nothing() {
    each_assembler(".data\n.long 1\n", |world, compiler, _| {
        let bare = world.expect_cold_and_warm(&format!("{compiler} -MD -c z.s"), &["z.o", "z.d"]);
        assert!(bare.files["z.d"].is_none());
    });
}

#[test]
fn headers_of_assembler_text_count() {
    each_assembler("#include \"value.h\"\n#include <inner.h>\n.data\n.long VALUE + INNER\n", |world, compiler, _| {
        world.write("value.h", "#define VALUE 1\n");
        world.write("i/inner.h", "#define INNER 1\n");
        std::fs::create_dir(world.work.join("first")).unwrap();
        let call = format!("{compiler} -Ifirst -Ii -MD -c y.S");
        let first = world.expect_cold_and_warm(&call, &["y.o", "y.d"]);
        world.write("i/inner.h", "#define INNER 2\n");
        world.expect(Expected::Miss, &call, &["y.o", "y.d"]);
        world.write("first/inner.h", "#define INNER 3\n");
        world.expect(Expected::Miss, &call, &["y.o", "y.d"]);
        world.remove("first/inner.h");
        world.write("i/inner.h", "#define INNER 1\n");
        assert_eq!(world.expect(Expected::Hit, &call, &["y.o", "y.d"]).0, first);
    });
}

#[test]
fn text_and_data_that_assembler_text_takes_in_are_never_old_ones() {
    let text = ".data\n.include \"more.inc\"\n.incbin \"data.bin\"\n.incbin \"more.bin\",1,2\n";
    each_assembler(text, |world, compiler, clang| {
        for source in ["y.S", "z.s"] {
            world.write("more.inc", ".long 1\n.include \"i/inner.inc\"\n");
            world.write("i/inner.inc", ".long 1\n");
            world.write("i/data.bin", "data");
            world.write("more.bin", "more");
            world.remove("data.bin");
            let call = format!("{compiler} -Ii -c {source} -o out.o");
            // Only gcc's assembler says what it took in.
            let (first, _) = world.expect(if clang { Expected::NoHit } else { Expected::Miss }, &call, &["out.o"]);
            assert!(first.run.succeeded(), "{first:?}");
            let again = if clang { Expected::NoHit } else { Expected::Hit };
            world.expect(again, &call, &["out.o"]);
            for (path, content) in [
                ("i/inner.inc", ".long 2\n"),
                ("i/data.bin", "Data"),
                ("more.bin", "xxxx"),
                ("data.bin", "nearer"),
                ("more.inc", ".long 1\n"),
            ] {
                world.write(path, content);
                world.expect(Expected::NoHit, &call, &["out.o"]);
                world.expect(again, &call, &["out.o"]);
            }
        }
    });
}

#[test]
fn data_in_inline_assembly_counts_in_every_way_to_write_it() {
    for text in [
        "__asm__(\".data\\n.incbin \\\"data.bin\\\"\\n.text\");\n",
        "__asm__(\".data\\n.incbin\\t\\\"data.bin\\\",1\\n.text\");\n",
        "#define QUOTE(x) #x\n__asm__(\".data\\n\" QUOTE(.incbin \"data.bin\") \"\\n.text\");\n",
        "#define DATA \"\\\"data.bin\\\"\"\n__asm__(\".data\\n.incbin \" DATA \"\\n.text\");\n",
        "#include \"data.h\"\n",
        "__asm__(\".data\\n.include \\\"data.inc\\\"\\n.text\");\n",
    ] {
        each(text, |unit| {
            let world = &unit.world;
            world.write("data.h", "__asm__(\".data\\n.incbin \\\"data.bin\\\"\\n.text\");\n");
            world.write("data.inc", ".incbin \"data.bin\"\n");
            let mut made = Vec::new();
            for data in ["one", "two", "three"] {
                world.write("data.bin", data);
                made.push(world.expect(Expected::NoHit, &unit.call("-MD"), &["x.o", "x.d"]).0);
                world.compare(&unit.call("-MD"), &["x.o", "x.d"]);
            }
            assert!(made[0].run.succeeded() && made[0] != made[1], "{text}");
        });
    }
}

#[test]
fn data_that_no_text_names_counts_where_the_assembler_lists_it() {
    if !required("gcc") {
        return;
    }
    for text in [
        "__asm__(\".data\\n.inc\" \"bin \\\"data.bin\\\"\\n.text\");\n",
        "__asm__(\".data\\n.\\151ncbin \\\"data.bin\\\"\\n.text\");\n",
        "__asm__(\".data\\n.\\x49ncBin \\\"data.bin\\\"\\n.text\");\n",
        "#define DO(x) #x\n#define IN .inc\n__asm__(\".data\\n\" \".inc\" DO(bin) \" \\\"data.bin\\\"\\n.text\");\n",
    ] {
        let world = World::new();
        world.write("x.c", text);
        let mut made = Vec::new();
        for data in ["one", "two", "three"] {
            world.write("data.bin", data);
            made.push(world.expect(Expected::NoHit, "gcc -MD -c x.c -o x.o", &["x.o", "x.d"]).0);
            world.compare("gcc -MD -c x.c -o x.o", &["x.o", "x.d"]);
        }
        assert!(made[0].run.succeeded() && made[0] != made[1], "{text}");
    }
}

#[test]
fn data_that_no_text_names_counts_where_the_assembler_is_given_its_text_by_a_pipe() {
    if !required("gcc") {
        return;
    }
    for (source, text) in [
        ("y.S", "#define I(x) .inc##x\n.data\nI(bin) \"data.bin\"\n"),
        ("z.s", ".data\n.Incbin \"data.bin\"\n"),
        ("x.c", "__asm__(\".data\\n.inc\" \"bin \\\"data.bin\\\"\\n.text\");\n"),
    ] {
        let world = World::new();
        world.write(source, text);
        for data in ["one", "two"] {
            world.write("data.bin", data);
            for options in ["", "-pipe", "-g -pipe"] {
                let call = format!("gcc {options} -c {source} -o out.o");
                let made = world.expect(Expected::NoHit, &call, &["out.o"]).0;
                assert!(made.run.succeeded(), "{made:?}");
                world.compare(&call, &["out.o"]);
            }
        }
    }
}

#[test]
fn that_the_assembler_lists_what_it_includes_shows_in_no_output() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    // What is made for other machines goes to the link with the words that it was made by.
    world.write("x.c", "void f(int *a) {\n#pragma omp target\n  for (int i = 0; i < 9; i++) a[i] = i;\n}\n");
    for options in ["", "-pipe", "-g", "-flto", "-flto=auto -ffat-lto-objects", "-fopenmp", "-frecord-gcc-switches"] {
        let call = format!("gcc {options} -frandom-seed=1 -c x.c -o x.o");
        let made = world.expect(Expected::NoHit, &call, &["x.o"]).0;
        assert!(made.run.succeeded(), "{made:?}");
        world.compare(&call, &["x.o"]);
    }
}

#[test]
fn a_file_that_assembler_text_only_names_need_not_be_there() {
    let text = "\t.file \"gen.c\"\n\t.data\n\t.include \"more.inc\"\n";
    each_assembler(text, |world, compiler, clang| {
        world.write("more.inc", ".long 1\n");
        for source in ["y.S", "z.s"] {
            for words in ["", "-g"] {
                let call = format!("{compiler} {words} -c {source} -o out.o");
                if clang {
                    // What its own assembler includes, clang does not list.
                    world.expect(Expected::NoHit, &call, &["out.o"]);
                    continue;
                }
                let first = world.expect_cold_and_warm(&call, &["out.o"]);
                assert!(first.run.succeeded(), "{first:?}");
                world.write("more.inc", ".long 2\n");
                world.expect(Expected::Miss, &call, &["out.o"]);
                world.write("more.inc", ".long 1\n");
                assert_eq!(world.expect(Expected::Hit, &call, &["out.o"]).0, first);
                // One of that name comes into being: nobody reads it.
                world.write("gen.c", "int x;\n");
                let (made, counters) = world.compare(&call, &["out.o"]);
                assert_eq!((made, counters.faults), (first, 0));
                world.remove("gen.c");
            }
        }
    });
}

#[test]
fn assembler_text_that_the_compiler_wrote_is_cached() {
    each_with_header(|unit| {
        let world = &unit.world;
        for words in ["", "-g -O2"] {
            world.bare(&format!("{} {words} -S {} -o made.s", unit.compiler.name, unit.source)).expect_success();
            world.age("made.s");
            zccache_tests::tick();
            world.expect_cold_and_warm(&format!("{} -c made.s -o made.o", unit.compiler.name), &["made.o"]);
        }
    });
}

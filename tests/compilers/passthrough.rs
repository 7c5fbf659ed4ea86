//! Words that a driver passes on to the preprocessor, the assembler or the compiler proper: understood, or in the key, or
//! left to the driver.

use zccache_tests::Expected;

use crate::sources::{Unit, each, each_with_header};

fn is_clang(unit: &Unit) -> bool {
    unit.compiler.name.starts_with("clang")
}

#[test]
fn a_depfile_asked_of_the_preprocessor_is_restored_and_its_headers_count() {
    each_with_header(|unit| {
        let world = &unit.world;
        for word in ["-Wp,-MD,x.dep", "-Wp,-MMD,x.dep", "-Wp,-MD,x.dep -MT target", "-Wp,-MMD,x.dep -MP -o out.o"] {
            let object = if word.ends_with("out.o") { "out.o" } else { "x.o" };
            let call = unit.call(word);
            world.write("value.h", "#define VALUE 1\n");
            let (first, _) = world.expect(Expected::Miss, &call, &[object, "x.dep", "x.d"]);
            assert!(first.files["x.dep"].is_some(), "{word}: {first:?}");
            world.expect(Expected::Hit, &call, &[object, "x.dep", "x.d"]);
            world.write("value.h", "#define VALUE 2\n");
            world.expect(Expected::Miss, &call, &[object, "x.dep", "x.d"]);
            world.write("value.h", "#define VALUE 1\n");
            assert_eq!(world.expect(Expected::Hit, &call, &[object, "x.dep", "x.d"]).0, first);
        }
    });
}

#[test]
fn a_depfile_that_driver_and_preprocessor_are_asked_for_is_the_one_that_the_compiler_writes() {
    each_with_header(|unit| {
        let world = &unit.world;
        // Where clang makes another thing of the words than gcc, it is left alone.
        for (words, gcc_alone) in [
            ("-MD -Wp,-MD,x.dep", false),
            ("-MMD -Wp,-MMD,x.dep", false),
            ("-MD -Wp,-MMD,x.dep", false),
            ("-MMD -Wp,-MD,x.dep", false),
            ("-MD -MF a.dep -Wp,-MD,x.dep", false),
            ("-Wp,-MD,a.dep -Wp,-MD,x.dep", false),
            ("-Wp,-MD,x.dep -Wp,-MT,tar.get", false),
            ("-Wp,-MD,x.dep -Wp,-MP", false),
            ("-Wp,-MMD,x.dep -Wp,-MP -Wp,-MQ,$(x) -o sub/y.o", false),
            ("-Wp,-MD,./.x.dep -Wp,-MT,x.o", false),
            ("-MD -MT $(x)/x.o -MF x.dep", false),
            ("-Wp,-MD,x.dep,-MT,tar.get,-MP", true),
            ("-Wp,-MD,./.x.dep,-MQ,x.o", true),
            ("-Wp,-MMD,x.dep -MD -MF x.d", true),
            ("-Wp,-MMD,x.dep -MD", true),
        ] {
            world.write("sub/keep", "");
            world.write("value.h", "#define VALUE 1\n");
            let outputs = ["x.o", "sub/y.o", "x.d", "x.dep", "a.dep", ".x.dep", "sub/y.d"];
            let call = unit.call(words);
            if gcc_alone && is_clang(unit) {
                let (_, counters) = world.compare(&call, &outputs);
                assert_eq!((counters.hits, counters.misses, counters.faults), (0, 0, 0), "{words}: {counters:?}");
                continue;
            }
            let bare = world.expect_cold_and_warm(&call, &outputs);
            assert!(bare.run.succeeded(), "{words}: {bare:?}");
            world.write("value.h", "#define VALUE 2\n");
            world.expect(Expected::Miss, &call, &outputs);
        }
    });
}

#[test]
fn macros_for_the_preprocessor_are_told_apart() {
    each("#ifdef VALUE\nint x = VALUE;\n#endif\nint y;\n", |unit| {
        for (one, other) in [("-Wp,-DVALUE=1", "-Wp,-DVALUE=2"), ("-DVALUE=3", "-DVALUE=3 -Wp,-UVALUE")] {
            unit.world.expect_cold_and_warm(&unit.call(one), &["x.o"]);
            unit.world.expect_cold_and_warm(&unit.call(other), &["x.o"]);
            unit.world.expect(Expected::Hit, &unit.call(one), &["x.o"]);
        }
    });
}

#[test]
fn lists_of_words_for_the_preprocessor_are_told_apart() {
    each("#include <stddef.h>\n#if defined VALUE && defined OTHER\nint x = VALUE + OTHER;\n#endif\nint y;\n", |unit| {
        let world = &unit.world;
        for words in [
            "-O2 -Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=2",
            "-Wp,-DVALUE=1,-DOTHER=2",
            "-Wp,-DVALUE=1,-DOTHER=3",
            "-Wp,-DVALUE=1,-DOTHER=3,-UVALUE",
            "-Wp,-D,VALUE=5 -DOTHER=1",
            "-Xpreprocessor -DVALUE=6 -Xpreprocessor -D -Xpreprocessor OTHER",
            "-Wp,-w",
            "-Wp,-P",
            "-Wp,-Wundef",
            "-P",
        ] {
            world.expect_cold_and_warm(&unit.call(words), &["x.o"]);
        }
        for words in ["-Wp,-v", "-Wp,-DNOW=__TIME__", "-Xpreprocessor -dD", "-Wp,@x"] {
            let (_, counters) = world.count(|| world.make_cached(&unit.call(words), &["x.o"]));
            assert_eq!((counters.hits + counters.misses, counters.faults), (0, 0), "{words}: {counters:?}");
        }
    });
}

#[test]
fn folders_that_the_preprocessor_is_told_are_searched_in_their_order() {
    each("#include <value.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("i/value.h", "#define VALUE 1\n");
        world.write("j/value.h", "#define VALUE 2\n");
        world.write("k/value.h", "#define VALUE 3\n");
        for words in [
            "-Wp,-I,i",
            "-Wp,-Ij",
            "-Xpreprocessor -I -Xpreprocessor i",
            "-Wp,-DA,-I,i",
            "-Xpreprocessor -Ij",
            "-Wp,-Ii -Ij",
            "-Wp,-isystem,i",
            "-Wp,-idirafter,i,-Ij",
        ] {
            let bare = world.expect_cold_and_warm(&unit.call(words), &["x.o"]);
            assert!(bare.run.succeeded(), "{words}: {bare:?}");
        }
        let call = unit.call("-Wp,-DA,-Iabsent -Wp,-Ik");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("absent/value.h", "#define VALUE 4\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn words_for_the_assembler_are_in_the_key_or_left_to_the_compiler() {
    each("int x(void) { return 1; }\n", |unit| {
        let world = &unit.world;
        for words in
            ["-Wa,--noexecstack", "-Wa,-mrelax-relocations=no", "-Xassembler --noexecstack -O1", "-Wa,--fatal-warnings"]
        {
            world.expect_cold_and_warm(&unit.call(words), &["x.o"]);
        }
        for words in ["-Wa,-as=x.lst", "-Wa,--MD,x.dep", "-Xassembler -I -Xassembler i"] {
            let (_, counters) = world.expect(Expected::Bypass, &unit.call(words), &["x.o"]);
            assert_eq!(counters.reason("bypass: assembler-options"), 1, "{words}: {counters:?}");
        }
    });
}

#[test]
fn debug_information_that_the_assembler_makes_names_the_folder_of_each_call() {
    each("", |unit| {
        let world = &unit.world;
        for folder in ["one", "two", "one"] {
            world.write(&format!("{folder}/y.s"), ".text\nnop\n");
            let (place, object) = (world.work.join(folder), format!("{folder}/y.o"));
            let call = format!("{} -Wa,-g -c y.s", unit.compiler.name);
            let bare = world.make(world.bare_command(&call).current_dir(&place).env("PWD", &place), &[&object]);
            let mut cached = world.zccache(call.split(' '));
            assert_eq!(world.make(cached.current_dir(&place).env("PWD", &place), &[&object]), bare, "in {folder}");
        }
    });
}

#[test]
fn words_for_clangs_compiler_proper_are_told_apart_or_left_to_it() {
    each("#ifdef VALUE\nint x = VALUE;\n#endif\nint twice(int x) { return 2 * x; }\n", |unit| {
        if !is_clang(unit) {
            return;
        }
        let world = &unit.world;
        world.write("forced.h", "#define VALUE 7\n");
        world.write("i/forced.h", "#define VALUE 8\n");
        world.expect_cold_and_warm(&unit.call(""), &["x.o"]);
        world.expect_cold_and_warm(&unit.call("-Xclang -fno-inline -O2"), &["x.o"]);
        for words in ["-D -Xclang VALUE=1", "-DVALUE=2", "-target-feature -Xclang +avx", "-O1", "-disable-llvm-passes"]
        {
            world.expect_cold_and_warm(&unit.call(&format!("-Xclang {words}")), &["x.o"]);
        }
        let forced = unit.call("-Xclang -include -Xclang forced.h");
        world.expect_cold_and_warm(&forced, &["x.o"]);
        world.write("forced.h", "#define VALUE 9\n");
        world.expect(Expected::Miss, &forced, &["x.o"]);
        for words in [
            "-Xclang -dependency-file -Xclang x.dep -Xclang -MT -Xclang x.o",
            "-Xclang -Ii",
            "-Xclang -header-include-file -Xclang x.dep",
        ] {
            for _ in 0..2 {
                let (made, counters) = world.compare(&unit.call(words), &["x.o", "x.dep"]);
                assert!(made.run.succeeded(), "{words}: {made:?}");
                assert_eq!(counters.faults, 0, "{words}");
            }
        }
        let hidden = unit.call("-Xclang -dependency-file -Xclang x.dep -Xclang -MT -Xclang x.o");
        world.expect(Expected::Bypass, &hidden, &["x.o", "x.dep"]);
    });
}

#[test]
fn options_of_llvm_are_in_the_key_or_left_to_clang() {
    each("int twice(int x) { return 2 * x; }\nint four(void) { return twice(2); }\n", |unit| {
        if !is_clang(unit) {
            return;
        }
        for arguments in [
            "-O2 -mllvm -inline-threshold=100",
            "-O2 -mllvm -inline-threshold=0",
            "-O2 -mllvm -unroll-runtime",
            "-O2 -Xclang -mllvm -Xclang -unroll-runtime",
            "-O2",
        ] {
            unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o"]);
        }
        for arguments in ["-mllvm -stats", "-mllvm -time-passes", "-mllvm -debug-only=x", "-mllvm -pass-remarks=inline"]
        {
            let (_, counters) = unit.world.count(|| unit.world.make_cached(&unit.call(arguments), &["x.o"]));
            assert_eq!((counters.bypasses, counters.faults), (1, 0), "{arguments}: {counters:?}");
        }
    });
}

#[test]
fn parameters_are_told_apart() {
    each("int twice(int x) { return 2 * x; }\nint four(void) { return twice(2); }\n", |unit| {
        if !is_clang(unit) {
            for arguments in ["-O2 --param max-inline-insns-auto=1", "-O2 --param=max-inline-insns-auto=9"] {
                unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o"]);
            }
        } else {
            for arguments in ["--param ssp-buffer-size=1", "--param ssp-buffer-size=9"] {
                unit.world.expect_cold_and_warm(&unit.call(arguments), &["x.o"]);
            }
        }
    });
}

#[test]
fn options_for_one_architecture_or_several_are_left_to_the_compiler() {
    each("int x;\n", |unit| {
        for arguments in ["-Xarch_x86_64 -O2", "-arch x86_64 -arch arm64"] {
            unit.world.expect(Expected::Bypass, &unit.call(arguments), &["x.o"]);
        }
    });
}

#[test]
fn plugins_specs_and_other_files_that_steer_a_compiler_are_left_to_it() {
    each("#ifdef SPEC\nint spec;\n#endif\nint x;\n", |unit| {
        let world = &unit.world;
        let run = |words: &str, reason: &str| {
            let (made, counters) = world.expect(Expected::Bypass, &unit.call(words), &["x.o"]);
            assert_eq!(counters.reason(&format!("bypass: {reason}")), 1, "{words}: {counters:?}");
            made
        };
        if is_clang(unit) {
            run("-fplugin=absent.so", "compiler-plugin");
            run("-Xclang -load -Xclang absent.so", "compiler-options");
            world.write("overlay.yaml", "{ 'version': 0, 'roots': [] }\n");
            run("-ivfsoverlay overlay.yaml", "search-path");
            world.write("clang.cfg", "-DSPEC\n");
            run(&format!("--config {}", world.work.join("clang.cfg").display()), "config-file");
            run("-F frameworks", "search-path");
        } else {
            run("-fplugin=absent", "compiler-plugin");
            for text in
                ["*cpp_unique_options:\n+ -include forced.h\n\n", "*cpp_unique_options:\n+ -imacros forced.h\n\n"]
            {
                world.write("forced.h", "int forced;\n");
                world.write("other.specs", text);
                run("-specs=other.specs", "specs");
            }
            run("-wrapper env", "compiler-parts");
        }
        run("-I-", "search-path");
    });
}

/// Whether a compiler is there that few machines have.
fn is_there(compiler: &str) -> bool {
    let there = std::process::Command::new(compiler).arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: {compiler} is not there");
    }
    there
}

#[test]
fn specs_that_add_options_are_read_where_gcc_finds_them() {
    each("#ifdef SPEC\nint spec = SPEC;\n#endif\nint x;\n", |unit| {
        if is_clang(unit) {
            return;
        }
        let world = &unit.world;
        world.write("other.specs", "*cpp_unique_options:\n+ -DSPEC=1\n\n");
        let call = unit.call("-specs=other.specs");
        let one = world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("other.specs", "*cpp_unique_options:\n+ -DSPEC=2\n\n");
        let (two, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_ne!(one, two);
        world.write("other.specs", "*cpp_unique_options:\n+ -DSPEC=1\n\n");
        world.expect(Expected::Hit, &call, &["x.o"]);
        // One in a folder of gcc's own comes first.
        world.write("parts/other.specs", "*cpp_unique_options:\n+ -DSPEC=3\n\n");
        let call = unit.call("-Bparts --specs=other.specs");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.remove("parts/other.specs");
        let (made, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_eq!(made, one);
        world.write("parts/other.specs", "*cpp_unique_options:\n+ -DSPEC=4\n\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn specs_of_libraries_for_small_devices_are_cached() {
    if !is_there("arm-none-eabi-gcc") {
        return;
    }
    let world = zccache_tests::World::new();
    world.write("x.c", "#include <stddef.h>\n#include \"value.h\"\nint x = VALUE;\n");
    for words in ["--specs=nano.specs --specs=nosys.specs", "-g --specs=nano.specs", "-specs=rdimon.specs"] {
        world.write("value.h", "#define VALUE 1\n");
        let call = format!("arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb {words} -MMD -MP -c x.c");
        let bare = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        assert!(bare.run.succeeded(), "{bare:?}");
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        world.expect(Expected::Miss, &call.replace("cortex-m4", "cortex-m0"), &["x.o", "x.d"]);
    }
}

#[test]
fn a_device_of_avr_is_cached() {
    if !is_there("avr-gcc") {
        return;
    }
    let world = zccache_tests::World::new();
    world.write("x.c", "#include <avr/io.h>\n#include \"value.h\"\nint x = VALUE + RAMEND;\n");
    world.write("value.h", "#define VALUE 1\n");
    let call = "avr-gcc -mmcu=atmega328p -Os -c x.c";
    let bare = world.expect_cold_and_warm(call, &["x.o"]);
    assert!(bare.run.succeeded(), "{bare:?}");
    world.expect(Expected::Miss, &call.replace("328p", "88"), &["x.o"]);
    world.write("value.h", "#define VALUE 2\n");
    world.expect(Expected::Miss, call, &["x.o"]);
}

#[test]
fn compilers_for_windows_are_cached_by_the_names_that_distributions_give_them() {
    if !is_there("x86_64-w64-mingw32-gcc-posix") {
        return;
    }
    for name in ["x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-gcc"] {
        let world = zccache_tests::World::new();
        world.write("x.c", "#include <stddef.h>\n#include \"value.h\"\nint x = VALUE;\n");
        world.write("value.h", "#define VALUE 1\n");
        let call = format!("{name} -O2 -g -c x.c");
        assert!(world.expect_cold_and_warm(&call, &["x.o"]).run.succeeded());
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    }
}

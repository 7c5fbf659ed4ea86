//! A compiler takes the first header of a name. Where another one comes before it, or none is there any more, no stored
//! result fits.

use std::fs;

use zccache_tests::{Expected, tick};

use crate::sources::each;

const INCLUDES: &str = "#include <value.h>\nint x = VALUE;\n";

#[test]
fn a_new_header_in_an_earlier_folder_is_used_at_once() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        fs::create_dir(world.work.join("first")).unwrap();
        world.write("second/value.h", "#define VALUE 2\n");
        let call = unit.call("-Ifirst -Isecond -MD");
        let second = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write("first/value.h", "#define VALUE 1\n");
        let (first, _) = world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        assert_ne!(first, second);
        world.remove("first/value.h");
        tick();
        world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn a_new_header_in_a_folder_that_was_not_there_is_used_at_once() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        world.write("second/value.h", "#define VALUE 2\n");
        let call = unit.call("-Ifirst -Isecond");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("first/value.h", "#define VALUE 1\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
        fs::rename(world.work.join("first"), world.work.join("away")).unwrap();
        tick();
        world.expect(Expected::Hit, &call, &["x.o"]);
        fs::rename(world.work.join("away"), world.work.join("first")).unwrap();
        tick();
        world.expect(Expected::Hit, &call, &["x.o"]);
    });
}

#[test]
fn a_new_header_beside_the_includer_is_used_at_once() {
    each("#include \"sub/user.h\"\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("sub/user.h", "#include \"value.h\"\n");
        world.write("folder/value.h", "#define VALUE 2\n");
        let call = unit.call("-Ifolder");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("sub/value.h", "#define VALUE 1\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_new_header_before_one_of_the_system_is_used_at_once() {
    each("#include <stddef.h>\nint x = sizeof(size_t);\n", |unit| {
        let world = &unit.world;
        fs::create_dir(world.work.join("first")).unwrap();
        let call = unit.call("-Ifirst");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("first/stddef.h", "typedef char size_t;\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn what_a_source_asks_about_headers_that_it_does_not_include_is_asked_again() {
    let asks = "#if __has_include(\"maybe.h\")\nint x = 1;\n#else\nint x = 2;\n#endif\n";
    each(asks, |unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let absent = world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("maybe.h", "");
        let (there, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_ne!(absent.files, there.files);
        world.expect(Expected::Hit, &call, &["x.o"]);
        world.remove("maybe.h");
        tick();
        world.expect(Expected::Hit, &call, &["x.o"]);
    });
}

#[test]
fn the_next_header_of_a_name_counts_too() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        world.write("first/value.h", "#include_next <value.h>\n");
        fs::create_dir(world.work.join("second")).unwrap();
        world.write("third/value.h", "#define VALUE 3\n");
        let call = unit.call("-Ifirst -Isecond -Ithird");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("second/value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_header_named_by_a_macro_counts_as_any_other() {
    each("#define HEADER \"value.h\"\n#include HEADER\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        fs::create_dir(world.work.join("first")).unwrap();
        world.write("second/value.h", "#define VALUE 1\n");
        let call = unit.call("-Ifirst -Isecond");
        let first = world.make_bare(&call, &["x.o"]);
        assert_eq!(world.make_cached(&call, &["x.o"]), first);
        world.write("second/value.h", "#define VALUE 2\n");
        world.expect(Expected::NoHit, &call, &["x.o"]);
        world.write("first/value.h", "#define VALUE 3\n");
        world.expect(Expected::NoHit, &call, &["x.o"]);
    });
}

#[test]
fn a_header_whose_name_a_macro_of_the_command_line_gives_counts_too() {
    each("#include HEADER\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        fs::create_dir(world.work.join("first")).unwrap();
        world.write("second/value.h", "#define VALUE 1\n");
        world.write("second/other.h", "#define VALUE 2\n");
        for (option, header) in [("-DHEADER=<value.h>", "value.h"), ("-DHEADER=\"other.h\"", "other.h")] {
            let call = unit.call(&format!("-Ifirst -Isecond {option} -MD"));
            world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
            world.compare(&call, &["x.o", "x.d"]);
            world.write(&format!("second/{header}"), "#define VALUE 3\n");
            world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
            world.write(&format!("first/{header}"), "#define VALUE 4\n");
            world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
        }
    });
}

#[test]
fn a_forced_header_is_looked_for_as_any_other_and_so_is_what_may_stand_for_it() {
    each("int x = VALUE;\n", |unit| {
        let world = &unit.world;
        let language = if unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        for option in ["-include", "-imacros"] {
            for path in ["forced.h", "first/forced.h", "second/forced.h.gch"] {
                world.remove(path);
            }
            tick();
            world.write("second/forced.h", "#define VALUE 1\n");
            let call = unit.call(&format!("-Ifirst -Isecond {option} forced.h"));
            world.expect(Expected::NoHit, &call, &["x.o"]);
            world.expect(Expected::Hit, &call, &["x.o"]);
            world.write("second/forced.h", "#define VALUE 2\n");
            let make = format!("{} -x {language} second/forced.h -o second/forced.h.gch", unit.compiler.name);
            world.bare(&make).expect_success();
            world.write("second/forced.h", "#define VALUE 1\n");
            world.compare(&call, &["x.o"]);
            world.compare(&call, &["x.o"]);
            world.remove("second/forced.h.gch");
            world.write("first/forced.h", "#define VALUE 3\n");
            world.expect(Expected::NoHit, &call, &["x.o"]);
            world.write("forced.h", "#define VALUE 4\n");
            world.expect(Expected::NoHit, &call, &["x.o"]);
            world.expect(Expected::Hit, &call, &["x.o"]);
        }
    });
}

#[test]
fn a_folder_that_has_the_name_of_a_header_is_passed_over_until_it_is_one() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        fs::create_dir_all(world.work.join("first/value.h")).unwrap();
        world.write("second/value.h", "#define VALUE 2\n");
        let call = unit.call("-Ifirst -Isecond");
        let (bare, _) = world.compare(&call, &["x.o"]);
        world.compare(&call, &["x.o"]);
        fs::remove_dir(world.work.join("first/value.h")).unwrap();
        tick();
        world.compare(&call, &["x.o"]);
        world.write("first/value.h", "#define VALUE 1\n");
        let (first, _) = world.expect(Expected::NoHit, &call, &["x.o"]);
        assert_ne!(bare, first);
    });
}

#[test]
fn a_header_of_the_system_is_followed_however_its_directive_is_written() {
    for directive in [
        "#include<value.h>",
        "# /* said */ include /* said */ <value.h> // said",
        "#\\\ninc\\\nlude <value.h>",
        "%:include <value.h>",
        "??=include <value.h>",
        "#import <value.h>",
        "#include_next <value.h>",
        "#define H <value.h>\n#include H",
        "/* one\n two */ #include <value.h>",
        "\t #\tinclude\t<value.h>\r",
        "#include <./value.h>",
        "#include <sub/../value.h>",
    ] {
        each(&format!("{directive}\nint x = VALUE;\n"), |unit| {
            let world = &unit.world;
            world.write("system/value.h", "#define VALUE 1\n");
            world.write("system/sub/keep", "");
            for arguments in ["", "-MMD"] {
                let call = unit.call(&format!("-w -trigraphs -Ifirst -isystem system {arguments}"));
                for value in [1, 2] {
                    world.write("system/value.h", format!("#define VALUE {value}\n"));
                    let (made, _) = world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
                    assert!(made.run.succeeded(), "{directive}: {made:?}");
                    world.compare(&call, &["x.o", "x.d"]);
                }
            }
        });
    }
}

#[test]
fn data_that_a_directive_embeds_is_never_old() {
    // Compilers that do not know the directive refuse it, each time.
    let text = "const char data[] = {\n#embed \"data.bin\" limit(4)\n};\n";
    each(text, |unit| {
        for data in ["data", "Data", "other"] {
            unit.world.write("data.bin", data);
            unit.world.expect(Expected::NoHit, &unit.call(""), &["x.o"]);
        }
        unit.world
            .write(&unit.source, "#ifdef __has_embed\n#if __has_embed(\"late.bin\")\nint late;\n#endif\n#endif\n");
        unit.world.compare(&unit.call(""), &["x.o"]);
        unit.world.write("late.bin", "x");
        unit.world.compare(&unit.call(""), &["x.o"]);
        unit.world.compare(&unit.call(""), &["x.o"]);
    });
}

#[test]
fn a_precompiled_header_is_used_as_soon_as_it_is_there() {
    each("int x = VALUE;\n", |unit| {
        let world = &unit.world;
        let language = if unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        world.write("p.h", "#define VALUE 1\n");
        let call = unit.call("-include p.h");
        world.expect_cold_and_warm(&call, &["x.o"]);
        for value in [2, 3] {
            world.write("p.h", format!("#define VALUE {value}\n"));
            world.bare(&format!("{} -x {language} p.h -o p.h.gch", unit.compiler.name)).expect_success();
            // The header itself is as it was at first: only the precompiled one tells.
            world.write("p.h", "#define VALUE 1\n");
            world.expect(Expected::NoHit, &call, &["x.o"]);
        }
        world.remove("p.h.gch");
        tick();
        world.expect(Expected::Hit, &call, &["x.o"]);
    });
}

#[test]
fn folders_that_compilers_choose_below_another_root_count_when_they_come_to_be() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        world.write("root/usr/include/value.h", "#define VALUE 1\n");
        let call = unit.call("--sysroot=root");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write(&format!("root/usr/include/{}-linux-gnu/value.h", std::env::consts::ARCH), "#define VALUE 2\n");
        let (found, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        world.expect(Expected::Hit, &call, &["x.o"]);
        world.write("root/usr/local/include/value.h", "#define VALUE 3\n");
        let (local, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_ne!(found, local);
    });
}

#[test]
fn a_header_that_is_skipped_as_anothers_twin_is_never_an_old_one() {
    each("#include \"a/x.h\"\n#define TWIN \"b/x.h\"\n#include TWIN\n", |unit| {
        let (world, call) = (&unit.world, unit.call(""));
        for name in ["a/x.h", "b/x.h"] {
            world.write(name, "#pragma once\nint one;\n");
            let file = fs::File::options().append(true).open(world.work.join(name)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000))
                .unwrap();
        }
        tick();
        for _ in 0..2 {
            world.compare(&call, &["x.o"]);
        }
        world.write("b/x.h", "#pragma once\nint one;\nint two;\n");
        for _ in 0..2 {
            world.compare(&call, &["x.o"]);
        }
    });
}

#[test]
fn a_precompiled_header_that_comes_into_being_answers_whether_a_header_is_there() {
    each("#if __has_include(\"maybe.h\")\nint x = 1;\n#else\nint x = 2;\n#endif\n", |unit| {
        let (world, call) = (&unit.world, unit.call(""));
        world.write("maybe.h", "int maybe;\n");
        let language = if unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        world.make_bare(&format!("{} -x {language} maybe.h -o kept.gch", unit.compiler.name), &["kept.gch"]);
        world.remove("maybe.h");
        tick();
        world.expect_cold_and_warm(&call, &["x.o"]);
        fs::rename(world.work.join("kept.gch"), world.work.join("maybe.h.gch")).unwrap();
        tick();
        for _ in 0..2 {
            world.compare(&call, &["x.o"]);
        }
    });
}

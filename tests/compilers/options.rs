//! Object, depfile, streams and exit code of a miss and of a hit are those of the bare compiler, under every usual way of
//! asking for them.

use zccache_tests::Expected;

use crate::sources::{Unit, each_with_header};

fn same(unit: &Unit, arguments: &str, outputs: &[&str]) {
    let bare = unit.world.expect_cold_and_warm(&unit.call(arguments), outputs);
    assert!(bare.run.succeeded(), "{bare:?}");
    assert!(bare.files.values().all(Option::is_some), "{arguments}: {bare:?}");
}

#[test]
fn a_plain_compile_and_one_with_debug_information() {
    each_with_header(|unit| {
        same(unit, "", &["x.o"]);
        same(unit, "-O2 -g", &["x.o"]);
        same(unit, "-O2 -g3 -ggdb -fPIC -Wall -Wextra", &["x.o"]);
    });
}

#[test]
fn a_depfile_with_a_name_of_its_own_and_without() {
    each_with_header(|unit| {
        same(unit, "-MD -MF deps.mk -o x.o", &["x.o", "deps.mk"]);
        same(unit, "-MD", &["x.o", "x.d"]);
        same(unit, "-MD -o out.o", &["out.o", "out.d"]);
        same(unit, "-MMD", &["x.o", "x.d"]);
    });
}

#[test]
fn a_depfile_without_headers_of_the_system_and_with_phony_targets() {
    each_with_header(|unit| same(unit, "-MMD -MP -MF x.deps -o x.o", &["x.o", "x.deps"]));
}

#[test]
fn a_depfile_with_targets_of_the_callers_choice() {
    each_with_header(|unit| {
        same(unit, "-MD -MT one -MT two", &["x.o", "x.d"]);
        same(unit, "-MD -MQ a$b -MF q.d", &["x.o", "q.d"]);
        same(unit, "-MMD -MTjoined -o x.o", &["x.o", "x.d"]);
    });
}

#[test]
fn a_depfile_names_the_object_of_its_own_call() {
    each_with_header(|unit| {
        same(unit, "-MD -MF x.d -o one.o", &["one.o", "x.d"]);
        unit.world.expect(Expected::Hit, &unit.call("-MD -MF x.d -o one.o"), &["one.o", "x.d"]);
        let (other, _) = unit.world.count(|| unit.world.make_cached(&unit.call("-MD -MF x.d -o two.o"), &["x.d"]));
        assert!(String::from_utf8_lossy(&other.files["x.d"].as_ref().unwrap().bytes).starts_with("two.o:"));
    });
}

#[test]
fn options_in_a_response_file() {
    each_with_header(|unit| {
        unit.world.write("options.rsp", "-O2 -DUNUSED='a b'\n-g");
        same(unit, "@options.rsp", &["x.o"]);
        unit.world.write("options.rsp", "-O0 -DUNUSED='a b'\n-g");
        unit.world.expect(Expected::Miss, &unit.call("@options.rsp"), &["x.o"]);
    });
}

#[test]
fn an_object_with_a_relative_an_absolute_and_a_joined_name() {
    each_with_header(|unit| {
        let absolute = unit.world.work.join("far/x.o");
        std::fs::create_dir(unit.world.work.join("far")).unwrap();
        same(unit, "-O1 -o far/x.o", &["far/x.o"]);
        same(unit, &format!("-Os -o {}", absolute.display()), &["far/x.o"]);
        same(unit, "-O3 -ofar/joined.o", &["far/joined.o"]);
        same(unit, "-O0 -o far/../near.o", &["near.o"]);
    });
}

#[test]
fn a_source_with_an_absolute_name_and_one_in_another_folder() {
    each_with_header(|unit| {
        let name = format!("far/y.{}", unit.compiler.suffix);
        unit.world.write("far/value.h", "#define VALUE 7\n");
        unit.world.write(&name, "#include \"value.h\"\nint y = VALUE;\n");
        let compiler = unit.compiler.name;
        unit.world.expect_cold_and_warm(&format!("{compiler} -g -MD -c {name}"), &["y.o", "y.d"]);
        let absolute = unit.world.work.join(&name);
        unit.world.expect_cold_and_warm(&format!("{compiler} -g -MD -c {}", absolute.display()), &["y.o", "y.d"]);
    });
}

#[test]
fn another_object_name_comes_from_the_cache_too() {
    each_with_header(|unit| {
        same(unit, "-o one.o", &["one.o"]);
        unit.world.expect(Expected::Hit, &unit.call("-o two.o"), &["two.o"]);
    });
}

#[test]
fn names_with_blanks_and_signs_that_make_reads() {
    each_with_header(|unit| {
        let (world, compiler) = (&unit.world, unit.compiler.name);
        let source = format!("a b$c/x #1.{}", unit.compiler.suffix);
        world.write("a b$c/value.h", "#define VALUE 4\n");
        world.write(&source, "#include \"value.h\"\nint x = VALUE;\n");
        let arguments = ["-MD", "-MP", "-g", "-c", &source, "-o", "a b$c/x.o"];
        let outputs = ["a b$c/x.o", "a b$c/x.d"];
        let bare = world.make(world.command(compiler).args(arguments), &outputs);
        assert!(bare.run.succeeded() && bare.files.values().all(Option::is_some), "{bare:?}");
        for expected in [Expected::Miss, Expected::Hit] {
            let cached = || world.make(world.zccache([compiler]).args(arguments), &outputs);
            let (cached, counters) = world.count(cached);
            assert_eq!(cached, bare);
            expected.check(&counters);
        }
        world.write("a b$c/value.h", "#define VALUE 5\n");
        let (_, counters) = world.count(|| world.make(world.zccache([compiler]).args(arguments), &outputs));
        Expected::Miss.check(&counters);
    });
}

#[test]
fn options_that_no_table_knows_are_in_the_key_where_they_cannot_name_a_file() {
    each_with_header(|unit| {
        let world = &unit.world;
        let (one, other, path) = match unit.compiler.name.starts_with("clang") {
            true => ("-ftrap-function=f", "-ftrap-function=g", "-ftrap-function=a/b"),
            false => ("-fsched-stalled-insns=2", "-fsched-stalled-insns=3", "-fsched-stalled-insns=a/b"),
        };
        world.expect_cold_and_warm(&unit.call(one), &["x.o"]);
        world.expect(Expected::Miss, &unit.call(other), &["x.o"]);
        world.expect(Expected::Hit, &unit.call(one), &["x.o"]);
        world.write("value.h", "#define VALUE 6\n");
        world.expect(Expected::Miss, &unit.call(one), &["x.o"]);
        let (_, counters) = world.count(|| world.make_cached(&unit.call(path), &["x.o"]));
        assert_eq!((counters.hits, counters.misses), (0, 0), "{counters:?}");
    });
}

#[test]
fn what_an_unknown_option_may_show_of_the_call_is_in_the_key() {
    each_with_header(|unit| {
        let option =
            if unit.compiler.name.starts_with("clang") { "-ftrap-function=f" } else { "-fsched-stalled-insns=2" };
        unit.world.expect(Expected::Miss, &unit.call(&format!("{option} -o one.o")), &["one.o"]);
        unit.world.expect(Expected::Miss, &unit.call(&format!("{option} -o two.o")), &["two.o"]);
    });
}

#[test]
fn long_names_of_options_act_like_the_short_ones() {
    each_with_header(|unit| {
        let world = &unit.world;
        world.write("folder/deep.h", "#define DEEP 1\n");
        world.write("forced.h", "#include <deep.h>\n");
        for words in [
            "--include-directory=folder --include=forced.h",
            "--include-directory folder --include forced.h",
            "--include-directory-after=folder --imacros=forced.h",
            "--define-macro=OTHER=1 --undefine-macro=OTHER --optimize=2",
            "--define-macro OTHER=1 --optimize --pedantic --all-warnings",
            "--no-warnings --debug --signed-char --pipe",
        ] {
            let bare = world.expect_cold_and_warm(&unit.call(words), &["x.o"]);
            assert!(bare.run.succeeded(), "{words}: {bare:?}");
        }
        let call = unit.call("--include-directory=folder --include=forced.h");
        for text in ["#define DEEP 2\nint deep;\n", "#define DEEP 3\n"] {
            world.write("folder/deep.h", text);
            world.expect(Expected::Miss, &call, &["x.o"]);
        }
        let language = if unit.compiler.suffix == "c" { "c" } else { "c++" };
        world.write("odd.name", "int odd;\n");
        let call = format!("{} --language={language} -c odd.name", unit.compiler.name);
        assert!(world.expect_cold_and_warm(&call, &["odd.o"]).run.succeeded());
    });
}

#[test]
fn a_source_behind_the_end_of_options_is_one() {
    each_with_header(|unit| {
        let world = &unit.world;
        let call = format!("{} -c -MD -- {}", unit.compiler.name, unit.source);
        if unit.compiler.name.starts_with("clang") {
            let bare = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            assert!(bare.run.succeeded(), "{bare:?}");
            world.write("value.h", "#define VALUE 8\n");
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        } else {
            let (made, counters) = world.compare(&call, &["x.o", "x.d"]);
            assert_eq!((made.run.succeeded(), counters.misses), (false, 0));
        }
    });
}

#[test]
fn debug_information_that_is_taken_back_shows_no_folder() {
    each_with_header(|unit| {
        let world = &unit.world;
        for words in ["-g -g0", "-ggdb3 -g0", "-gz", "-g0 -O1"] {
            let made = |folder: &str, expected: Expected| {
                let place = world.work.join(folder);
                let object = format!("{folder}/x.o");
                let call = unit.call(words);
                let bare = world.make(world.bare_command(&call).current_dir(&place).env("PWD", &place), &[&object]);
                let mut cached = world.zccache(call.split(' ').filter(|word| !word.is_empty()));
                let run = || world.make(cached.current_dir(&place).env("PWD", &place), &[&object]);
                let (cached, counters) = world.count(run);
                assert_eq!(cached, bare, "{words} in {folder}");
                expected.check(&counters);
            };
            for folder in ["one", "two"] {
                world.write(&format!("{folder}/{}", unit.source), format!("#include \"value.h\"\nint x; // {words}\n"));
                world.write(&format!("{folder}/value.h"), "#define VALUE 1\n");
            }
            made("one", Expected::Miss);
            made("two", Expected::Hit);
        }
    });
}

#[test]
fn sources_that_are_said_to_be_in_the_usual_characters_are_cached() {
    each_with_header(|unit| {
        let world = &unit.world;
        for words in ["-finput-charset=UTF-8", "-finput-charset=utf-8"] {
            assert!(world.expect_cold_and_warm(&unit.call(words), &["x.o"]).run.succeeded(), "{words}");
        }
        let (_, counters) = world.count(|| world.make_cached(&unit.call("-finput-charset=latin1"), &["x.o"]));
        assert_eq!((counters.hits, counters.misses), (0, 0), "{counters:?}");
    });
}

//! What a compile does not list itself is listed by the compiler once more, after the answer: headers of the system where the
//! user's list leaves them out, and what a precompiled header was made of.

use zccache_tests::{Expected, World, run_fed};

use crate::sources::{Unit, each};

/// A source that includes the header which a macro names, and that header in a folder of the system.
fn each_computed(test: impl Fn(&Unit)) {
    each("#include \"names.h\"\n#include NAME\nint x = VALUE;\n", |unit| {
        unit.world.write("names.h", "#define NAME <sys/named.h>\n");
        unit.world.write("system/sys/named.h", "#include <inner.h>\n#define VALUE INNER\n");
        unit.world.write("system/inner.h", "#define INNER 1\n");
        unit.world.write("first/there", "");
        test(unit);
    });
}

#[test]
fn what_a_computed_header_of_the_system_includes_counts_whatever_the_users_list_says() {
    each_computed(|unit| {
        let world = &unit.world;
        let calls =
            ["-MMD -c", "-Wp,-MMD,x.d -c", "-MM", "-MM -MF x.d", "-MMD -MF x.d -S", "-MMD -MF x.d -fsyntax-only"];
        for words in calls {
            let call = format!("{} {words} -isystem first -isystem system {}", unit.compiler.name, unit.source);
            let outputs = ["x.o", "x.d", "x.s"];
            let first = world.expect_cold_and_warm(&call, &outputs);
            assert!(first.run.succeeded(), "{first:?}");
            for header in ["system/inner.h", "system/sys/named.h"] {
                let before = world.read(header).unwrap();
                world.write(header, [before.as_slice(), b"#define MORE 1\n"].concat());
                world.expect(Expected::Miss, &call, &outputs);
                world.write(header, before);
                assert_eq!(world.expect(Expected::Hit, &call, &outputs).0, first, "{words}");
            }
            // A nearer one comes into being.
            world.write("first/inner.h", "#define INNER 2\n");
            world.expect(Expected::Miss, &call, &outputs);
            world.remove("first/inner.h");
            world.expect(Expected::Hit, &call, &outputs);
        }
    });
}

#[test]
fn a_companion_leaves_nothing_behind_and_writes_nothing_anew() {
    each_computed(|unit| {
        let world = &unit.world;
        let call = unit.call("-MMD -isystem system -save-temps=obj");
        world.make_cached(&call, &["x.o", "x.d"]).run.expect_success();
        let names = |world: &World| {
            let entries = std::fs::read_dir(&world.work).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort_unstable();
            names
        };
        // What the first call left, and when that was written, is as it was without the cache.
        let (with, written) = (names(world), world.written(&["x.o", "x.d", "x.s"]));
        let bare = world.make_bare(&call, &["x.o", "x.d", "x.s"]);
        assert_eq!((names(world), bare.files), (with, written));
        let (_, counters) = world.count(|| world.make_cached(&call, &["x.o", "x.d"]));
        Expected::Hit.check(&counters);
    });
}

#[test]
fn a_computed_header_of_a_source_on_standard_input_counts() {
    each_computed(|unit| {
        let world = &unit.world;
        let language = if unit.compiler.suffix == "c" { "c" } else { "c++" };
        let input = world.work.join(&unit.source);
        for words in ["-MMD -MF x.d -c - -o x.o", "-MM -", "-c - -o x.o"] {
            let call = format!("{} -x {language} -isystem system {words}", unit.compiler.name);
            let expect = |expected: Expected| {
                let made = |program: &mut std::process::Command| {
                    world.remove("x.o");
                    world.remove("x.d");
                    (run_fed(program, &input).expect_success(), world.written(&["x.o", "x.d"]))
                };
                let bare = made(&mut world.bare_command(&call));
                let (cached, counters) = world.count(|| made(&mut world.zccache(call.split(' '))));
                assert_eq!(cached, bare, "{call}");
                expected.check(&counters);
            };
            expect(Expected::Miss);
            expect(Expected::Hit);
            world.write("system/inner.h", format!("#define INNER {}\n", words.len()));
            expect(Expected::Miss);
            expect(Expected::Hit);
        }
    });
}

#[test]
fn what_a_precompiled_header_was_made_of_counts_where_the_source_includes_it() {
    each("#include \"p.h\"\nint x = VALUE + INNER;\n", |unit| {
        let world = &unit.world;
        if unit.compiler.name.starts_with("clang") {
            // clang takes one only for what the command line includes.
            return;
        }
        let language = if unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        world.write("p.h", "#include \"q.h\"\n#define VALUE 1\n");
        world.write("q.h", "#define INNER 1\n");
        world.bare(&format!("{} -x {language} p.h -o p.h.gch", unit.compiler.name)).expect_success();
        world.age("p.h.gch");
        zccache_tests::tick();
        for words in ["", "-MD", "-g -O1"] {
            let call = unit.call(words);
            let first = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            // gcc does not look into these while there is the precompiled header; the next one that is made will.
            world.write("q.h", "#define INNER 2\n");
            world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
            world.write("q.h", "#define INNER 1\n");
            assert_eq!(world.expect(Expected::Hit, &call, &["x.o", "x.d"]).0, first, "{words}");
        }
    });
}

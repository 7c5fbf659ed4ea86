//! A compile that fails for what it read fails again, with the same words, until something of that is another. One that fails for
//! anything else is tried anew.

use std::fs;

use zccache_tests::{Expected, Made, run_on_terminal, tick};

use crate::sources::{Unit, each, each_with_header};

const OUTPUTS: [&str; 2] = ["x.o", "x.d"];

/// The call fails, fails again by a hit, and says the same as without the cache both times.
#[track_caller]
fn fails_twice(unit: &Unit, call: &str) -> Made {
    let (failed, counters) = unit.world.expect(Expected::Failure, call, &OUTPUTS);
    assert!(failed.run.code == Some(1) && !failed.run.stderr.is_empty(), "{failed:?}");
    assert!(counters.results > 0, "{call}: {counters:?}");
    unit.world.expect(Expected::Hit, call, &OUTPUTS);
    failed
}

#[test]
fn each_kind_of_error_in_a_source_is_repeated_by_a_hit() {
    for text in [
        "int f(void) { return nothing; }\n",
        "int f(void) { return 1;\n",
        "#error \"not for this machine\"\nint x;\n",
        "#if 1\nint x;\n",
        "#include \"value.h\"\nint x = VALUE VALUE;\n",
        "#include <assert.h>\n#ifdef __cplusplus\n#define _Static_assert static_assert\n#endif\n_Static_assert(0, \"never\");\n",
    ] {
        each(text, |unit| {
            unit.world.write("value.h", "#define VALUE 1\n");
            for words in ["", "-MD", "-MMD", "-g -O2 -save-temps=obj"] {
                fails_twice(unit, &unit.call(words));
            }
        });
    }
}

#[test]
fn a_warning_that_counts_as_an_error_is_repeated_and_the_same_warning_alone_is_none() {
    each("int f(void) { int unused; return 1; }\n", |unit| {
        let failed = fails_twice(unit, &unit.call("-Wall -Werror"));
        assert!(failed.run.err().contains("unused"), "{failed:?}");
        let warned = unit.world.expect_cold_and_warm(&unit.call("-Wall"), &OUTPUTS);
        assert!(warned.run.succeeded());
    });
}

#[test]
fn a_changed_header_of_a_compile_that_failed_is_a_miss_and_the_old_one_a_hit() {
    each("#include \"value.h\"\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        for words in ["", "-MD", "-MMD"] {
            let call = unit.call(words);
            world.write("value.h", "#define VALUE nothing\n");
            let first = fails_twice(unit, &call);
            world.write("value.h", "#define VALUE neither\n");
            assert_ne!(fails_twice(unit, &call), first);
            world.write("value.h", "#define VALUE 1\n");
            world.expect_cold_and_warm(&call, &OUTPUTS);
            world.write("value.h", "#define VALUE nothing\n");
            assert_eq!(world.expect(Expected::Hit, &call, &OUTPUTS).0, first);
        }
    });
}

#[test]
fn a_header_that_comes_into_being_ends_a_failure_wherever_it_is_found() {
    each("#include \"outer.h\"\nint x = LATE;\n", |unit| {
        let world = &unit.world;
        world.write("outer.h", "#include <late.h>\n");
        for folder in ["first/there", "second/there", "third/there"] {
            world.write(folder, "");
        }
        for words in ["", "-MD", "-MMD"] {
            let call = unit.call(&format!("-Ifirst -Isecond -Ithird {words}"));
            fails_twice(unit, &call);
            for place in ["second/late.h", "first/late.h", "third/late.h"] {
                world.write(place, format!("#define LATE {}\n", place.len()));
                let (made, counters) = world.compare(&call, &OUTPUTS);
                assert_eq!((made.run.code, counters.hits, counters.faults), (Some(0), 0, 0), "{place}: {counters:?}");
                world.remove(place);
                world.expect(Expected::Hit, &call, &OUTPUTS);
            }
        }
    });
}

#[test]
fn a_header_that_is_only_asked_for_ends_a_failure_too() {
    each("#if __has_include(\"late.h\")\nint x;\n#else\n#error \"late.h is needed\"\n#endif\n", |unit| {
        let world = &unit.world;
        for words in ["", "-MD", "-MMD"] {
            let call = unit.call(words);
            fails_twice(unit, &call);
            world.write("late.h", "");
            let (made, counters) = world.compare(&call, &OUTPUTS);
            assert_eq!((made.run.code, counters.hits), (Some(0), 0), "{counters:?}");
            world.remove("late.h");
        }
    });
}

#[test]
fn an_object_of_an_earlier_compile_is_kept_or_removed_as_the_compiler_does() {
    for text in ["int f(void) { return nothing; }\n", "#include \"late.h\"\n"] {
        each(text, |unit| {
            let world = &unit.world;
            for words in ["", "-MD", "-MMD"] {
                let call = unit.call(words);
                fails_twice(unit, &call);
                let beside = |program: &mut std::process::Command| {
                    world.write("x.o", "of an earlier compile");
                    let run = program.output().unwrap();
                    (run.status.code(), run.stderr, world.read("x.o"))
                };
                let bare = beside(&mut world.bare_command(&call));
                let (cached, counters) = world.count(|| beside(&mut world.zccache(call.split_whitespace())));
                assert_eq!(cached, bare, "{call}");
                Expected::Failure.check(&counters);
            }
        });
    }
}

#[test]
fn what_a_compile_wrote_before_it_failed_comes_back() {
    // An unused header is read to its end before anything is wrong.
    each("#include \"value.h\"\nint x = VALUE;\n", |unit| {
        unit.world.write("value.h", "#define VALUE nothing\n");
        let name = if unit.compiler.suffix == "c" { "x.i" } else { "x.ii" };
        let call = unit.call("-save-temps=obj -MD");
        let outputs = ["x.o", "x.d", "x.s", name];
        let (failed, _) = unit.world.expect(Expected::Failure, &call, &outputs);
        assert_eq!(failed.run.code, Some(1), "{failed:?}");
        assert!(failed.files[name].is_some(), "{failed:?}");
        let (again, counters) = unit.world.compare(&call, &outputs);
        assert_eq!((again, counters.faults), (failed, 0));
    });
}

#[test]
fn an_error_that_no_source_is_to_blame_for_is_tried_anew() {
    each_with_header(|unit| {
        let world = &unit.world;
        let call = unit.call("-o missing/x.o");
        for _ in 0..2 {
            let (failed, counters) = world.expect(Expected::NoHit, &call, &["missing/x.o"]);
            assert_eq!((failed.run.code, counters.results), (Some(1), 0), "{counters:?}");
        }
        fs::create_dir(world.work.join("missing")).unwrap();
        tick();
        let (made, counters) = world.compare(&call, &["missing/x.o"]);
        assert_eq!((made.run.code, counters.hits), (Some(0), 0), "{made:?}");
    });
}

#[test]
fn an_error_of_the_assembler_is_never_taken_for_another_one() {
    each("__asm__(\"no_such_instruction\");\n", |unit| {
        for words in ["", "-MD"] {
            for _ in 0..2 {
                let bare = unit.world.make_bare(&unit.call(words), &OUTPUTS);
                let cached = unit.world.make_cached(&unit.call(words), &OUTPUTS);
                // gcc's assembler names a temporary file, each time another.
                assert_eq!((cached.run.code, &cached.files), (bare.run.code, &bare.files));
                assert_eq!(bare.run.code, Some(1), "{bare:?}");
            }
        }
        assert_eq!(unit.world.counters().faults, 0);
    });
}

#[test]
fn an_error_has_its_colours_on_a_terminal_and_none_in_a_pipe() {
    each("int f(void) { return nothing; }\n", |unit| {
        let world = &unit.world;
        let call = unit.call("");
        let on_terminal = |expected: Expected| {
            let (run, counters) = world.count(|| run_on_terminal(&mut world.zccache(call.split_whitespace())));
            expected.check(&counters);
            assert_eq!(run.code, Some(1));
            run.stderr
        };
        let first = on_terminal(Expected::Failure);
        assert!(first.contains(&0x1b), "{}", String::from_utf8_lossy(&first));
        assert!(!fails_twice(unit, &call).run.stderr.contains(&0x1b));
        assert_eq!(on_terminal(Expected::Hit), first);
    });
}

#[test]
fn a_header_that_cannot_be_precompiled_is_an_error_until_it_can() {
    each_with_header(|unit| {
        let world = &unit.world;
        let language = if unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        let call = format!("{} -x {language} p.h -o p.h.gch", unit.compiler.name);
        world.write("p.h", "int x = nothing;\n");
        world.expect(Expected::Failure, &call, &["p.h.gch"]);
        world.expect(Expected::Hit, &call, &["p.h.gch"]);
        world.write("p.h", "int x;\n");
        let (made, counters) = world.count(|| world.make_cached(&call, &["p.h.gch"]));
        assert!(made.run.succeeded() && made.files["p.h.gch"].is_some(), "{made:?}");
        Expected::Miss.check(&counters);
    });
}

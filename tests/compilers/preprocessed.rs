//! Preprocessed text, as an output and as a source.

use zccache_tests::{Expected, tick};

use crate::sources::{Unit, each, each_with_header};

fn text_call(unit: &Unit, arguments: &str) -> String {
    unit.call(arguments).replace(" -c ", " -E ")
}

/// A call for preprocessed text as a source.
fn compile_call(unit: &Unit, arguments: &str) -> (String, String) {
    let source = if unit.compiler.suffix == "c" { "t.i" } else { "t.ii" };
    (format!("{} {arguments} -c {source}", unit.compiler.name), source.to_owned())
}

#[test]
fn preprocessed_text_goes_to_a_file_and_comes_back_as_it_was() {
    each_with_header(|unit| {
        let world = &unit.world;
        for arguments in ["-o x.i", "-P -o x.i", "-C -o x.i", "-dD -o x.i", "-dM -o x.i", "-CC -dI -o x.i"] {
            let bare = world.expect_cold_and_warm(&text_call(unit, arguments), &["x.i"]);
            assert!(bare.files["x.i"].is_some(), "{bare:?}");
        }
        let bare = world.expect_cold_and_warm(&text_call(unit, "-MD -MF x.d -o x.i"), &["x.i", "x.d"]);
        assert!(bare.files["x.d"].is_some());
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &text_call(unit, "-o x.i"), &["x.i"]);
    });
}

#[test]
fn preprocessed_text_on_standard_output_is_the_compilers() {
    each_with_header(|unit| {
        for arguments in ["", "-P", "-MD -MF x.d"] {
            let made = unit.world.expect_cold_and_warm(&text_call(unit, arguments), &["x.d"]);
            assert!(made.run.out().contains("answer"));
        }
        unit.world.write("value.h", "#define VALUE 9\n");
        unit.world.expect(Expected::Miss, &text_call(unit, ""), &[]);
    });
}

#[test]
fn what_shows_in_preprocessed_text_is_never_old() {
    let text = "/* said */ int line = __LINE__; const char *file = __FILE__;\n#ifdef X\nint x = X;\n#endif\n";
    each(text, |unit| {
        let world = &unit.world;
        let call = text_call(unit, "-C -o x.i");
        world.expect_cold_and_warm(&call, &["x.i"]);
        world.write(&unit.source, text.replace("said", "sAid"));
        world.expect(Expected::Miss, &call, &["x.i"]);
        for defined in ["-DX=1", "-DX=2", "-DX", "-DX=X"] {
            world.expect(Expected::Miss, &text_call(unit, &format!("-C {defined} -o x.i")), &["x.i"]);
        }
        // The same text in another folder names itself otherwise.
        for name in [format!("./{}", unit.source), world.work.join(&unit.source).display().to_string()] {
            let call = format!("{} -E {name} -o x.i", unit.compiler.name);
            world.expect(Expected::Miss, &call, &["x.i"]);
            world.expect(Expected::Hit, &call, &["x.i"]);
        }
    });
}

#[test]
fn preprocessed_text_is_compiled() {
    each_with_header(|unit| {
        let world = &unit.world;
        let (call, source) = compile_call(unit, "-g -O1");
        world.bare(&text_call(unit, &format!("-o {source}"))).expect_success();
        world.age(&source);
        tick();
        let bare = world.expect_cold_and_warm(&call, &["t.o"]);
        assert!(bare.run.succeeded());
        // What its line markers name is not read.
        world.write("value.h", "#define VALUE 2\n");
        world.expect(Expected::Hit, &call, &["t.o"]);
        let text = String::from_utf8(world.read(&source).unwrap()).unwrap();
        world.write(&source, text.replace("answer", "Answer"));
        world.expect(Expected::Miss, &call, &["t.o"]);
        world.write(&source, text);
        assert_eq!(world.expect(Expected::Hit, &call, &["t.o"]).0, bare);
        let no_depfile = world.make_bare(&format!("{call} -MD"), &["t.o", "t.d"]);
        assert_eq!(world.make_cached(&format!("{call} -MD"), &["t.o", "t.d"]), no_depfile);
        assert_eq!(world.make_cached(&format!("{call} -MD"), &["t.o", "t.d"]), no_depfile);
    });
}

#[test]
fn a_warning_about_preprocessed_text_quotes_the_file_that_its_line_marker_names_as_it_is_now() {
    each("", |unit| {
        let world = &unit.world;
        let (call, source) = compile_call(unit, "-Wall");
        world.write(&source, "# 1 \"named.c\"\nint f(void) { int unused; return 1; }\n");
        for quoted in ["int first quoted;\n", "int other quoted;\n"] {
            world.write("named.c", quoted);
            let (made, _) = world.expect(Expected::NoHit, &call, &["t.o"]);
            // clang quotes the preprocessed text itself.
            let quotes = made.run.err().contains(quoted.trim());
            assert!(quotes || unit.compiler.name.starts_with("clang"), "{made:?}");
            world.compare(&call, &["t.o"]);
        }
        world.remove("named.c");
        tick();
        world.compare(&call, &["t.o"]);
    });
}

#[test]
fn a_language_that_is_said_counts_more_than_the_suffix() {
    each("int x = sizeof 'a';\n", |unit| {
        for language in ["cpp-output", "c++-cpp-output"] {
            let call = format!("{} -x {language} -c {}", unit.compiler.name, unit.source);
            unit.world.expect_cold_and_warm(&call, &["x.o"]);
        }
        unit.world.expect(Expected::Bypass, &unit.call("-fpreprocessed"), &["x.o"]);
    });
}

#[test]
fn an_include_that_is_left_in_preprocessed_text_is_never_old() {
    each("", |unit| {
        let world = &unit.world;
        let (call, source) = compile_call(unit, "");
        for text in ["#include \"value.h\"\nint x;\n", "#if __has_include(\"late.h\")\nint y;\n#endif\nint x;\n"] {
            world.write(&source, text);
            world.remove("late.h");
            for value in [1, 2] {
                world.write("value.h", format!("int y[{value}];\n"));
                for _ in 0..2 {
                    world.compare(&call, &["t.o"]);
                }
            }
            world.write("late.h", "");
            world.compare(&call, &["t.o"]);
        }
    });
}

#[test]
fn a_date_that_is_left_in_preprocessed_text_is_never_an_old_one() {
    each("", |unit| {
        let (call, source) = compile_call(unit, "");
        unit.world.write(&source, "const char *when = __TIME__;\n");
        for round in 0..2 {
            let (made, counters) = unit.world.count(|| unit.world.make_cached(&call, &["t.o"]));
            // gcc does not know the name any more, which is an error each time.
            let fails = u64::from(!made.run.succeeded());
            assert_eq!((counters.hits, counters.results), (fails * round, fails), "{counters:?}");
        }
    });
}

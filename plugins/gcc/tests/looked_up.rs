//! What compilers look up and no list of theirs names, against the compilers of this machine. A compiler that is not there is
//! named and passed over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../sdk/tests/trial/mod.rs"]
#[allow(dead_code, reason = "another test traces what is looked at")]
mod support;

use std::path::Path;

use support::{Compiled, Place, each, reading, refusal};
use zccache_plugin_gcc::Gcc as Subject;
use zccache_plugin_sdk::contract::{Absence, Collected, Observe};

fn with(name: &str, test: impl Fn(&Path)) {
    each(&[name], test);
}

fn is_stored(compiled: &Compiled) -> bool {
    matches!(compiled.collected, Collected::Done(_))
}

#[test]
fn a_twin_that_a_macro_may_name_is_not_stored_by_gcc() {
    let place = Place::new(&[
        ("s.c", "#include \"a/x.h\"\n#define M \"b/x.h\"\n#include M\n"),
        ("a/x.h", "#pragma once\nint one;\n"),
        ("b/x.h", "#pragma once\nint one;\n"),
    ]);
    with("gcc", |gcc| assert_eq!(refusal(&place.compile(gcc, &["-c", "s.c"])), "computed-include"));
    // It lists what it skips.
    with("clang", |clang| assert!(is_stored(&place.compile(clang, &["-c", "s.c"]))));
    place.write("d.c", "#include \"a/x.h\"\n#ifdef M\n#include M\n#endif\n");
    with("gcc", |gcc| {
        assert_eq!(refusal(&place.compile(gcc, &["-DM=\"b/x.h\"", "-c", "d.c"])), "computed-include");
        // No macro is the name of a file.
        assert!(is_stored(&place.compile(gcc, &["-DN=\"x\"", "-c", "d.c"])));
    });
    place.write("a/x.h", "int one;\n");
    place.write("b/x.h", "int two;\n");
    with("gcc", |gcc| assert!(is_stored(&place.compile(gcc, &["-c", "s.c"]))));
}

#[test]
fn computed_includes_of_packages_that_are_installed_are_stored_beside_files_that_are_read_once() {
    let place = Place::new(&[
        ("s.c", "#include \"once.h\"\n#include <boost/config.hpp>\n"),
        ("once.h", "#pragma once\n"),
        (
            "vendor/boost/config.hpp",
            "#define BOOST_COMPILER_CONFIG \"boost/gcc.hpp\"\n#include BOOST_COMPILER_CONFIG\n",
        ),
        ("vendor/boost/gcc.hpp", "int boost;\n"),
    ]);
    with("gcc", |gcc| assert!(is_stored(&place.compile(gcc, &["-Ivendor", "-c", "s.c"]))));
    if Path::new("/usr/include/freetype2/ft2build.h").exists() {
        place.write("f.c", "#include \"once.h\"\n#include <ft2build.h>\n#include <freetype/freetype.h>\n");
        with("gcc", |gcc| assert!(is_stored(&place.compile(gcc, &["-I/usr/include/freetype2", "-c", "f.c"]))));
    }
}

#[test]
fn what_the_assembler_was_given_by_a_pipe_hides_nothing_that_it_included() {
    let place = Place::new(&[
        ("a.c", "__asm__(\".inc\" \"bin \\\"d.bin\\\"\");\nint f;\n"),
        ("plain.c", "int f;\n"),
        ("q.S", "#define I(x) .inc##x\nI(bin) \"d.bin\"\n"),
        ("plain.S", ".byte 1\n.incbin \"d.bin\"\n"),
        ("plain.s", ".byte 1\n.incbin \"d.bin\"\n"),
        ("mixed.s", ".Incbin \"d.bin\"\n"),
        ("d.bin", "data"),
    ]);
    with("gcc", |gcc| {
        for options in [&["-pipe"][..], &[], &["-pipe", "-g"]] {
            let compile = |source: &str| place.compile(gcc, &[options, &["-c", source]].concat());
            for source in ["a.c", "q.S", "mixed.s"] {
                let compiled = compile(source);
                let looks = |name| reading(&compiled).lookups.iter().any(|lookup| lookup.name == name);
                assert!(looks("d.bin"), "{source} {options:?}");
            }
            for source in ["plain.c", "plain.S", "plain.s"] {
                assert!(is_stored(&compile(source)), "{source} {options:?}");
            }
        }
        assert!(is_stored(&place.compile(gcc, &["-save-temps=obj", "-c", "plain.S", "-o", "x.o"])));
    });
}

#[test]
fn a_file_with_the_sources_name_in_the_working_directory_may_be_included_by_the_assembler() {
    let place = Place::new(&[("sub/a.c", "__asm__(\".inc\" \"bin \\\"a.c\\\"\");\nint f;\n"), ("a.c", "other\n")]);
    with("gcc", |gcc| {
        let compiled = place.compile(gcc, &["-c", "sub/a.c"]);
        let input = reading(&compiled).inputs.iter().find(|input| input.path == "a.c").unwrap();
        assert_eq!(input.observe, Observe::Content);
        std::fs::remove_file(place.folder.path().join("a.c")).unwrap();
        place.write("sub/a.c", "int f;\n");
        let compiled = place.compile(gcc, &["-c", "sub/a.c"]);
        assert!(reading(&compiled).inputs.iter().all(|input| input.path != "a.c"));
    });
}

#[test]
fn every_spelling_of_the_pragma_for_files_that_are_read_once_makes_twins_matter() {
    let twin = |line: &str| {
        format!("#define O \"once\"\n#define S(x) #x\n#define P _Pragma\n{line}\nint CAT(v, __COUNTER__);\n")
    };
    for line in [
        "#pragma once",
        "%:pragma once",
        "??=pragma once",
        "#pragma /**/ once",
        "_Pragma(\"once\")",
        "_Pragma(\" once\")",
        "_Pragma(L\"once\")",
        "_Pragma ( O )",
        "_Pragma(S(once))",
        "P(\"once\")",
    ] {
        let text = twin(line);
        let source = "#define C2(a,b) a##b\n#define CAT(a,b) C2(a,b)\n#include \"a/x.h\"\n#include \"b/x.h\"\n";
        let place = Place::new(&[("s.c", source), ("a/x.h", &text), ("b/x.h", &text)]);
        with("gcc", |gcc| {
            let compiled = place.compile(gcc, &["-std=c11", "-c", "s.c"]);
            let timed = reading(&compiled).inputs.iter().filter(|input| input.observe == Observe::ContentAndTime);
            assert_eq!(timed.count(), 2, "{line}");
        });
    }
}

#[test]
fn pragmas_about_something_else_do_not_make_twins_matter() {
    let place = Place::new(&[
        ("s.c", "#include <stdio.h>\n#include \"a/x.h\"\n#include \"b/x.h\"\n"),
        (
            "a/x.h",
            "#define STR(x) #x\n#define DIAG(s) _Pragma(STR(GCC diagnostic s))\n_Pragma(\"GCC diagnostic push\") DIAG(pop)\n",
        ),
    ]);
    std::fs::create_dir_all(place.folder.path().join("b")).unwrap();
    std::fs::copy(place.folder.path().join("a/x.h"), place.folder.path().join("b/x.h")).unwrap();
    with("gcc", |gcc| {
        let compiled = place.compile(gcc, &["-c", "s.c"]);
        assert!(reading(&compiled).inputs.iter().all(|input| input.observe != Observe::ContentAndTime));
    });
}

#[test]
fn a_precompiled_header_that_may_answer_whether_a_header_is_there_is_looked_up() {
    let place = Place::new(&[("a.c", "#if __has_include(\"x.h\")\nint yes;\n#endif\nint a;\n"), ("x.h", "int h;\n")]);
    with("gcc", |gcc| {
        place.compile(gcc, &["-x", "c-header", "x.h"]);
        std::fs::remove_file(place.folder.path().join("x.h")).unwrap();
        assert_eq!(refusal(&place.compile(gcc, &["-c", "a.c"])), "precompiled-header-in-source");
        std::fs::remove_file(place.folder.path().join("x.h.gch")).unwrap();
        let compiled = place.compile(gcc, &["-c", "a.c"]);
        assert!(reading(&compiled).lookups.iter().any(|lookup| lookup.name == "x.h.gch"));
    });
}

#[test]
fn names_with_a_backslash_are_stored_with_gcc_only() {
    let place = Place::new(&[("s.c", "#include \"a\\b.h\"\n"), ("a\\b.h", "int one;\n"), ("a/b.h", "int other;\n")]);
    with("clang", |clang| assert_eq!(refusal(&place.compile(clang, &["-c", "s.c"])), "odd-name"));
    with("gcc", |gcc| assert!(is_stored(&place.compile(gcc, &["-c", "s.c"]))));
}

#[test]
fn code_for_other_machines_is_not_stored_with_clang() {
    for (line, refused) in [
        ("#pragma omp target map(tofrom: s)", true),
        ("#pragma  omp\ttarget teams", true),
        ("#pragma omp parallel for", false),
    ] {
        let text =
            format!("int f(int n) {{\n  int s = n;\n{line}\n  for (int i = 0; i < 3; i++) s += 2;\n  return s;\n}}\n");
        let place = Place::new(&[("a.c", &text)]);
        with("clang", |clang| {
            let compiled = place.compile(clang, &["-fopenmp", "-c", "a.c"]);
            if refused {
                assert_eq!(refusal(&compiled), "offload", "{line}");
            } else {
                assert!(is_stored(&compiled), "{line}");
            }
        });
        with("gcc", |gcc| assert!(is_stored(&place.compile(gcc, &["-c", "a.c"]))));
    }
    let place = Place::new(&[("a.c", "#pragma omp declare target\nint g;\n#pragma omp end declare target\n")]);
    with("clang", |clang| assert_eq!(refusal(&place.compile(clang, &["-fopenmp", "-c", "a.c"])), "offload"));
}

#[test]
fn a_macro_with_the_name_of_a_word_of_prose_makes_an_include_of_it() {
    let prose = "/* Do not #include this file directly. */\n";
    let place = Place::new(&[
        ("a.c", "#define this <x.h>\n#include this file\n"),
        ("b.c", "#include \"prose.h\"\nint b;\n"),
        ("c.c", "??=define this <x.h>\n#include \"prose.h\"\nint c;\n"),
        ("d.c", "#define this self\n#define file name\nint this, file;\n"),
        ("e.c", "#define GCC 1\n#include <limits.h>\n#include \"prose.h\"\nint e;\n"),
        ("prose.h", prose),
        ("x.h", ""),
    ]);
    for name in ["gcc", "clang"] {
        with(name, |compiler| {
            let compile = |source: &str| place.compile(compiler, &["-std=c11", "-I.", "-c", source]);
            assert!(reading(&compile("a.c")).lookups.iter().any(|lookup| lookup.name == "x.h"));
            for source in ["b.c", "c.c", "d.c", "e.c"] {
                assert!(is_stored(&compile(source)), "{source}");
            }
        });
    }
}

#[test]
fn a_message_about_a_name_that_begins_like_one_that_was_read_is_not_stored() {
    let text = |line: &str| {
        format!("#include \"x.h\"\nint f(void) {{\n#line 1 \"{line}\"\n  int unused = 1;\n  return 0;\n}}\n")
    };
    with("gcc", |gcc| {
        let place = Place::new(&[("a.c", &text("x.h:1:y")), ("b.c", &text("<stdin>")), ("x.h", "int h;\n")]);
        assert_eq!(refusal(&place.compile(gcc, &["-Wall", "-c", "a.c"])), "line-directive");
        let compiled = place.compile(gcc, &["-Wall", "-c", "b.c"]);
        let input = reading(&compiled).inputs.iter().find(|input| input.path == "<stdin>").unwrap();
        assert_eq!((input.observe, input.absence), (Observe::Content, Absence::MayBeAbsent));
    });
}

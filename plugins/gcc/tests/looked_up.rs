//! What compilers look up and no list of theirs names, against the compilers of this machine. A compiler that is not there is
//! named and passed over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../sdk/tests/trial/mod.rs"]
#[allow(dead_code, reason = "another test traces what is looked at")]
mod support;

use std::path::Path;

use support::{Compiled, Place, find, reading};
use zccache_plugin_gcc::Gcc as Subject;
use zccache_plugin_sdk::contract::{Absence, Collected};
use zccache_plugin_sdk::golden;

fn with(name: &str, test: impl Fn(&Path)) {
    match find(name) {
        Some(compiler) => test(&compiler),
        None => eprintln!("skipped: {name} is not there"),
    }
}

fn refusal(compiled: &Compiled) -> &str {
    match &compiled.collected {
        Collected::Refuse(refusal) => &refusal.reason,
        other => panic!("{}", golden::collected(other)),
    }
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
                assert_eq!(refusal(&compile(source)), "assembler-include", "{source} {options:?}");
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
        assert_eq!(input.absence, Absence::MayBeAbsent);
    });
}

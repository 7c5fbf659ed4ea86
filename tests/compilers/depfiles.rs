//! Depfiles are those that the compiler would write, under every way of naming them and what they list.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use zccache_tests::{Expected, Made, tick};

use crate::sources::{Unit, each, each_with_header};

fn depfile(made: &Made, path: &str) -> String {
    String::from_utf8_lossy(&made.files[path].as_ref().expect("it is written").bytes).into_owned()
}

/// Words that may hold blanks, cold and warm.
#[track_caller]
fn cold_and_warm_words(unit: &Unit, words: &[&str], outputs: &[&str]) -> Made {
    let world = &unit.world;
    let bare = world.make(world.command(unit.compiler.name).args(words), outputs);
    assert!(bare.run.succeeded() && bare.files.values().all(Option::is_some), "{words:?}: {bare:?}");
    for expected in [Expected::Miss, Expected::Hit] {
        let made = || world.make(world.zccache([unit.compiler.name]).args(words), outputs);
        let (cached, counters) = world.count(made);
        assert_eq!(cached, bare, "{words:?}");
        expected.check(&counters);
    }
    bare
}

#[test]
fn a_depfile_lies_where_the_driver_puts_it() {
    each_with_header(|unit| {
        let world = &unit.world;
        fs::create_dir_all(world.work.join("dir.v2")).unwrap();
        for (arguments, object, depfile) in [
            ("-MD -o dir.v2/a.o", "dir.v2/a.o", "dir.v2/a.d"),
            ("-MD -o dir.v2/a.b.o", "dir.v2/a.b.o", "dir.v2/a.b.d"),
            ("-MD -o dir.v2/noext", "dir.v2/noext", "dir.v2/noext.d"),
            ("-MMD -odir.v2/c.o", "dir.v2/c.o", "dir.v2/c.d"),
            ("-MMD -MF dir.v2/named -o n.o", "n.o", "dir.v2/named"),
        ] {
            let bare = world.expect_cold_and_warm(&unit.call(arguments), &[object, depfile]);
            assert!(bare.files.values().all(Option::is_some), "{arguments}: {bare:?}");
        }
        let source = format!("x.y.{}", unit.compiler.suffix);
        world.write(&source, "#include \"value.h\"\n");
        let call = format!("{} -MD -c {source}", unit.compiler.name);
        let bare = world.expect_cold_and_warm(&call, &["x.y.o", "x.y.d"]);
        assert!(bare.files.values().all(Option::is_some), "{bare:?}");
    });
}

#[test]
fn targets_are_quoted_as_the_driver_quotes_them_and_another_target_is_another_depfile() {
    each_with_header(|unit| {
        let source = unit.source.clone();
        for targets in [
            ["-MT", "one two", "-MQ", "a b"],
            ["-MQ", "$(x)", "-MQ", "$y"],
            ["-MT", "#h", "-MQ", "#h"],
            ["-MT", "c:d", "-MQ", "c:d"],
            ["-MT", "e\\f", "-MQ", "e\\ f"],
            ["-MQ", "last", "-MQ", "last"],
        ] {
            let words = [&["-MD"][..], &targets, &["-c", &source]].concat();
            cold_and_warm_words(unit, &words, &["x.o", "x.d"]);
        }
        // A variable of make's names what only make knows, and is no file that was read.
        unit.world.expect_cold_and_warm(&unit.call("-MD -MT $(x)"), &["x.o", "x.d"]);
        for target in ["first.o", "second.o", "first.o"] {
            let (made, _) = unit.world.compare(&unit.call(&format!("-MD -MT {target}")), &["x.o", "x.d"]);
            assert!(depfile(&made, "x.d").starts_with(target));
        }
    });
}

#[test]
fn two_sources_of_the_same_text_have_each_a_depfile_of_its_own() {
    each("", |unit| {
        let world = &unit.world;
        let mut made = Vec::new();
        for folder in ["a", "b", "a", "b"] {
            let source = format!("{folder}/x.{}", unit.compiler.suffix);
            world.write(&format!("{folder}/h.h"), "int h;\n");
            world.write(&source, "#include \"h.h\"\n");
            for call in ["-MD -MF x.d", "-MMD -MT t -MF x.d"] {
                let call = format!("{} {call} -c {source} -o x.o", unit.compiler.name);
                made.push(world.compare(&call, &["x.o", "x.d"]).0);
                assert!(depfile(made.last().unwrap(), "x.d").contains(&format!("{folder}/h.h")));
            }
        }
    });
}

#[test]
fn a_depfile_without_headers_of_the_system_is_not_taken_for_one_with_them() {
    each("#include <sys.h>\n#include \"own.h\"\nint x = SYS + OWN;\n", |unit| {
        let world = &unit.world;
        world.write("system/sys.h", "#define SYS 1\n");
        world.write("own.h", "#define OWN 1\n");
        for (arguments, lists) in [("-MMD", false), ("-MD", true), ("-MMD -MD", false), ("-MD -MP", true)] {
            let call = unit.call(&format!("-isystem system {arguments}"));
            let made = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            assert_eq!(depfile(&made, "x.d").contains("sys.h"), lists, "{arguments}");
            // It counts all the same.
            world.write("system/sys.h", "#define SYS 2\n");
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
            world.write("system/sys.h", "#define SYS 1\n");
            world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
        }
    });
}

#[test]
fn headers_with_strange_names_are_followed_wherever_they_lie() {
    each("", |unit| {
        let world = &unit.world;
        for (index, name) in ["a b.h", "a$b.h", "a#b.h", "a:b.h", "a%b.h", "a'b.h", "a\tb.h"].iter().enumerate() {
            let source = format!("s{index}.{}", unit.compiler.suffix);
            world.write(&source, format!("#include \"{name}\"\nint x = VALUE;\n"));
            for arguments in ["", "-MD", "-MMD"] {
                let call = format!("{} {arguments} -c {source} -o x.o", unit.compiler.name);
                for value in [1, 2] {
                    world.write(name, format!("#define VALUE {value}\n"));
                    let (made, _) = world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
                    assert!(made.run.succeeded(), "{made:?}");
                    world.compare(&call, &["x.o", "x.d"]);
                }
            }
        }
    });
}

#[test]
fn a_header_whose_name_no_depfile_can_hold_is_never_old() {
    each("", |unit| {
        let world = &unit.world;
        // A line break in a folder's name, which a link without one leads to, and a name that is no text.
        fs::create_dir(world.work.join("line\nbreak")).unwrap();
        let strange = world.work.join(OsStr::from_bytes(b"strange\xff.h"));
        let break_source = format!("b.{}", unit.compiler.suffix);
        world.write(&break_source, "#include \"value.h\"\nint x = VALUE;\n");
        let strange_source = world.work.join(format!("s.{}", unit.compiler.suffix));
        fs::write(&strange_source, b"#include \"strange\xff.h\"\nint x = VALUE;\n").unwrap();
        for value in [1, 2, 3] {
            world.write("line\nbreak/value.h", format!("#define VALUE {value}\n"));
            fs::write(&strange, format!("#define VALUE {value}\n")).unwrap();
            tick();
            for arguments in ["", "-MD"] {
                let words = format!("{arguments} -Iline\nbreak -c {break_source} -o x.o");
                let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
                for _ in 0..2 {
                    let bare = world.make(world.command(unit.compiler.name).args(&words), &["x.o", "x.d"]);
                    let cached = world.make(world.zccache([unit.compiler.name]).args(&words), &["x.o", "x.d"]);
                    assert_eq!(cached, bare, "{words:?}, {value}");
                }
                let call = format!("{} {arguments} -c s.{} -o x.o", unit.compiler.name, unit.compiler.suffix);
                for _ in 0..2 {
                    world.compare(&call, &["x.o", "x.d"]);
                }
            }
        }
        assert_eq!(world.counters().faults, 0);
    });
}

#[test]
fn ninja_knows_the_headers_of_a_depfile_that_the_preprocessor_was_asked_for() {
    each_with_header(|unit| {
        if !zccache_tests::required("ninja") {
            return;
        }
        let world = &unit.world;
        let rule = format!(
            "rule cc\n  command = {} {} -Wp,-MMD,$out.d -MT $out -c $in -o $out\n  depfile = $out.d\n  deps = gcc\n\
             build x.o: cc {}\n",
            zccache_tests::zccache().display(),
            unit.compiler.name,
            unit.source
        );
        world.write("build.ninja", rule);
        for _ in 0..2 {
            world.remove("x.o");
            world.bare("ninja").expect_success();
            let known = world.bare("ninja -t deps").expect_success().out();
            assert!(known.contains("value.h"), "{known}");
        }
        let counters = world.counters();
        assert_eq!((counters.hits, counters.misses), (1, 1), "{counters:?}");
    });
}

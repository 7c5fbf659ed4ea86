//! Sources that ask for the time never get an old one.

use std::fs::File;
use std::time::{Duration, SystemTime};

use zccache_tests::{Expected, required, tick};

use crate::sources::each;

#[test]
fn a_source_with_the_time_or_date_in_it_is_never_served_from_the_cache() {
    for word in ["__TIME__", "__DATE__"] {
        each(&format!("const char *when = {word};\n"), |unit| {
            for _ in 0..2 {
                let (made, counters) = unit.world.count(|| unit.world.make_cached(&unit.call(""), &["x.o"]));
                assert!(made.run.succeeded() && made.files["x.o"].is_some(), "{made:?}");
                Expected::NoHit.check(&counters);
                assert_eq!(counters.results, 0, "{word}");
            }
        });
    }
}

#[test]
fn a_time_in_a_header_or_behind_a_macro_counts_too() {
    each("#include \"when.h\"\nconst char *when = WHEN;\n", |unit| {
        unit.world.write("when.h", "#define WHEN __TI\\\nME__\n");
        for _ in 0..2 {
            let (made, counters) = unit.world.count(|| unit.world.make_cached(&unit.call(""), &["x.o"]));
            assert!(made.run.succeeded(), "{made:?}");
            assert_eq!((counters.hits, counters.results), (0, 0));
        }
    });
}

#[test]
fn a_date_that_macros_paste_together_counts_too() {
    for (pastes, word) in [
        ("#define P(a, b) a##b\n#define Q(a, b) P(a, b)\n", "Q(__TI, ME__)"),
        ("#define P(a, b) a##b\n", "P(__TIME, __)"),
        ("#define P(a) _##a\n", "P(_DATE__)"),
        ("#define P(a) __ ## a ## __\n", "P(DATE)"),
    ] {
        each("#include \"pastes.h\"\n#include \"when.h\"\nconst char *when = WHEN;\n", |unit| {
            unit.world.write("pastes.h", pastes);
            unit.world.write("when.h", format!("#define WHEN {word}\n"));
            for _ in 0..2 {
                let (made, counters) = unit.world.count(|| unit.world.make_cached(&unit.call(""), &["x.o"]));
                assert!(made.run.succeeded(), "{made:?}");
                assert_eq!((counters.hits, counters.results), (0, 0), "{word}");
            }
        });
    }
}

#[test]
fn the_time_of_a_changed_file_is_never_an_old_one() {
    each("const char *changed = __TIMESTAMP__;\n", |unit| {
        for hours in 1..3 {
            let time = SystemTime::now() - Duration::from_secs(hours * 3600);
            File::options().append(true).open(unit.world.work.join(&unit.source)).unwrap().set_modified(time).unwrap();
            tick();
            unit.world.expect(Expected::NoHit, &unit.call(""), &["x.o"]);
        }
    });
}

#[test]
fn a_date_that_the_environment_fixes_is_the_one_that_it_fixes() {
    if !required("gcc") {
        return;
    }
    let mut world = zccache_tests::World::new();
    world.write("x.c", "const char *when = __DATE__ __TIME__;\n");
    let mut made = Vec::new();
    for epoch in ["1000000000", "1100000000", "1000000000"] {
        world.set("SOURCE_DATE_EPOCH", epoch);
        let bare = world.make_bare("gcc -c x.c", &["x.o"]);
        assert_eq!(world.make_cached("gcc -c x.c", &["x.o"]), bare);
        assert_eq!(world.make_cached("gcc -c x.c", &["x.o"]), bare);
        made.push(bare);
    }
    assert!(made[0] != made[1] && made[0] == made[2]);
}

#[test]
fn a_word_that_only_contains_the_name_of_a_date_is_cached() {
    for text in [
        "int MY__DATE__X, __TIME__S, X__TIMESTAMP__;\n",
        "enum { DATE, TIME, TIMESTAMP };\n",
        "#define OWN(name) __##name##__\nint OWN(size);\n",
        "#include <sys/socket.h>\nenum { TIME };\n",
    ] {
        each(text, |unit| {
            unit.world.expect_cold_and_warm(&unit.call(""), &["x.o"]);
        });
    }
}

#[test]
fn a_date_that_a_macro_of_the_command_line_stands_for_is_never_served_from_the_cache() {
    each("const char *when = WHEN;\n", |unit| {
        for _ in 0..2 {
            let call = unit.call("-DWHEN=__TIME__");
            let (made, counters) = unit.world.count(|| unit.world.make_cached(&call, &["x.o"]));
            assert!(made.run.succeeded());
            assert_eq!((counters.hits, counters.results), (0, 0));
        }
    });
}

const REDEFINED: &str = "-Wno-builtin-macro-redefined -D__DATE__=\"redacted\" -D__TIME__= -U__TIMESTAMP__";

#[test]
fn a_date_that_the_command_line_puts_something_else_in_the_place_of_is_none() {
    each("const char *when[] = { __DATE__ __TIME__ \"\" };\n#define STAMP __TIMESTAMP__\n", |unit| {
        let call = unit.call(REDEFINED);
        let bare = unit.world.expect_cold_and_warm(&call, &["x.o"]);
        assert!(bare.run.succeeded(), "{bare:?}");
        unit.world.expect_cold_and_warm(&call.replace("redacted", "other"), &["x.o"]);
        // One of them still stands for the time.
        for left in ["-D__TIME__= -U__TIMESTAMP__", "-D__DATE__=\"x\" -U__TIMESTAMP__", "-D__DATE__= -D__TIME__="] {
            let call = unit.call(&format!("-Wno-builtin-macro-redefined {left}"));
            for _ in 0..2 {
                let (_, counters) = unit.world.count(|| unit.world.make_cached(&call, &["x.o"]));
                assert_eq!((counters.hits, counters.reason("not stored: date")), (0, 1), "{left}: {counters:?}");
            }
        }
    });
}

#[test]
fn pieces_of_a_date_that_is_redefined_are_none_either() {
    let text = "#define P(a, b) a##b\n#define Q(a) __##a##__\nconst char *when[] = { P(__DA, TE__) Q(DATE) };\n";
    each(text, |unit| {
        let bare = unit.world.expect_cold_and_warm(&unit.call(REDEFINED), &["x.o"]);
        assert!(bare.run.succeeded(), "{bare:?}");
    });
}

#[test]
fn a_date_that_a_precompiled_header_of_gcc_brings_back_is_not_cached() {
    if !required("gcc") {
        return;
    }
    let world = zccache_tests::World::new();
    world.write("p.h", "int p;\n");
    world.write("x.c", "const char *when = __DATE__;\n");
    assert!(world.make_bare("gcc -x c-header p.h -o p.h.gch", &["p.h.gch"]).run.succeeded());
    for _ in 0..2 {
        let call = format!("gcc {REDEFINED} -include p.h -c x.c");
        let (made, counters) = world.count(|| world.make_cached(&call, &["x.o"]));
        let object = made.files["x.o"].as_ref().unwrap();
        assert!(!object.bytes.windows(8).any(|bytes| bytes == b"redacted"), "the precompiled header holds the date");
        assert_eq!((counters.hits, counters.results), (0, 0), "{counters:?}");
    }
}

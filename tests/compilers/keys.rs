//! Calls that are not the same are told apart, however alike they look.

use zccache_tests::Expected;

use crate::sources::{Unit, each};

/// Each call is right and does not come from another one's result, twice round; the second time each has its own.
fn distinct(unit: &Unit, calls: &[&str], outputs: &[&str]) {
    for expected in [Expected::Miss, Expected::Hit] {
        for arguments in calls {
            unit.world.expect(expected, &unit.call(arguments), outputs);
        }
    }
}

#[test]
fn words_are_told_apart_by_where_they_begin_and_end() {
    let text = "#ifdef X\nint has_x;\n#endif\n#ifdef Y\nint has_y;\n#endif\n#ifdef AB\nint ab;\n#endif\n\
                #ifdef A\nint a;\n#endif\n#ifdef BC\nint bc;\n#endif\nint z;\n";
    each(text, |unit| {
        distinct(unit, &["-DX -DY", "-DX=-DY", "-DY=-DX", "-D X=Y"], &["x.o"]);
        distinct(unit, &["-DAB -DC", "-DA -DBC", "-D A -DB", "-D AB"], &["x.o"]);
        distinct(unit, &["-DX=1 -DA=", "-DX=1", "-DX= -DA=1"], &["x.o"]);
    });
}

#[test]
fn the_order_of_words_counts() {
    let text = "#include <value.h>\n#ifdef X\nint x;\n#endif\nint f(void) { int unused; return VALUE; }\n";
    each(text, |unit| {
        unit.world.write("a/value.h", "#define VALUE 1\n");
        unit.world.write("b/value.h", "#define VALUE 2\n");
        distinct(unit, &["-Ia -Ib", "-Ib -Ia", "-isystem a -Ib", "-Ia -isystem b", "-idirafter a -Ib"], &["x.o"]);
        distinct(unit, &["-Ia -DX -UX", "-Ia -UX -DX", "-Ia -UX"], &["x.o"]);
        distinct(unit, &["-Ia -O2 -O0", "-Ia -O0 -O2"], &["x.o"]);
        distinct(unit, &["-Ia -fPIC -fno-PIC", "-Ia -fno-PIC -fPIC"], &["x.o"]);
        distinct(unit, &["-Ia -fno-lto -frandom-seed=1 -flto", "-Ia -flto -frandom-seed=1 -fno-lto"], &["x.o"]);
        distinct(unit, &["-Ia -Wall -Wno-unused", "-Ia -Wno-unused-variable -Wunused-variable"], &["x.o"]);
        let strict = unit.call("-Ia -Wall -Wno-error=unused-variable -Werror");
        let lax = unit.call("-Ia -Wall -Werror -Wno-error=unused-variable");
        for call in [&strict, &lax, &strict, &lax] {
            let (_, counters) = unit.world.compare(call, &["x.o"]);
            assert_eq!(counters.faults, 0);
        }
    });
}

#[test]
fn a_word_behind_an_option_with_a_value_counts() {
    each("#ifdef X\nint x = X;\n#endif\nint y;\n", |unit| {
        unit.world.write("d/forced.h", "");
        unit.world.write("forced.h", "");
        for option in [
            "-nostdinc -I d",
            "-isysroot d",
            "--sysroot d",
            "--sysroot=d",
            "-idirafter d",
            "-iquote d",
            "-include forced.h",
            "-imacros forced.h",
            "-MD -MF x.d",
            "-MD -MT t",
            "-L d",
            "-Xlinker d",
            "-U Y",
            "-B d",
        ] {
            let calls = ["", "-DX=1", "-DX=2"].map(|word| format!("{option} {word}"));
            distinct(unit, &[&calls[0], &calls[1], &calls[2]], &["x.o"]);
        }
    });
}

#[test]
fn letters_in_another_case_are_other_options() {
    each("int y;\n#ifdef D\nint d;\n#endif\n", |unit| {
        let name = unit.compiler.name;
        for option in ["-dD", "-DD", "-dM", "-DM"] {
            unit.world.expect(Expected::Miss, &format!("{name} -E {option} {} -o x.i", unit.source), &["x.i"]);
        }
        distinct(unit, &["-DX=c", "-DX=C"], &["x.o"]);
    });
}

#[test]
fn targets_are_told_apart() {
    each("int size[sizeof(long)];\n", |unit| {
        if unit.compiler.name.starts_with("clang") {
            let targets = ["--target=x86_64-linux-gnu", "--target=aarch64-linux-gnu", "-target i386-linux-gnu"];
            distinct(unit, &targets, &["x.o"]);
        }
        distinct(unit, &["-m64", "-m32"], &["x.o"]);
    });
}

#[test]
fn sources_that_include_nothing_are_told_apart() {
    each("int x;\n", |unit| {
        let (world, name) = (&unit.world, unit.compiler.name);
        let other = format!("y.{}", unit.compiler.suffix);
        world.write(&other, "int y;\n");
        for expected in [Expected::Miss, Expected::Hit] {
            world.expect(expected, &format!("{name} -c {} -o out.o", unit.source), &["out.o"]);
            world.expect(expected, &format!("{name} -c {other} -o out.o"), &["out.o"]);
        }
        world.write(&unit.source, "int y;\n");
        world.expect(Expected::Miss, &format!("{name} -c {} -o out.o", unit.source), &["out.o"]);
    });
}

#[test]
fn a_language_that_is_said_is_told_apart_from_the_suffix() {
    each("int size = sizeof 'a';\n", |unit| distinct(unit, &["-x c", "-x c++", ""], &["x.o"]));
}

#[test]
fn a_standard_and_a_dialect_are_told_apart() {
    each("long version = __STDC_VERSION__ + 0;\n", |unit| {
        if unit.compiler.suffix == "c" {
            distinct(unit, &["-std=c99", "-std=c11", "-std=gnu17"], &["x.o"]);
        }
    });
}

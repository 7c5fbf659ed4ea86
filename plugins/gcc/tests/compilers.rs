//! The plugin against the compilers of this machine: outputs are where the plan says, and everything that a compiler
//! looked at is covered by the plan and the reading. A compiler that is not there is named and passed over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../sdk/tests/trial/mod.rs"]
mod support;

use std::path::Path;

use support::{Compiled, Place, each, reading, refusal};
use zccache_plugin_gcc::Gcc as Subject;
use zccache_plugin_sdk::contract::{Collected, Observe};

const HARMLESS_STARTS: &[&str] = &[
    "/proc",
    "/dev",
    "/tmp/",
    "/etc/ld.so",
    "/usr/lib/locale",
    "/usr/share/locale",
    "/usr/local/cuda",
    "/usr/lib/cuda",
    "/opt",
    // The system's loader, on behalf of clang.
    "/lib/x86_64-linux-gnu/../lib",
];
const HARMLESS_PARTS: &[&str] = &["/gconv/", ".so", ".tmp", ".i.gch", ".ii.gch", "/bin/../lib/x86_64-pc-linux-gnu"];
/// The driver itself, what it would run to link or for graphics cards, and folders of libraries.
const HARMLESS_NAMES: &[&str] =
    &["gcc", "g++", "clang", "clang++", "strace", "collect2", "lto-wrapper", "ptxas", ".hipVersion", "lib", "lib64"];

/// Paths that a compiler looked at and that nothing covers. What the system's loader and libraries look at is the tool's
/// identity; temporary files and the driver's search for itself have no effect.
fn uncovered(place: &Place, compiled: &Compiled) -> Vec<String> {
    support::uncovered(place, compiled, |path| {
        let path = &path.strip_prefix("root").unwrap_or(path).replace("//", "/");
        HARMLESS_STARTS.iter().any(|start| path.starts_with(start))
            || HARMLESS_PARTS.iter().any(|part| path.contains(part))
            || (path.contains("/lib/clang/") && !path.contains("/include/") && !path.contains("/share/"))
            || HARMLESS_NAMES.contains(&zccache_plugin_sdk::path::file_name(path))
            || is_of_linker(path)
            || is_temporary_of_objcopy(zccache_plugin_sdk::path::file_name(path))
    })
}

/// A target's folder of libraries, as in `/usr/lib/x86_64-linux-gnu`.
fn is_of_linker(path: &str) -> bool {
    use zccache_plugin_sdk::path::{file_name, folder};
    file_name(folder(path)) == "lib" && ["-linux-", "-unknown-"].iter().any(|part| file_name(path).contains(part))
}

/// `st` and six random characters, beside the object.
fn is_temporary_of_objcopy(name: &str) -> bool {
    name.len() == 8 && name.starts_with("st") && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn assert_covered(place: &Place, compiled: &Compiled) {
    let uncovered = uncovered(place, compiled);
    assert!(uncovered.is_empty(), "not covered: {uncovered:#?}");
}

const ALL: &[&str] = &["gcc", "g++", "clang", "clang++"];

const FILES: &[(&str, &str)] = &[
    ("a.c", "#include <stddef.h>\n#include \"b.h\"\n#include <in.h>\nint main(void) { return 0; }\n"),
    ("b.h", "#include \"sub/c.h\"\n#ifdef __has_include\n#if __has_include(\"absent.h\")\n#error\n#endif\n#endif\n"),
    ("sub/c.h", "#include \"d.h\"\n#if 0\n#include \"never.h\"\n#endif\n"),
    ("sub/d.h", "int d;\n"),
    ("inc/in.h", "#include <limits.h>\n#include <stdlib.h>\n"),
];

#[test]
fn everything_that_a_plain_compile_looks_at_is_covered() {
    each(ALL, |compiler| {
        let place = Place::new(FILES);
        let compiled = place.compile(compiler, &["-Imissing", "-Iinc", "-iquote", "q", "-c", "a.c"]);
        assert_covered(&place, &compiled);
        assert_eq!(reading(&compiled).inputs[0].path, "a.c");
    });
}

#[test]
fn everything_is_covered_with_words_for_the_preprocessor() {
    each(ALL, |compiler| {
        for words in [&["-Wp,-Imissing,-Iinc,-iquote,q"][..], &["-MMD", "-Xpreprocessor", "-Iinc", "-Wp,-MMD,x.d"]] {
            let place = Place::new(FILES);
            assert_covered(&place, &place.compile(compiler, &[words, &["-c", "a.c"]].concat()));
        }
    });
}

#[test]
fn everything_is_covered_with_the_users_own_depfile() {
    each(ALL, |compiler| {
        for depfile in [&["-MD"][..], &["-MMD"], &["-MMD", "-MF", "x.d", "-MP"], &["-MD", "-MMD"]] {
            let place = Place::new(FILES);
            let arguments = [&["-Iinc", "-c", "./a.c", "-o", "sub/a.b.o"], depfile].concat();
            let compiled = place.compile(compiler, &arguments);
            assert_covered(&place, &compiled);
        }
    });
}

#[test]
fn everything_that_standard_headers_look_for_is_covered() {
    each(&["g++", "clang++"], |compiler| {
        for depfile in ["-MMD", "-O0"] {
            let place = Place::new(&[("a.cc", "#include <vector>\n#include <string>\n#include <cmath>\nint x;\n")]);
            let compiled = place.compile(compiler, &["-std=c++17", depfile, "-c", "a.cc"]);
            assert_covered(&place, &compiled);
        }
    });
}

#[test]
fn what_chooses_folders_is_covered_for_other_roots_libraries_and_targets() {
    each(&["clang", "clang++"], |compiler| {
        for options in [
            &["--sysroot=root"][..],
            &["--sysroot", "root/"],
            &["-isysroot", "root"],
            &["-stdlib=libc++"],
            &["-stdlib=libc++", "--sysroot=root"],
            &["-m32"],
            &["-mx32", "--sysroot=root"],
            &["--target=aarch64-linux-gnu"],
            &["--target=i686-linux-gnu", "--sysroot=root"],
            &["--target=x86_64-linux-musl"],
            &["--target=wasm32-wasi", "--sysroot=root"],
            &["--gcc-toolchain=/usr"],
            &["--gcc-toolchain=root"],
            &["--gcc-toolchain=/absent/", "--sysroot=root"],
            &["-flto", "-fsanitize=cfi", "-fvisibility=hidden"],
            &["-flto=thin", "-fwhole-program-vtables"],
            &["-grecord-command-line", "-MD"],
            &["-Wp,-Iroot", "-Xpreprocessor", "-isystem", "-Xpreprocessor", "missing"],
        ] {
            let place = Place::new(&[("a.c", "#include <x.h>\n"), ("root/usr/include/x.h", ""), ("x.h", "")]);
            let compiled = place.compile(compiler, &[options, &["-idirafter", ".", "-c", "a.c"]].concat());
            assert_covered(&place, &compiled);
        }
    });
}

#[test]
fn forced_includes_are_covered() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[("s/a.c", "int a;\n"), ("f.h", "#include \"g.h\"\n"), ("g.h", ""), ("inc/m.h", "")]);
        let compiled = place.compile(compiler, &["-Iinc", "-include", "f.h", "-imacros", "m.h", "-c", "s/a.c"]);
        assert_covered(&place, &compiled);
        let compiled = place.compile(compiler, &["-Iinc", "-MMD", "-include", "f.h", "-c", "s/a.c"]);
        assert_covered(&place, &compiled);
    });
}

#[test]
fn computed_includes_are_covered_also_where_the_users_list_leaves_headers_out() {
    each(&["gcc", "clang"], |compiler| {
        let files = [
            ("a.c", "#define H <m/x.h>\n#include H\n#define Q \"y.h\"\n#include Q\n"),
            ("i2/m/x.h", ""),
            ("i2/y.h", ""),
        ];
        let place = Place::new(&files);
        place.write("i1/other.h", "");
        let compiled = place.compile(compiler, &["-Ii1", "-Ii2", "-c", "a.c"]);
        assert_covered(&place, &compiled);
        assert_covered(&place, &place.compile(compiler, &["-Ii1", "-Ii2", "-MMD", "-c", "a.c"]));
        assert_covered(&place, &place.compile(compiler, &["-Ii1", "-isystem", "i2", "-MMD", "-c", "a.c"]));
    });
    each(&["gcc"], |compiler| {
        let place = Place::new(&[("a.c", "#define H <x.h>\n#include H\n"), ("sys/x.h", ""), ("a/long/way/y", "")]);
        // gcc calls the header by its real path.
        let here = place.folder.path().display();
        let compiled = place.compile(compiler, &["-isystem", &format!("{here}/a/long/way/../../../sys"), "-c", "a.c"]);
        assert_covered(&place, &compiled);
        assert!(reading(&compiled).lookups.iter().any(|lookup| lookup.name == "x.h"));
        std::os::unix::fs::symlink(format!("{here}/sys"), format!("{here}/a/long/way/to-sys")).unwrap();
        let detour = format!("{here}/a/long/way/to-sys");
        let compiled = place.compile(compiler, &["-isystem", &detour, "-c", "a.c"]);
        assert!(reading(&compiled).directory, "from another folder it could be another one");
        // Another folder explains the real path too, by another name.
        for words in [&["-g"][..], &["-g", "-I", &here.to_string()], &["-g", "-I.//sys"]] {
            let compiled = place.compile(compiler, &[words, &["-Iq", "-isystem", &detour, "-c", "a.c"]].concat());
            assert!(reading(&compiled).lookups.iter().any(|lookup| lookup.name == "x.h"), "{words:?}");
        }
    });
}

#[test]
fn included_data_is_covered() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[
            ("a.c", "__asm__(\".incbin \\\"f.bin\\\"\");\n"),
            ("b.S", "#include \"b.h\"\n.incbin \"f.bin\"\n"),
            ("b.h", ""),
            ("inc/f.bin", "data"),
        ]);
        for source in ["a.c", "b.S"] {
            let compiled = place.compile(compiler, &["-Imissing", "-Iinc", "-c", source]);
            assert_covered(&place, &compiled);
            assert!(reading(&compiled).lookups.iter().any(|lookup| lookup.name == "f.bin"));
        }
        place.write("c.c", "#define F(x) __asm__(\".incbin \\\"\" x \"\\\"\")\nF(\"inc/f.bin\");\n");
        let gcc = compiler.ends_with("gcc");
        let put_together = |source: &str, reason: &str| {
            let compiled = place.compile(compiler, &["-Imissing", "-Iinc", "-c", source]);
            if gcc { assert_covered(&place, &compiled) } else { assert_eq!(refusal(&compiled), reason) }
        };
        put_together("c.c", "computed-incbin");
        place.write("d.c", "#define D \"\\\"inc/f.bin\\\"\"\n__asm__(\".data\\n.incbin \" D \"\\n.text\");\n");
        put_together("d.c", "computed-incbin");
        place.write("g.c", "#define D \"\\\"f.bin\\\"\"\n__asm__(\".data\\n.incbin \" D \"\\n.text\");\n");
        put_together("g.c", "computed-incbin");
        place.write("e.c", "__asm__(\".include \\\"m.inc\\\"\");\n");
        place.write("m.inc", ".byte 1\n");
        put_together("e.c", "assembler-include");
        if gcc {
            place.write("f.c", "__asm__(\".inc\" \"bin \\\"inc/f.bin\\\"\");\n");
            put_together("f.c", "");
        }
    });
}

#[test]
fn assembler_text_is_covered_with_what_it_includes() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[
            ("a.s", ".include \"m.inc\"\n.incbin \"f.bin\"\n"),
            ("b.S", "#include \"b.h\"\n.include \"m.inc\"\n"),
            ("plain.s", "# a comment with #include HEADER and __DATE__\n.byte 1\n"),
            ("b.h", ""),
            ("inc/m.inc", ".include \"n.inc\"\n"),
            ("n.inc", ".byte 1\n"),
            ("f.bin", "data"),
        ]);
        assert_covered(&place, &place.compile(compiler, &["-Iinc", "-c", "plain.s", "-o", "p.o"]));
        if compiler.ends_with("gcc") {
            place.write("mixed.s", ".Include \"m.inc\"\n");
            assert_covered(&place, &place.compile(compiler, &["-Iinc", "-c", "mixed.s"]));
        }
        for source in ["a.s", "b.S"] {
            let compiled = place.compile(compiler, &["-Iinc", "-c", source]);
            if compiler.ends_with("gcc") {
                assert_covered(&place, &compiled);
                let read = &reading(&compiled).inputs;
                for name in ["inc/m.inc", "n.inc"] {
                    assert!(read.iter().any(|input| input.path.ends_with(name)), "{name}: {read:?}");
                }
            } else {
                assert_eq!(refusal(&compiled), "assembler-include");
            }
        }
    });
}

#[test]
fn other_modes_and_languages_are_covered() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(FILES);
        for mode in [&["-S"][..], &["-E", "-o", "a.txt"], &["-E", "-dD", "-P", "-o", "a.txt", "-MD", "-MF", "a.dep"]] {
            let compiled = place.compile(compiler, &[&["-Iinc", "a.c"], mode].concat());
            assert_covered(&place, &compiled);
            assert_eq!(reading(&compiled).inputs[0].path, "a.c");
        }
        place.compile(compiler, &["-Iinc", "-E", "a.c", "-o", "pre.i"]);
        let compiled = place.compile(compiler, &["-c", "pre.i"]);
        assert_covered(&place, &compiled);
        assert_eq!(reading(&compiled).inputs.len(), 1);
    });
    each(&["clang"], |compiler| {
        for text in ["#include \"b.h\"\n", "const char *t = __TIME__;\n", "#if __has_include(\"b.h\")\n#endif\n"] {
            let place = Place::new(&[("a.i", text), ("b.h", "")]);
            assert_eq!(refusal(&place.compile(compiler, &["-c", "a.i"])), "preprocessed");
        }
    });
    each(&["clang"], |compiler| {
        let place = Place::new(&[("a.m", "#import \"b.h\"\n#import \"b.h\"\nint a;\n"), ("b.h", "int b;\n")]);
        assert_covered(&place, &place.compile(compiler, &["-c", "a.m"]));
    });
}

#[test]
fn profiles_and_lists_are_covered() {
    each(&["gcc"], |compiler| {
        let place = Place::new(&[("a.c", "int f(int x) { return x + 1; }\n"), ("out/x", ""), ("profiles/x", "")]);
        for words in ["-fprofile-use", "-fprofile-use=profiles", "-fprofile-use=absent", "-fbranch-probabilities"] {
            assert_covered(&place, &place.compile(compiler, &[words, "-c", "a.c", "-o", "out/a.o"]));
            assert_covered(&place, &place.compile(compiler, &[words, "-c", "a.c"]));
        }
    });
    each(&["clang"], |compiler| {
        let place = Place::new(&[("a.c", "int f(int x) { return x + 1; }\n"), ("list.txt", "fun:f\n")]);
        let words = ["-fsanitize=address", "-fsanitize-ignorelist=list.txt", "-c", "a.c"];
        let compiled = place.compile(compiler, &words);
        assert_covered(&place, &compiled);
        assert!(compiled.run.unit.inputs.iter().any(|input| input.path == "list.txt"));
    });
}

#[test]
fn parts_of_the_compiler_in_a_folder_of_the_users_are_covered() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[("a.c", "#include <stddef.h>\n"), ("parts/include/x.h", ""), ("parts/x", "")]);
        assert_covered(&place, &place.compile(compiler, &["-Bparts", "-m64", "-c", "a.c"]));
        assert_covered(&place, &place.compile(compiler, &["-B", "parts/", "-march=native", "-c", "a.c"]));
    });
}

#[test]
fn sanitizers_and_debug_options_look_at_nothing_else() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[("a.c", "int f(int x) { return x + 1; }\n")]);
        let options = ["-g", "-O2", "-fsanitize=address,undefined", "-fPIC", "-flto", "-fprofile-generate", "-pthread"];
        let compiled = place.compile(compiler, &[&options[..], &["-c", "a.c"]].concat());
        assert_covered(&place, &compiled);
    });
}

#[test]
fn gccs_twins_are_inputs_with_their_times() {
    each(&["gcc"], |compiler| {
        let twin = "#pragma once\nint only;\n";
        let place =
            Place::new(&[("a.c", "#include \"a/p.h\"\n#include \"b/p.h\"\n"), ("a/p.h", twin), ("b/p.h", twin)]);
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        for name in ["a/p.h", "b/p.h"] {
            let file = std::fs::File::options().append(true).open(place.folder.path().join(name)).unwrap();
            file.set_modified(time).unwrap();
        }
        let compiled = place.compile(compiler, &["-c", "a.c"]);
        let timed: Vec<&str> = reading(&compiled)
            .inputs
            .iter()
            .filter(|input| input.observe == Observe::ContentAndTime)
            .map(|input| input.path.as_str())
            .collect();
        assert_eq!(timed, ["a/p.h", "b/p.h"]);
    });
}

#[test]
fn a_precompiled_header_is_an_input_with_the_headers_that_it_was_made_of() {
    each(ALL, |compiler| {
        let place = Place::new(&[
            ("a.c", "#include \"other.h\"\nint a = P;\n"),
            ("p.h", "#include \"q.h\"\n"),
            ("q.h", "#define P 3\n"),
            ("other.h", ""),
        ]);
        let language = if compiler.to_str().unwrap().ends_with("++") { "c++-header" } else { "c-header" };
        let made = place.compile(compiler, &["-x", language, "p.h"]);
        assert_covered(&place, &made);
        assert_eq!(made.run.unit.outputs[0].path, "p.h.gch");
        let used = place.compile(compiler, &["-include", "p.h", "-c", "a.c"]);
        assert_covered(&place, &used);
        let clang = compiler.to_str().unwrap().contains("clang");
        let read = [&used.run.unit.inputs[..], &reading(&used).inputs].concat();
        for name in ["p.h.gch", "p.h", "q.h", "a.c"] {
            assert!(read.iter().any(|input| input.path.ends_with(name)), "{name}: {read:?}");
        }
        let timed = reading(&used).inputs.iter().find(|input| input.path.ends_with("q.h")).unwrap();
        assert_eq!(timed.observe == Observe::ContentAndTime, clang);
        place.write("q.h", "#define P __DATE__ \"\"[0]\n");
        let again = place.compile(compiler, &["-x", language, "p.h"]);
        assert_eq!(refusal(&again), "date");
        assert_eq!(refusal(&place.compile(compiler, &["-include", "p.h", "-c", "a.c"])), "date");
    });
}

#[test]
fn what_a_precompiled_header_stands_for_that_a_source_includes_is_read_too() {
    each(&["gcc"], |compiler| {
        let place =
            Place::new(&[("a.c", "#include \"p.h\"\nint a;\n"), ("p.h", "#include \"q.h\"\nint p;\n"), ("q.h", "")]);
        let compiled = place.compile(compiler, &["-c", "a.c"]);
        assert!(reading(&compiled).lookups.iter().any(|lookup| lookup.name == "p.h.gch"));
        place.write("p.h.gch", "no precompiled header");
        assert_covered(&place, &place.compile(compiler, &["-c", "a.c"]));
        std::fs::remove_file(place.folder.path().join("p.h.gch")).unwrap();
        place.compile(compiler, &["-x", "c-header", "p.h"]);
        let compiled = place.compile(compiler, &["-c", "a.c"]);
        assert_covered(&place, &compiled);
        assert!(reading(&compiled).inputs.iter().any(|input| input.path == "q.h"));
        assert_covered(&place, &place.compile(compiler, &["-MMD", "-c", "a.c"]));
    });
}

#[test]
fn what_is_not_the_same_next_time_is_not_stored() {
    each(&["gcc", "clang"], |compiler| {
        let place = Place::new(&[
            ("date.c", "#include \"date.h\"\n"),
            ("date.h", "const char *d = __DATE__;\n"),
            ("mine.c", "int MY__DATE__X;\n"),
            ("line.c", "#line 2 \"p.y\"\nint f(void) { int unused; return 0; }\n"),
            ("p.y", "one\ntwo\n"),
            ("asks.c", "#define HAS(x) __has_include(x)\n#if HAS(\"x.h\")\n#endif\nint a;\n"),
            ("dependency.c", "#pragma GCC dependency \"p.y\"\nint a;\n"),
        ]);
        assert_eq!(refusal(&place.compile(compiler, &["-c", "date.c"])), "date");
        assert_eq!(reading(&place.compile(compiler, &["-c", "mine.c"])).inputs[0].path, "mine.c");
        let quiet = place.compile(compiler, &["-c", "line.c"]);
        assert!(quiet.stderr.is_empty() && matches!(quiet.collected, Collected::Done(_)));
        assert_eq!(refusal(&place.compile(compiler, &["-Wall", "-c", "line.c"])), "line-directive");
        let asks = place.compile(compiler, &["-c", "asks.c"]);
        assert!(reading(&asks).lookups.iter().any(|lookup| lookup.name == "x.h" && lookup.all));
        assert_eq!(refusal(&place.compile(compiler, &["-c", "dependency.c"])), "pragma-dependency");
        for (text, reason) in [
            ("#inc??/\nlude <stddef.h>\n", "trigraph"),
            ("#define HAS(x) __has_include(<x>)\n#if HAS(y.h)\n#endif\n", "computed-has-include"),
            ("#define A __has_include\n#define B(x) A(<x.h>)\n#if B(y)\n#endif\n", "computed-has-include"),
            ("#define A __has_include\n#define B(x) A( <x.h> )\n#if B(y)\n#endif\n", "computed-has-include"),
            ("#define H$S(x) __has_include(<x>)\n#if H$S(y.h)\n#endif\n", "computed-has-include"),
            ("#pragma include_alias(\"x.h\", \"y.h\")\n", "include-alias"),
            ("#if __has_include(<//x.h>)\n#endif\n", "odd-name"),
            ("__asm__(\".file 1 \\\"y.c\\\"\\n\\t.loc 1 1 0\\n\\tnop\");\n", "line-of-assembler"),
        ] {
            place.write("one.c", text);
            assert_eq!(refusal(&place.compile(compiler, &["-std=c11", "-c", "one.c"])), reason);
        }
        // What is said of the directory is in the key already.
        let compiled = place.compile(compiler, &["-std=c11", "-Wa,--fatal-warnings", "-c", "one.c"]);
        assert!(matches!(compiled.collected, Collected::Done(_)));
    });
}

#[test]
fn outputs_are_where_the_drivers_put_them_and_nothing_else_is_written() {
    each(ALL, |compiler| {
        for (arguments, expected) in [
            (&["-c", "dir/x.y.c"][..], &["x.y.o"][..]),
            (&["-c", "dir/x.y.c", "-MD"], &["x.y.d", "x.y.o"]),
            (&["-c", "dir/x.y.c", "-MD", "-o", "out.d/a.b.o"], &["out.d/a.b.d", "out.d/a.b.o"]),
            (&["-c", "dir/x.y.c", "-MMD", "-oout.d/name"], &["out.d/name", "out.d/name.d"]),
            (&["-c", "dir/x.y.c", "-MD", "-o", ".hidden"], &[".d", ".hidden"]),
            (&["-c", "dir/x.y.c", "-MD", "--output=z.o", "-MFone", "-MF", "two"], &["two", "z.o"]),
            (&["--compile", "dir/x.y.c", "-MD", "-MT", "t", "-MQ", "q$"], &["x.y.d", "x.y.o"]),
        ] {
            let place = Place::new(&[("dir/x.y.c", "int x;\n"), ("out.d/keep", "")]);
            let compiled = place.compile(compiler, arguments);
            let mut planned: Vec<&str> = compiled.run.unit.outputs.iter().map(|output| output.path.as_str()).collect();
            planned.sort_unstable();
            assert_eq!(planned, expected, "{arguments:?}");
            assert_eq!(files(place.folder.path()), expected.len() + 2, "{arguments:?}");
        }
    });
}

#[test]
fn files_that_are_written_besides_are_all_planned() {
    let common = ["--coverage", "-gsplit-dwarf", "-fstack-usage", "-save-temps", "-save-temps=obj", "-save-temps=cwd"];
    each(ALL, |compiler| {
        let own: &[&str] = if compiler.to_str().unwrap().contains("clang") {
            &["-ftime-trace", "--serialize-diagnostics out.d/x.dia"]
        } else {
            &["-fcallgraph-info", "-fcallgraph-info=su,da"]
        };
        for besides in common.iter().chain(own) {
            for place_of_output in ["-c", "-c -o out.d/a.b.o", "-S", "-S -o out.d/a.s", "-c -MD -o noext"] {
                let place = Place::new(&[("dir/x.y.c", "int f(int x) { return x; }\n"), ("out.d/keep", "")]);
                let line = format!("-g {place_of_output} {besides} dir/x.y.c");
                let compiled = place.compile(compiler, &line.split(' ').collect::<Vec<_>>());
                assert_covered(&place, &compiled);
                let outputs = &compiled.run.unit.outputs;
                let written = outputs.iter().filter(|output| place.folder.path().join(&output.path).is_file()).count();
                assert_eq!(files(place.folder.path()), written + 2, "{compiler:?} {line}");
                assert!(written > 1 || !place_of_output.starts_with("-c"), "{compiler:?} {line}");
            }
        }
    });
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

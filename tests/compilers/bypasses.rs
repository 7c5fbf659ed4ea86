//! What is not cached runs as it was called, and is counted with its reason.

use std::fs;

use zccache_tests::{Compiler, Expected, World, available, run_fed};

fn each(test: impl Fn(&World, Compiler)) {
    for compiler in available() {
        let world = World::new();
        for name in ["x", "y"] {
            let main = if name == "x" { "int main(void) { return 0; }\n" } else { "" };
            world.write(&format!("{name}.{}", compiler.suffix), format!("int of_{name};\n{main}"));
        }
        test(&world, compiler);
    }
}

fn bypassed(world: &World, call: &str, outputs: &[&str], reason: &str) {
    for _ in 0..2 {
        let (_, counters) = world.expect(Expected::Bypass, call, outputs);
        assert_eq!(counters.reason(&format!("bypass: {reason}")), 1, "{call}: {counters:?}");
        assert_eq!(counters.results, 0);
    }
}

#[test]
fn linking_is_not_cached() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} x.{suffix} -o program"), &["program"], "link");
        assert!(world.bare("./program").succeeded());
    });
}

#[test]
fn text_on_standard_output_and_mere_checks_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} -E x.{suffix}"), &[], "preprocess");
        bypassed(world, &format!("{name} -fsyntax-only x.{suffix}"), &["x.o"], "syntax-only");
        bypassed(world, &format!("{name} -M x.{suffix}"), &[], "dependencies-only");
        bypassed(world, &format!("{name} -MM -MF x.d x.{suffix}"), &["x.d"], "dependencies-only");
    });
}

#[test]
fn questions_to_the_compiler_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        for question in ["--version", "-v", "-dumpmachine", "-dumpversion", "-print-search-dirs", "-print-prog-name=ld"]
        {
            bypassed(world, &format!("{name} {question}"), &[], "query");
        }
        // These print names of temporary files.
        for question in ["-###", "-v"] {
            let call = format!("{name} {question} -c x.{suffix}");
            let (made, counters) = world.count(|| world.make_cached(&call, &["x.o"]));
            assert_eq!((made.run.code, made.files["x.o"].is_some()), (Some(0), question == "-v"));
            assert_eq!((counters.bypasses, counters.reason("bypass: query")), (1, 1), "{counters:?}");
        }
    });
}

#[test]
fn trials_of_a_configure_script_are_the_compilers_and_leave_nothing_behind() {
    each(|world, Compiler { name, suffix }| {
        for (text, works) in [("int main(void) { return 0; }\n", true), ("int main(void) { return x; }\n", false)] {
            for _ in 0..2 {
                world.write_now(&format!("conftest.{suffix}"), text);
                let (made, counters) = world.compare(&format!("{name} -c conftest.{suffix}"), &["conftest.o"]);
                assert_eq!((made.run.succeeded(), counters.faults), (works, 0));
                world.remove(&format!("conftest.{suffix}"));
                world.remove("conftest.o");
            }
        }
        // The source is gone: what it once made is no answer.
        let (made, _) = world.compare(&format!("{name} -c conftest.{suffix}"), &["conftest.o"]);
        assert_eq!((made.run.code, &made.files["conftest.o"]), (Some(1), &None));
    });
}

#[test]
fn diagnostics_for_programs_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        let formats: &[&str] = if name.starts_with("clang") { &["msvc", "vi"] } else { &["json"] };
        for format in formats {
            let call = format!("{name} -Wall -fdiagnostics-format={format} -c x.{suffix}");
            bypassed(world, &call, &["x.o"], "diagnostics-format");
        }
    });
}

#[test]
fn an_unknown_option_is_not_cached_and_its_error_is_the_compilers() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} --bogus-option -c x.{suffix}"), &["x.o"], "unknown-option");
        bypassed(world, &format!("{name} -fbogus=a/b -c x.{suffix}"), &["x.o"], "unknown-option");
        // It cannot name a file, but this compiler does not know it.
        for _ in 0..2 {
            let (made, counters) = world.compare(&format!("{name} -fbogus=1 -c x.{suffix}"), &["x.o"]);
            assert_eq!((made.run.succeeded(), counters.misses, counters.faults), (false, 0, 0), "{counters:?}");
        }
    });
}

#[test]
fn a_source_on_standard_input_is_not_cached_and_is_read_by_the_compiler() {
    each(|world, Compiler { name, suffix }| {
        let language = if suffix == "c" { "c" } else { "c++" };
        let call = format!("{name} -x {language} -c - -o x.o");
        world.write("input", "int from_input;\n");
        let input = world.work.join("input");
        let bare = run_fed(&mut world.bare_command(&call), &input).expect_success();
        let object = world.read("x.o");
        fs::remove_file(world.work.join("x.o")).unwrap();
        let (cached, counters) = world.count(|| run_fed(&mut world.zccache(call.split(' ')), &input));
        assert_eq!((cached, world.read("x.o")), (bare, object));
        Expected::Bypass.check(&counters);
        assert_eq!(counters.reason("bypass: stdin"), 1);
    });
}

#[test]
fn depfiles_that_are_asked_for_in_part_or_go_elsewhere_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        for words in ["-MF x.d", "-MT x", "-MP", "-MG -MD", "-MD -MF -", "-MD -MF /dev/stdout", "-E -MD -o x.i"] {
            let call = format!("{name} {words} -c x.{suffix}").replace("-o x.i -c", "-o x.i");
            let (_, counters) = world.expect(Expected::Bypass, &call, &["x.o", "x.d", "x.i"]);
            assert_eq!((counters.results, counters.faults), (0, 0), "{call}: {counters:?}");
        }
    });
}

#[test]
fn a_program_that_no_plugin_knows_is_not_cached() {
    let world = World::new();
    bypassed(&world, "expr 6 * 7", &[], "no-plugin");
    let (made, _) = world.expect(Expected::Bypass, "expr 1 = 2", &[]);
    assert_eq!(made.run.code, Some(1));
}

//! What is not cached runs as it was called, and is counted with its reason.

use zccache_tests::{Compiler, Expected, World, available};

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
fn an_unknown_option_that_may_name_a_file_is_not_cached_and_each_error_is_the_compilers() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} --bogus-option -c x.{suffix}"), &["x.o"], "unknown-option");
        bypassed(world, &format!("{name} -fbogus=a/b -c x.{suffix}"), &["x.o"], "unknown-option");
        // It cannot name a file, and this compiler does not know it.
        let refused = format!("{name} -fbogus=1 -c x.{suffix}");
        world.expect(Expected::Failure, &refused, &["x.o"]);
        world.expect(Expected::Hit, &refused, &["x.o"]);
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

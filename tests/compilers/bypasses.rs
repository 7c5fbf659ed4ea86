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
fn preprocessing_and_assembly_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} -E x.{suffix}"), &[], "preprocess");
        bypassed(world, &format!("{name} -S x.{suffix}"), &["x.s"], "assembly");
        bypassed(world, &format!("{name} -fsyntax-only x.{suffix}"), &[], "syntax-only");
    });
}

#[test]
fn questions_to_the_compiler_are_not_cached() {
    each(|world, Compiler { name, .. }| {
        bypassed(world, &format!("{name} --version"), &[], "query");
        bypassed(world, &format!("{name} -print-search-dirs"), &[], "query");
    });
}

#[test]
fn options_that_write_more_files_are_not_cached_and_the_files_are_there() {
    each(|world, Compiler { name, suffix }| {
        let preprocessed = if suffix == "c" { "x.i" } else { "x.ii" };
        let call = format!("{name} -save-temps -c x.{suffix}");
        bypassed(world, &call, &["x.o", "x.s", preprocessed], "save-temps");
        assert!(world.read("x.s").is_some() && world.read(preprocessed).is_some());
        bypassed(world, &format!("{name} -g -gsplit-dwarf -c x.{suffix}"), &["x.o", "x.dwo"], "split-dwarf");
        assert!(world.read("x.dwo").is_some());
    });
}

#[test]
fn several_sources_are_not_cached() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} -c x.{suffix} y.{suffix}"), &["x.o", "y.o"], "several-sources");
    });
}

#[test]
fn an_unknown_option_is_not_cached_and_its_error_is_the_compilers() {
    each(|world, Compiler { name, suffix }| {
        bypassed(world, &format!("{name} --bogus-option -c x.{suffix}"), &["x.o"], "unknown-option");
        bypassed(world, &format!("{name} -fbogus=1 -c x.{suffix}"), &["x.o"], "unknown-option");
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
fn a_program_that_no_plugin_knows_is_not_cached() {
    let world = World::new();
    bypassed(&world, "expr 6 * 7", &[], "no-plugin");
    let (made, _) = world.expect(Expected::Bypass, "expr 1 = 2", &[]);
    assert_eq!(made.run.code, Some(1));
}

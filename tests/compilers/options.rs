//! Object, depfile, streams and exit code of a miss and of a hit are those of the bare compiler, under every usual way of
//! asking for them.

use zccache_tests::Expected;

use crate::sources::{Unit, each_with_header};

fn same(unit: &Unit, arguments: &str, outputs: &[&str]) {
    let bare = unit.world.expect_cold_and_warm(&unit.call(arguments), outputs);
    assert!(bare.run.succeeded(), "{bare:?}");
    assert!(bare.files.values().all(Option::is_some), "{arguments}: {bare:?}");
}

#[test]
fn a_plain_compile_and_one_with_debug_information() {
    each_with_header(|unit| {
        same(unit, "", &["x.o"]);
        same(unit, "-O2 -g", &["x.o"]);
        same(unit, "-O2 -g3 -ggdb -fPIC -Wall -Wextra", &["x.o"]);
    });
}

#[test]
fn a_depfile_with_a_name_of_its_own_and_without() {
    each_with_header(|unit| {
        same(unit, "-MD -MF deps.mk -o x.o", &["x.o", "deps.mk"]);
        same(unit, "-MD", &["x.o", "x.d"]);
        same(unit, "-MD -o out.o", &["out.o", "out.d"]);
        same(unit, "-MMD", &["x.o", "x.d"]);
    });
}

#[test]
fn a_depfile_without_headers_of_the_system_and_with_phony_targets() {
    each_with_header(|unit| same(unit, "-MMD -MP -MF x.deps -o x.o", &["x.o", "x.deps"]));
}

#[test]
fn a_depfile_with_targets_of_the_callers_choice() {
    each_with_header(|unit| {
        same(unit, "-MD -MT one -MT two", &["x.o", "x.d"]);
        same(unit, "-MD -MQ a$b -MF q.d", &["x.o", "q.d"]);
        same(unit, "-MMD -MTjoined -o x.o", &["x.o", "x.d"]);
    });
}

#[test]
fn a_depfile_names_the_object_of_its_own_call() {
    each_with_header(|unit| {
        same(unit, "-MD -MF x.d -o one.o", &["one.o", "x.d"]);
        unit.world.expect(Expected::Hit, &unit.call("-MD -MF x.d -o one.o"), &["one.o", "x.d"]);
        let (other, _) = unit.world.count(|| unit.world.make_cached(&unit.call("-MD -MF x.d -o two.o"), &["x.d"]));
        assert!(String::from_utf8_lossy(&other.files["x.d"].as_ref().unwrap().bytes).starts_with("two.o:"));
    });
}

#[test]
fn options_in_a_response_file() {
    each_with_header(|unit| {
        unit.world.write("options.rsp", "-O2 -DUNUSED='a b'\n-g");
        same(unit, "@options.rsp", &["x.o"]);
        unit.world.write("options.rsp", "-O0 -DUNUSED='a b'\n-g");
        unit.world.expect(Expected::Miss, &unit.call("@options.rsp"), &["x.o"]);
    });
}

#[test]
fn an_object_with_a_relative_an_absolute_and_a_joined_name() {
    each_with_header(|unit| {
        let absolute = unit.world.work.join("far/x.o");
        std::fs::create_dir(unit.world.work.join("far")).unwrap();
        same(unit, "-O1 -o far/x.o", &["far/x.o"]);
        same(unit, &format!("-Os -o {}", absolute.display()), &["far/x.o"]);
        same(unit, "-O3 -ofar/joined.o", &["far/joined.o"]);
        same(unit, "-O0 -o far/../near.o", &["near.o"]);
    });
}

#[test]
fn a_source_with_an_absolute_name_and_one_in_another_folder() {
    each_with_header(|unit| {
        let name = format!("far/y.{}", unit.compiler.suffix);
        unit.world.write("far/value.h", "#define VALUE 7\n");
        unit.world.write(&name, "#include \"value.h\"\nint y = VALUE;\n");
        let compiler = unit.compiler.name;
        unit.world.expect_cold_and_warm(&format!("{compiler} -g -MD -c {name}"), &["y.o", "y.d"]);
        let absolute = unit.world.work.join(&name);
        unit.world.expect_cold_and_warm(&format!("{compiler} -g -MD -c {}", absolute.display()), &["y.o", "y.d"]);
    });
}

#[test]
fn another_object_name_comes_from_the_cache_too() {
    each_with_header(|unit| {
        same(unit, "-o one.o", &["one.o"]);
        unit.world.expect(Expected::Hit, &unit.call("-o two.o"), &["two.o"]);
    });
}

#[test]
fn names_with_blanks_and_signs_that_make_reads() {
    each_with_header(|unit| {
        let (world, compiler) = (&unit.world, unit.compiler.name);
        let source = format!("a b$c/x #1.{}", unit.compiler.suffix);
        world.write("a b$c/value.h", "#define VALUE 4\n");
        world.write(&source, "#include \"value.h\"\nint x = VALUE;\n");
        let arguments = ["-MD", "-MP", "-g", "-c", &source, "-o", "a b$c/x.o"];
        let outputs = ["a b$c/x.o", "a b$c/x.d"];
        let bare = world.make(world.command(compiler).args(arguments), &outputs);
        assert!(bare.run.succeeded() && bare.files.values().all(Option::is_some), "{bare:?}");
        for expected in [Expected::Miss, Expected::Hit] {
            let cached = || world.make(world.zccache([compiler]).args(arguments), &outputs);
            let (cached, counters) = world.count(cached);
            assert_eq!(cached, bare);
            expected.check(&counters);
        }
        world.write("a b$c/value.h", "#define VALUE 5\n");
        let (_, counters) = world.count(|| world.make(world.zccache([compiler]).args(arguments), &outputs));
        Expected::Miss.check(&counters);
    });
}

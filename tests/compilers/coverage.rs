//! Notes for coverage are restored with the object that they belong to, and gcov agrees.

use std::fs;

use zccache_tests::{Expected, Made, World, permitted, required, run};

use crate::sources::each;

const SOURCE: &str = "int twice(int x) {\n  if (x > 5)\n    return 0;\n  return 2 * x;\n}\n\
                      int main(void) { return twice(2) - 4; }\n";

/// Runs the program made of these objects, and says what gcov reports of its notes.
fn report(world: &World, compiler: &str, object: &str, notes: &str) -> String {
    world.bare(&format!("{compiler} --coverage {object} -o program")).expect_success();
    run(&mut world.command(world.work.join("program"))).expect_success();
    let gcov = if compiler.starts_with("clang") { "llvm-cov gcov" } else { "gcov" };
    let report = world.bare(&format!("{gcov} --stdout {notes}")).expect_success();
    assert!(report.stderr.is_empty(), "{report:?}");
    report.out()
}

fn gcov_is_there(compiler: &str) -> bool {
    let runtime = compiler.starts_with("gcc") || compiler.starts_with("g++") || {
        let world = World::new();
        world.write("x.c", SOURCE);
        permitted(world.bare("clang --coverage x.c -o x").succeeded(), "clang has its runtime")
    };
    runtime && required(if compiler.starts_with("clang") { "llvm-cov" } else { "gcov" })
}

#[test]
fn notes_come_from_the_cache_and_gcov_reports_the_same() {
    each(SOURCE, |unit| {
        let (world, name) = (&unit.world, unit.compiler.name);
        for option in ["--coverage", "-fprofile-arcs -ftest-coverage"] {
            let call = unit.call(&format!("{option} -frandom-seed=1"));
            let bare = world.make_bare(&call, &["x.o", "x.gcno"]);
            assert!(bare.files.values().all(Option::is_some), "{bare:?}");
            let expected = gcov_is_there(name).then(|| report(world, name, "x.o", "x.gcno"));
            world.remove("x.gcda");
            world.expect_cold_and_warm(&call, &["x.o", "x.gcno"]);
            if let Some(expected) = expected {
                assert!(expected.contains("#####:    3:"), "{expected}");
                assert_eq!(report(world, name, "x.o", "x.gcno"), expected);
            }
            world.remove("x.gcda");
        }
    });
}

#[test]
fn object_and_notes_from_the_cache_belong_together_although_no_two_runs_make_the_same() {
    each(SOURCE, |unit| {
        let (world, name, call) = (&unit.world, unit.compiler.name, unit.call("--coverage"));
        let random: &[&str] = if name.starts_with("clang") { &[] } else { &["x.o", "x.gcno"] };
        let stored = world.expect_cold_and_warm_but(&call, &["x.o", "x.gcno"], random);
        world.write(&unit.source, SOURCE.replace("2 * x", "x + x"));
        let other = world.make_cached(&call, &["x.o", "x.gcno"]);
        assert_ne!(other, stored);
        world.write(&unit.source, SOURCE);
        let (again, counters) = world.count(|| world.make_cached(&call, &["x.o", "x.gcno"]));
        Expected::Hit.check(&counters);
        assert_eq!(again, stored);
        if gcov_is_there(name) {
            assert!(report(world, name, "x.o", "x.gcno").contains("#####:    3:"));
        }
    });
}

#[test]
fn notes_lie_beside_the_object_and_counts_are_written_there() {
    each(SOURCE, |unit| {
        let (world, name) = (&unit.world, unit.compiler.name);
        fs::create_dir_all(world.work.join("out.d/deep")).unwrap();
        let absolute = world.work.join("out.d/deep/c.o").display().to_string();
        let places = [("out.d/a.o", "out.d/a"), ("out.d/deep/a.b.o", "out.d/deep/a.b"), (&*absolute, "out.d/deep/c")];
        for (object, stem) in places {
            let (notes, counts) = (format!("{stem}.gcno"), format!("{stem}.gcda"));
            let call = unit.call(&format!("--coverage -frandom-seed=1 -o {object}"));
            let bare = world.expect_cold_and_warm(&call, &[object, &notes]);
            assert!(bare.files.values().all(Option::is_some), "{bare:?}");
            if gcov_is_there(name) {
                report(world, name, object, &notes);
                assert!(world.read(&counts).is_some(), "no {counts}");
                world.remove(&counts);
            }
        }
    });
}

#[test]
fn counts_of_the_same_call_in_two_folders_are_written_to_each() {
    each(SOURCE, |unit| {
        let (world, name) = (&unit.world, unit.compiler.name);
        if !gcov_is_there(name) {
            return;
        }
        for (folder, expected) in [("one", Expected::Miss), ("two", Expected::Miss), ("one", Expected::Hit)] {
            let place = world.work.join(folder);
            world.write(&format!("{folder}/{}", unit.source), SOURCE);
            let call = unit.call("--coverage -frandom-seed=1");
            let (_, counters) = world.count(|| {
                let mut cached = world.zccache(call.split_whitespace());
                run(cached.current_dir(&place).env("PWD", &place)).expect_success()
            });
            expected.check(&counters);
            world.bare(&format!("{name} --coverage {folder}/x.o -o program")).expect_success();
            run(&mut world.command(world.work.join("program"))).expect_success();
            fs::remove_file(place.join("x.gcda")).unwrap();
        }
    });
}

#[test]
fn assembler_text_has_no_notes_and_none_are_made_up() {
    each("", |unit| {
        let world = &unit.world;
        world.write("y.S", "#ifdef ONE\n.data\n.long 1\n#endif\n");
        let call = format!("{} --coverage -DONE -c y.S", unit.compiler.name);
        let bare: Made = world.expect_cold_and_warm(&call, &["y.o", "y.gcno"]);
        assert!(bare.files["y.gcno"].is_none());
    });
}

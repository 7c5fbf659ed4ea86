//! Files that are written beside the output are restored with it, each from a real run; a call that writes files which
//! nobody can list beforehand is not cached, and writes them.

use std::fs;

use zccache_tests::{Expected, World, required};

use crate::sources::{Unit, each};

const SOURCE: &str = "int twice(int x) { int unused; return 2 * x; }\nint four(void) { return twice(2); }\n";

/// Cold and warm with every file there, then again with only the side output missing.
fn restored(unit: &Unit, arguments: &str, outputs: &[&str], random: &[&str]) {
    let (world, call) = (&unit.world, unit.call(arguments));
    let stored = world.expect_cold_and_warm_but(&call, outputs, random);
    assert!(stored.files.values().all(Option::is_some), "{call}: {stored:?}");
    for output in outputs {
        world.remove(output);
        let (run, counters) = world.count(|| world.cached(&call));
        Expected::Hit.check(&counters);
        assert_eq!((&run, &world.written(outputs)), (&stored.run, &stored.files), "{call}: without {output}");
    }
}

fn is_clang(unit: &Unit) -> bool {
    unit.compiler.name.starts_with("clang")
}

#[test]
fn stack_usage_is_restored_at_the_drivers_place() {
    each(SOURCE, |unit| {
        fs::create_dir(unit.world.work.join("out.d")).unwrap();
        restored(unit, "-fstack-usage", &["x.o", "x.su"], &[]);
        restored(unit, "-fstack-usage -MD -o out.d/a.b.o", &["out.d/a.b.o", "out.d/a.b.su", "out.d/a.b.d"], &[]);
        restored(unit, "-fstack-usage -o noext", &["noext", "noext.su"], &[]);
    });
}

#[test]
fn the_call_graph_is_restored() {
    each(SOURCE, |unit| {
        if !is_clang(unit) {
            fs::create_dir(unit.world.work.join("out.d")).unwrap();
            restored(unit, "-fcallgraph-info", &["x.o", "x.ci"], &[]);
            restored(unit, "-fcallgraph-info=su,da -o out.d/y.o", &["out.d/y.o", "out.d/y.ci"], &[]);
        }
    });
}

#[test]
fn kept_temporary_files_are_restored() {
    each(SOURCE, |unit| {
        fs::create_dir(unit.world.work.join("out.d")).unwrap();
        let text = if unit.compiler.suffix == "c" { "i" } else { "ii" };
        let here = [format!("x.{text}"), "x.s".to_owned()];
        restored(unit, "-Wall -save-temps", &["x.o", &here[0], &here[1]], &[]);
        let stem = if is_clang(unit) { "x" } else { "y" };
        let beside = [format!("out.d/{stem}.{text}"), format!("out.d/{stem}.s")];
        restored(unit, "-Wall -save-temps=obj -o out.d/y.o", &["out.d/y.o", &beside[0], &beside[1]], &[]);
        let here = [format!("{stem}.{text}"), format!("{stem}.s")];
        restored(unit, "-Wall -save-temps=cwd -o out.d/y.o", &["out.d/y.o", &here[0], &here[1]], &[]);
        if is_clang(unit) {
            restored(unit, "-O1 -save-temps", &["x.o", "x.bc"], &[]);
        }
    });
}

#[test]
fn the_trace_of_clangs_time_is_restored_as_it_was_stored() {
    each(SOURCE, |unit| {
        if is_clang(unit) {
            fs::create_dir(unit.world.work.join("out.d")).unwrap();
            restored(unit, "-ftime-trace", &["x.o", "x.json"], &["x.json"]);
            restored(unit, "-ftime-trace -o out.d/y.o", &["out.d/y.o", "out.d/y.json"], &["out.d/y.json"]);
            let (world, call) = (&unit.world, unit.call("-ftime-trace=named.json"));
            let (_, counters) = world.count(|| world.make_cached(&call, &["x.o"]));
            assert_eq!(counters.hits + counters.faults + counters.results, 2, "{counters:?}");
        }
    });
}

#[test]
fn diagnostics_in_a_file_are_restored() {
    each(SOURCE, |unit| {
        if is_clang(unit) {
            restored(unit, "-Wall --serialize-diagnostics x.dia", &["x.o", "x.dia"], &[]);
            restored(unit, "-Wall -serialize-diagnostics y.dia -o y.o", &["y.o", "y.dia"], &[]);
        }
    });
}

#[test]
fn several_kinds_at_once_are_all_restored() {
    each(SOURCE, |unit| {
        let call = "-g -gsplit-dwarf -fstack-usage -MD -frandom-seed=1 --coverage -save-temps=obj";
        restored(unit, call, &["x.o", "x.dwo", "x.su", "x.d", "x.gcno", "x.s"], &[]);
    });
}

#[test]
fn dumps_and_reports_are_written_by_the_compiler_each_time() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", SOURCE);
    for (arguments, file) in [
        ("-O1 -fdump-tree-optimized=x.tree", "x.tree"),
        ("-O1 -fdump-rtl-final=x.rtl", "x.rtl"),
        ("-O2 -fopt-info-all=x.opt", "x.opt"),
        ("-O1 -fsave-optimization-record", "x.c.opt-record.json.gz"),
        ("-dumpbase named -fstack-usage", "named.su"),
        ("-dumpdir in- -fstack-usage", "in-x.su"),
        ("-da", "x.c.347r.dfinish"),
    ] {
        for _ in 0..2 {
            let (made, counters) =
                world.count(|| world.make_cached(&format!("gcc {arguments} -c x.c"), &["x.o", file]));
            Expected::Bypass.check(&counters);
            assert!(made.files["x.o"].is_some(), "{arguments}: {made:?}");
            // The number in a dump's name is the version's.
            assert!(made.files[file].is_some() || arguments == "-da", "{arguments}: {made:?}");
        }
    }
    for arguments in ["-fopt-info -O2", "-Q", "-ftime-report", "-fmem-report"] {
        let (made, counters) = world.count(|| world.make_cached(&format!("gcc {arguments} -c x.c"), &["x.o"]));
        assert_eq!((made.run.code, counters.hits, counters.faults), (Some(0), 0, 0), "{arguments}");
    }
}

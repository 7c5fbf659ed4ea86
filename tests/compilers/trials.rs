//! Scripts that try a compiler out compile a hundred sources under one name, each of which includes something else.

use zccache_tests::{Expected, World, available, tick};

const TRIALS: usize = 40;

/// Compiles every trial in order, as configure does; says how many were hits.
fn configure(world: &World, name: &str, suffix: &str) -> u64 {
    let source = format!("conftest.{suffix}");
    let call = format!("{name} -c {source}");
    let ((), counters) = world.count(|| {
        for trial in 0..TRIALS {
            world.write(&source, format!("#include \"h{trial}.h\"\nint x = VALUE;\n"));
            let made = world.make_cached(&call, &["conftest.o"]);
            // Every fourth one fails: its header is not there.
            assert_eq!(made.run.succeeded(), trial % 4 != 3, "{trial}: {made:?}");
            assert_eq!(made.files["conftest.o"].is_some(), made.run.succeeded());
            world.remove(&source);
            world.remove("conftest.o");
        }
    });
    assert_eq!((counters.requests, counters.faults, counters.bypasses), (TRIALS as u64, 0, 0), "{counters:?}");
    counters.hits
}

#[test]
fn a_configure_script_that_runs_again_has_all_of_it_from_the_cache() {
    for compiler in available() {
        let world = World::new();
        let headers = (0..TRIALS).filter(|trial| trial % 4 != 3);
        world.write_many(headers.map(|trial| (format!("h{trial}.h"), format!("#define VALUE {trial}\n"))));
        assert_eq!(configure(&world, compiler.name, compiler.suffix), 0);
        assert_eq!(configure(&world, compiler.name, compiler.suffix), TRIALS as u64);
        world.write("h0.h", "#define VALUE 100\n");
        assert_eq!(configure(&world, compiler.name, compiler.suffix), TRIALS as u64 - 1);
    }
}

#[test]
fn what_one_trial_made_is_no_answer_to_another() {
    for compiler in available() {
        let world = World::new();
        let source = format!("conftest.{}", compiler.suffix);
        let call = format!("{} -c {source}", compiler.name);
        world.write("a.h", "#define VALUE 1\n");
        for round in 0..2 {
            for text in ["#include \"a.h\"\nint x = VALUE;\n", "int x = 1;\n", "int y = 1;\n", "#include \"b.h\"\n"] {
                world.write(&source, text);
                tick();
                let expected = match (round, text.contains("b.h")) {
                    (0, true) => Expected::Failure,
                    (0, false) => Expected::Miss,
                    _ => Expected::Hit,
                };
                world.expect(expected, &call, &["conftest.o"]);
            }
        }
    }
}

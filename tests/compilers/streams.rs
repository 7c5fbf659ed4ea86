//! What a compiler says comes back byte for byte, and failures stay what they are.

use zccache_tests::{Expected, run_joined};

use crate::sources::{each, each_with_header};

const WARNS: &str = "int f(void) { int unused; return 1; }\n#warning \"said by the source\"\n";

#[test]
fn a_warning_is_repeated_by_a_hit() {
    each(WARNS, |unit| {
        let bare = unit.world.expect_cold_and_warm(&unit.call("-Wall"), &["x.o"]);
        assert!(bare.run.err().contains("unused") && bare.run.err().contains("said by the source"), "{bare:?}");
    });
}

#[test]
fn an_error_is_the_compilers_own_and_is_repeated_by_a_hit() {
    each("int f(void) { return nothing; }\n", |unit| {
        for expected in [Expected::Failure, Expected::Hit] {
            let (made, counters) = unit.world.expect(expected, &unit.call(""), &["x.o"]);
            assert_eq!((made.run.code, counters.results), (Some(1), 1));
            assert!(made.run.err().contains("nothing"), "{made:?}");
        }
        unit.world.write(&unit.source, "int f(void) { return 0; }\n");
        unit.world.expect(Expected::Miss, &unit.call(""), &["x.o"]);
    });
}

#[test]
fn a_failure_is_given_only_where_nothing_is_in_the_place_of_an_output() {
    each("int f(void) { return nothing; }\n", |unit| {
        let world = &unit.world;
        world.expect(Expected::Failure, &unit.call(""), &["x.o"]);
        world.write("x.o", "of an earlier compile");
        // Whether it stays is the compiler's business.
        let (_, counters) = world.count(|| world.zccache(unit.call("").split_whitespace()).output().unwrap());
        assert_eq!((counters.hits, counters.failures), (0, 1), "{counters:?}");
    });
}

#[test]
fn a_missing_header_is_the_compilers_own_error_until_it_is_there() {
    each("#include \"late.h\"\nint x = LATE;\n", |unit| {
        let call = unit.call("-MD");
        let (made, counters) = unit.world.expect(Expected::Failure, &call, &["x.o", "x.d"]);
        assert_eq!((made.run.code, counters.results), (Some(1), 1));
        unit.world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
        unit.world.write("late.h", "#define LATE 1\n");
        unit.world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        unit.world.remove("late.h");
        unit.world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn a_missing_source_is_the_compilers_own_error() {
    each_with_header(|unit| {
        let call = format!("{} -c absent.{}", unit.compiler.name, unit.compiler.suffix);
        let (made, _) = unit.world.expect(Expected::NoHit, &call, &["absent.o"]);
        assert_eq!(made.run.code, Some(1));
    });
}

#[test]
fn two_streams_in_one_pipe_keep_their_order_and_bytes() {
    each(WARNS, |unit| {
        let call = unit.call("-Wall -H");
        let bare = run_joined(&mut unit.world.bare_command(&call));
        for expected in [Expected::Miss, Expected::Hit] {
            let (cached, counters) = unit.world.count(|| run_joined(&mut unit.world.zccache(call.split(' '))));
            assert_eq!(cached, bare, "{call}");
            expected.check(&counters);
        }
    });
}

#[test]
fn what_was_said_to_one_pipe_is_not_said_to_two() {
    each(WARNS, |unit| {
        let call = unit.call("-Wall");
        run_joined(&mut unit.world.zccache(call.split(' ')));
        let bare = unit.world.make_bare(&call, &["x.o"]);
        for _ in 0..2 {
            assert_eq!(unit.world.make_cached(&call, &["x.o"]), bare);
        }
        let joined = run_joined(&mut unit.world.zccache(call.split(' ')));
        assert_eq!((joined.stdout, joined.stderr), (bare.run.stderr, Vec::new()));
    });
}

#[test]
fn much_is_said_again_to_the_last_byte() {
    let many: String =
        (0..4000).map(|number| format!("int f{number}(void) {{ int unused{number}; return 1; }}\n")).collect();
    each(&many, |unit| {
        let bare = unit.world.expect_cold_and_warm(&unit.call("-Wall"), &["x.o"]);
        assert!(bare.run.stderr.len() > 300_000, "{}", bare.run.stderr.len());
    });
}

#[test]
fn closed_streams_hurt_nobody() {
    each(WARNS, |unit| {
        let (world, call) = (&unit.world, unit.call("-Wall"));
        let closed = |program: &str| {
            let mut command = world.command("sh");
            command.args(["-c", &format!("exec {program} {call} <&- >&- 2>&-")]);
            world.make(&mut command, &["x.o"])
        };
        let bare = closed("");
        for _ in 0..2 {
            assert_eq!(closed(&zccache_tests::zccache().display().to_string()), bare);
        }
        assert_eq!(world.counters().faults, 0);
    });
}

//! Colours are for terminals: there they are, on a miss and on a hit, and nowhere else.

use zccache_tests::{Expected, run_on_terminal};

use crate::sources::{Unit, each};

const WARNS: &str = "int f(void) { int unused; return 1; }\n";
const ESCAPE: u8 = 0x1b;

fn on_terminal(unit: &Unit, expected: Expected, call: &str) -> Vec<u8> {
    let (run, counters) = unit.world.count(|| run_on_terminal(&mut unit.world.zccache(call.split(' '))));
    assert!(run.succeeded(), "{run:?}");
    expected.check(&counters);
    run.stderr
}

#[test]
fn a_terminal_gets_colours_from_a_miss_and_the_same_from_a_hit() {
    each(WARNS, |unit| {
        let call = unit.call("-Wall");
        let bare = run_on_terminal(&mut unit.world.bare_command(&call)).stderr;
        assert!(bare.contains(&ESCAPE), "{}", String::from_utf8_lossy(&bare));
        let cold = on_terminal(unit, Expected::Miss, &call);
        assert!(cold.contains(&ESCAPE), "{}", String::from_utf8_lossy(&cold));
        assert_eq!(on_terminal(unit, Expected::Hit, &call), cold);
    });
}

#[test]
fn a_pipe_gets_no_colours_from_what_a_terminal_left() {
    each(WARNS, |unit| {
        let call = unit.call("-Wall");
        on_terminal(unit, Expected::Miss, &call);
        let bare = unit.world.make_bare(&call, &["x.o"]);
        for _ in 0..2 {
            assert_eq!(unit.world.make_cached(&call, &["x.o"]), bare);
        }
        assert!(!bare.run.stderr.contains(&ESCAPE));
        assert!(on_terminal(unit, Expected::Hit, &call).contains(&ESCAPE));
    });
}

#[test]
fn colours_that_were_asked_for_or_forbidden_are_as_the_caller_says() {
    each(WARNS, |unit| {
        let always = unit.world.expect_cold_and_warm(&unit.call("-Wall -fdiagnostics-color=always"), &["x.o"]);
        assert!(always.run.stderr.contains(&ESCAPE));
        let never = unit.call("-Wall -fdiagnostics-color=never");
        for expected in [Expected::Miss, Expected::Hit] {
            assert!(!on_terminal(unit, expected, &never).contains(&ESCAPE));
        }
    });
}

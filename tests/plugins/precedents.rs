//! One call, many states of its source: each has a manifest of its own, and what the call came to last is known for all.

use zccache_test_components::Caching;
use zccache_tests::{Age, Counters, Expected};

use crate::stage::Stage;

/// Twice as many as one manifest has lists, and one.
const STATES: usize = 33;

fn stage() -> Stage {
    Stage::with_script(Caching::default().canned().build(), Age::Young, "", "cat \"$1\" more >\"$2\"")
}

#[track_caller]
fn call(stage: &Stage, source: usize, expected: Expected) -> Counters {
    stage.world.write("source", format!("{source}\n"));
    let (made, counters, ran) = stage.call();
    assert_eq!((made.run.code, ran.len()), (Some(0), usize::from(expected != Expected::Hit)));
    assert_eq!(stage.world.read("copy"), Some(format!("{source}\ntwo\n").into_bytes()));
    expected.check(&counters);
    counters
}

#[test]
fn states_of_a_source_do_not_crowd_each_other_out() {
    let stage = stage();
    for source in 0..STATES {
        call(&stage, source, Expected::Miss);
    }
    for source in 0..STATES {
        call(&stage, source, Expected::Hit);
    }
}

#[test]
fn a_call_that_came_to_something_before_is_no_new_one_also_to_the_next_daemon() {
    let mut stage = stage();
    assert_eq!(call(&stage, 1, Expected::Miss).reason("miss: cold"), 1);
    assert_eq!(call(&stage, 2, Expected::Miss).reason("miss: changed"), 1);
    stage.restart();
    assert_eq!(call(&stage, 3, Expected::Miss).reason("miss: changed"), 1);
    call(&stage, 1, Expected::Hit);
}

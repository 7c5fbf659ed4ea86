//! What only messages rest on: two streams that are one, and words that change nothing but how messages look.

use zccache_test_components::{Caching, Canned, Layout};
use zccache_tests::{Age, Expected, Run, run, run_joined, run_on_terminal};

use crate::stage::Stage;

/// Says how it was called where the source says so.
const RUNS: &str = "look=plain; if [ \"$1\" = --colour ]; then look=coloured; shift; fi\n\
                    if grep -q loud \"$1\"; then echo \"$look\" >&2; fi\ncat \"$1\" more >\"$2\"";

/// Adds a word where standard error is a terminal.
fn colours(what: &str) -> Canned {
    let grants = match what {
        "addition" => r#"[{id: "colour", what: addition, words: [literal("--colour")], reason: "for tests"}]"#,
        _ => r#"[{id: "colour", what: message-addition, words: [literal("--colour")], reason: "for tests"}]"#,
    };
    let caching = Caching { grants, ..Caching::default() };
    let is_terminal = |layout: &Layout<'_>| {
        let streams = layout.field_offset("invocation", "streams");
        let field = layout.field_offset("streams", "stderr-is-terminal");
        format!("(i32.load8_u offset={} (local.get 0))", streams + field)
    };
    caching.canned().plan_while(is_terminal, &caching.plan(r#"[("colour", 0)]"#))
}

fn stage(what: &str, source: &str) -> Stage {
    let stage = Stage::with_script(colours(what).build(), Age::Young, "", RUNS);
    stage.world.write("source", source);
    stage
}

const CALL: [&str; 3] = ["victim", "source", "copy"];

#[track_caller]
fn in_a_pipe(stage: &Stage, expected: Expected) -> Run {
    let (run, counters) = stage.world.count(|| run(&mut stage.world.zccache(CALL)));
    expected.check(&counters);
    run.expect_success()
}

#[track_caller]
fn on_a_terminal(stage: &Stage, expected: Expected) -> Run {
    let (run, counters) = stage.world.count(|| run_on_terminal(&mut stage.world.zccache(CALL)));
    expected.check(&counters);
    run.expect_success()
}

#[track_caller]
fn joined(stage: &Stage, expected: Expected) -> Run {
    let (run, counters) = stage.world.count(|| run_joined(&mut stage.world.zccache(CALL)));
    expected.check(&counters);
    run.expect_success()
}

#[test]
fn a_run_that_said_nothing_is_the_same_in_a_pipe_in_one_for_both_streams_and_on_a_terminal() {
    let stage = stage("message-addition", "quiet\n");
    in_a_pipe(&stage, Expected::Miss);
    on_a_terminal(&stage, Expected::Hit);
    joined(&stage, Expected::Hit);
    in_a_pipe(&stage, Expected::Hit);
}

#[test]
fn a_run_that_said_something_is_not() {
    let stage = stage("message-addition", "loud\n");
    for expected in [Expected::Miss, Expected::Hit] {
        assert_eq!(in_a_pipe(&stage, expected).err(), "plain\n");
        assert!(on_a_terminal(&stage, expected).err().contains("coloured"));
        assert_eq!(joined(&stage, expected).out(), "plain\n");
    }
}

#[test]
fn an_addition_that_may_change_more_than_messages_always_counts() {
    let stage = stage("addition", "quiet\n");
    for expected in [Expected::Miss, Expected::Hit] {
        in_a_pipe(&stage, expected);
        on_a_terminal(&stage, expected);
    }
}

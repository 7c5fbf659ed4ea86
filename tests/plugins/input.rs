//! What is on standard input, where a plugin asks for it.

use zccache_test_components::{Caching, Canned};
use zccache_tests::{Age, Expected, Run, run_fed};

use crate::stage::Stage;

const COPIES: &str = "cat - \"$1\" more >\"$2\"";

fn asks() -> Canned {
    let list = r#"[{id: "list", what: companion, words: [literal("--list")], reason: "for tests"}]"#;
    let canned = Caching { grants: list, ..Caching::default() }.canned();
    canned
        .plan_while(|layout| layout.fewer("invocation", "answers", 1), "need([standard-input])")
        .collect_while(|layout| layout.fewer("outcome", "companions", 1), r#"companion({grant: "list", user: []})"#)
}

#[track_caller]
fn fed(stage: &Stage, text: &str, expected: Expected) -> Run {
    stage.world.write("input", text);
    let input = stage.world.work.join("input");
    stage.world.remove("copy");
    let (run, counters) = stage.world.count(|| run_fed(&mut stage.world.zccache(["victim", "source", "copy"]), &input));
    expected.check(&counters);
    assert_eq!(stage.world.read("copy"), Some(format!("{text}one\ntwo\n").into_bytes()));
    run
}

#[test]
fn tool_and_companion_are_given_what_the_caller_gives_and_it_counts_to_the_byte() {
    let stage = Stage::with_script(asks().build(), Age::Young, "", COPIES);
    for text in ["given\n", "Given\n", "", "given\n\n"] {
        fed(&stage, text, Expected::Miss);
        let ran = stage.ran();
        let given: Vec<&str> = ran.iter().filter_map(|line| line.split_once(" given ")).map(|(_, rest)| rest).collect();
        assert_eq!(given, [format!("{} in C", text.trim_end())], "{ran:?}");
        fed(&stage, text, Expected::Hit);
        assert!(stage.ran().is_empty());
    }
}

#[test]
fn more_than_the_limit_reaches_the_tool_whole_and_is_not_cached() {
    let stage = Stage::with_script(asks().build(), Age::Young, "", COPIES);
    let text = "0123456789abcde\n".repeat(400_000);
    for _ in 0..2 {
        let run = fed(&stage, &text, Expected::Bypass);
        assert!(run.succeeded(), "{run:?}");
    }
}

//! Further tokens, which a plugin has looked for when a run has ended.

use zccache_test_components::{Caching, Canned, Layout};
use zccache_tests::{Age, Expected};

use crate::stage::Stage;

/// Refuses where the word `MARK` is in `source`, or what may be on standard input.
fn finds(with_input: bool) -> Canned {
    let find = r#"find({tokens: [{id: "mark", find: whole-word("MARK")}], files: ["source", ""]})"#;
    let found = |layout: &Layout<'_>| {
        let list = layout.field_offset("outcome", "found");
        // The lengths of the lists of both files.
        let length = |file: usize| format!("(i32.load offset={} (i32.load offset={list} (local.get 0)))", file * 8 + 4);
        format!("(i32.or {} {})", length(0), length(1))
    };
    let canned = Caching::default().canned();
    let canned = match with_input {
        true => canned.plan_while(|layout| layout.fewer("invocation", "answers", 1), "need([standard-input])"),
        false => canned,
    };
    let canned = canned.collect_while(|layout| layout.fewer("outcome", "found", 2), find);
    canned.collect_while(found, r#"refuse({reason: "marked", detail: ""})"#)
}

#[test]
fn what_is_found_in_a_file_is_what_stands_there_at_the_time() {
    let stage = Stage::with_script(finds(false).build(), Age::Young, "", "cat \"$1\" more >\"$2\"");
    for (text, marked) in [("one\n", false), ("MARK\n", true), ("MARKS _MARK\n", false), ("(MARK)\n", true)] {
        stage.world.write("source", text);
        let (made, counters, _) = stage.call();
        assert!(made.run.succeeded(), "{made:?}");
        let expected = if marked { Expected::Unstored } else { Expected::Miss };
        expected.check(&counters);
        assert_eq!(counters.reason("not stored: marked"), u64::from(marked), "{text}: {counters:?}");
        let again = if marked { Expected::Unstored } else { Expected::Hit };
        again.check(&stage.call().1);
    }
}

#[test]
fn what_was_given_on_standard_input_is_looked_into_too() {
    let stage = Stage::with_script(finds(true).build(), Age::Young, "", "cat - \"$1\" more >\"$2\"");
    for (text, marked) in [("one\n", false), ("MARK\n", true)] {
        stage.world.write("input", text);
        let input = stage.world.work.join("input");
        for again in [false, true] {
            let call = || zccache_tests::run_fed(&mut stage.world.zccache(["victim", "source", "copy"]), &input);
            let (run, counters) = stage.world.count(call);
            assert!(run.succeeded(), "{run:?}");
            assert_eq!(stage.world.read("copy").unwrap(), format!("{text}one\ntwo\n").into_bytes());
            assert_eq!(counters.reason("not stored: marked"), u64::from(marked), "{text}: {counters:?}");
            assert_eq!(counters.hits, u64::from(again && !marked), "{text}: {counters:?}");
        }
    }
}

//! Runs of a tool after a run, by which a plugin learns what that read.

use std::fs;

use zccache_test_components::{Caching, Canned, Layout, done};
use zccache_tests::{Age, Expected, Run, until};

use crate::stage::Stage;

const COPIES: &str = "cat \"$1\" more >\"$2\"";
const GRANTS: &str = r#"[
    {id: "list", what: companion, words: [literal("--list"), scratch("to="), user], reason: "for tests"},
    {id: "probe", what: probe, words: [literal("--list")], reason: "for tests"}]"#;
const LIST: &str = r#"companion({grant: "list", user: [0]})"#;

fn granted() -> Caching {
    Caching { grants: GRANTS, ..Caching::default() }
}

fn fewer_than(companions: usize) -> impl Fn(&Layout<'_>) -> String {
    move |layout| layout.fewer("outcome", "companions", companions)
}

/// Asks for a companion, and refuses where that ended with another code than zero.
fn lists() -> Canned {
    let failed = |layout: &Layout<'_>| {
        let list = layout.field_offset("outcome", "companions");
        let status = layout.field_offset("companion-run", "ran") + layout.field_offset("ran", "status");
        // A status is its tag and, behind that, the code.
        format!("(i32.load offset={} (i32.load offset={list} (local.get 0)))", status + 4)
    };
    let canned = granted().canned().collect_while(fewer_than(1), LIST);
    canned.collect_while(failed, r#"refuse({reason: "list", detail: ""})"#)
}

fn stage(component: Canned, lists: &str) -> Stage {
    Stage::with_script(component.build(), Age::Young, lists, COPIES)
}

/// What the script notes where it runs, and where it lists.
const RAN: &str = "ran source copy";
const LISTED: &str = "listed source given  in C";

#[track_caller]
fn notes(ran: &[String]) -> Vec<&str> {
    // Of the scratch path the name is drawn.
    let cut = |line: &'_ str| if line.starts_with("listed ") { LISTED } else { RAN };
    for line in ran.iter().filter(|line| line.starts_with("listed ")) {
        assert!(line.ends_with(" source given  in C"), "{line}");
    }
    ran.iter().map(|line| cut(line)).collect()
}

#[test]
fn a_companion_runs_once_after_a_run_and_never_for_a_hit() {
    let stage = stage(lists(), "echo more >\"${2#to=}\"");
    let (cold, counters, ran) = stage.call();
    assert_eq!((cold.run.code, notes(&ran)), (Some(0), vec![RAN, LISTED]));
    Expected::Miss.check(&counters);
    let (warm, counters, ran) = stage.call();
    assert_eq!((&warm, notes(&ran)), (&cold, vec![]));
    Expected::Hit.check(&counters);
    stage.world.write("more", "three\n");
    let (changed, counters, ran) = stage.call();
    assert_eq!((stage.world.read("copy").unwrap(), notes(&ran)), (b"one\nthree\n".to_vec(), vec![RAN, LISTED]));
    assert_ne!(changed, cold);
    Expected::Miss.check(&counters);
}

#[test]
fn what_a_companion_says_reaches_no_caller_and_its_scratch_file_is_gone() {
    let stage =
        stage(lists(), "echo said; echo cried >&2; echo more >\"${2#to=}\"; echo \"${2#to=}\" >\"$HOME/scratch\"");
    let (made, _, _) = stage.call();
    assert_eq!(made.run, Run { code: Some(0), signal: None, stdout: Vec::new(), stderr: Vec::new() });
    let scratch = fs::read_to_string(stage.world.root().join("home/scratch")).unwrap();
    assert!(!scratch.trim().is_empty() && !fs::exists(scratch.trim()).unwrap(), "{scratch}");
}

#[test]
fn where_it_fails_or_cannot_be_run_nothing_is_stored() {
    let failing = stage(lists(), "exit 3");
    for _ in 0..2 {
        let (made, counters, ran) = failing.call();
        assert_eq!((made.run.code, notes(&ran)), (Some(0), vec![RAN, LISTED]));
        Expected::Unstored.check(&counters);
        assert_eq!((counters.reason("not stored: list"), counters.results), (1, 0), "{counters:?}");
    }
    // The tool is gone when it has run.
    let gone = Stage::with_script(lists().build(), Age::Young, "", &format!("{COPIES}\nrm \"$0\""));
    let (made, counters, ran) = gone.call();
    assert_eq!((made.run.code, notes(&ran)), (Some(0), vec![RAN]));
    Expected::Unstored.check(&counters);
    assert_eq!((counters.reason("not stored: companion"), counters.results), (1, 0), "{counters:?}");
}

#[test]
fn one_that_was_not_granted_is_a_fault_and_does_not_run() {
    for asked in [
        r#"companion({grant: "other", user: []})"#,
        r#"companion({grant: "probe", user: []})"#,
        r#"companion({grant: "list", user: [7]})"#,
    ] {
        let stage = stage(granted().canned().collect(asked), "");
        let (made, counters, ran) = stage.call();
        assert_eq!((made.run.code, made.files["copy"].is_some(), notes(&ran)), (Some(0), true, vec![RAN]), "{asked}");
        assert_eq!((counters.reason("fault: plugin-rule"), counters.results), (1, 0), "{asked}: {counters:?}");
    }
}

#[test]
fn more_than_the_limit_of_them_are_a_fault_and_do_not_run() {
    let stage = stage(granted().canned().collect(LIST), "");
    let (made, counters, ran) = stage.call();
    assert_eq!((made.run.code, notes(&ran)), (Some(0), vec![RAN, LISTED, LISTED]));
    assert_eq!((counters.reason("fault: plugin-rule"), counters.results), (1, 0), "{counters:?}");
}

#[test]
fn what_it_lists_and_is_younger_than_the_run_is_not_stored() {
    let stage = stage(lists(), "echo changed >more");
    let (made, counters, ran) = stage.call();
    assert_eq!((made.run.code, notes(&ran)), (Some(0), vec![RAN, LISTED]));
    Expected::Unstored.check(&counters);
    assert_eq!((counters.reason("not stored: changed-during-run"), counters.results), (1, 0), "{counters:?}");
}

#[test]
fn the_caller_does_not_wait_for_it_where_the_source_is_an_old_one() {
    let ahead = r#"some({token: "names", searches: [{chain: 0, beside: true}], all-words: []})"#;
    let canned = Caching { grants: GRANTS, ahead, ..Caching::default() }.canned();
    let canned = canned
        .collect_while(|layout| layout.fewer("outcome", "facts", 1), r#"facts(["more"])"#)
        .collect_while(fewer_than(1), LIST)
        .collect(&done("more"));
    // It ends when the test says so, which only says so when the caller is back.
    let waits = "tries=0; while [ ! -e \"$HOME/go\" ] && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done\n  \
                 [ -e \"$HOME/go\" ] || exit 3\n  echo went >>\"$HOME/ran\"";
    let stage = Stage::with_script(canned.build(), Age::Old, waits, COPIES);
    let (made, _, ran) = stage.call();
    assert_eq!(made.run.code, Some(0));
    assert!(ran.iter().all(|line| line != "went"), "{ran:?}");
    fs::write(stage.world.root().join("home/go"), "").unwrap();
    until("the run is stored", || (stage.world.counters().results == 1).then_some(()));
    let (again, counters, ran) = stage.call();
    assert_eq!((again, ran.is_empty()), (made, true));
    Expected::Hit.check(&counters);
}

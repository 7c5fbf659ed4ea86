//! Runs that end with another code than zero, where a plugin has them kept.

use zccache_test_components::Caching;
use zccache_tests::{Age, Expected};

use crate::stage::Stage;

/// Fails as long as the source holds `bad`, and says so.
const RUNS: &str = "if grep -q bad \"$1\"; then echo \"bad source\" >&2; exit 7; fi\ncat \"$1\" more >\"$2\"";

fn stage(failures: &'static str) -> Stage {
    let stage = Stage::with_script(Caching { failures, ..Caching::default() }.canned().build(), Age::Young, "", RUNS);
    stage.world.write("source", "bad\n");
    stage
}

/// With a file in the place of the output, by way of the cache: what was counted, and what is in that file afterwards.
fn beside_an_output(stage: &Stage) -> (Option<i32>, Expected, Option<Vec<u8>>) {
    stage.world.write("copy", "of an earlier run");
    let (run, counters) = stage.world.count(|| stage.world.cached("victim source copy"));
    (run.code, if counters.hits == 1 { Expected::Hit } else { Expected::Failure }, stage.world.read("copy"))
}

#[test]
fn one_that_is_kept_comes_back_with_code_and_words_until_its_source_is_another() {
    for failures in ["keep", "keep-where-nothing-is"] {
        let stage = stage(failures);
        let (cold, counters, ran) = stage.call();
        assert_eq!((cold.run.code, cold.run.err().as_str(), ran.len()), (Some(7), "bad source\n", 1));
        Expected::Failure.check(&counters);
        let (warm, counters, ran) = stage.call();
        assert_eq!((&warm, ran.len()), (&cold, 0));
        Expected::Hit.check(&counters);
        stage.world.write("more", "three\n");
        Expected::Failure.check(&stage.call().1);
        stage.world.write("source", "good\n");
        let (made, counters, _) = stage.call();
        assert!(made.run.succeeded(), "{made:?}");
        Expected::Miss.check(&counters);
    }
}

#[test]
fn one_that_is_to_be_forgotten_runs_each_time() {
    let stage = stage("forget");
    for _ in 0..2 {
        let (made, counters, ran) = stage.call();
        assert_eq!((made.run.code, counters.results, ran.len()), (Some(7), 0, 1));
        Expected::Failure.check(&counters);
    }
}

#[test]
fn what_is_in_the_place_of_an_output_matters_only_to_tools_that_may_remove_it() {
    let left = Some(b"of an earlier run".to_vec());
    let kept = stage("keep");
    kept.call();
    assert_eq!(beside_an_output(&kept), (Some(7), Expected::Hit, left.clone()));
    let careful = stage("keep-where-nothing-is");
    careful.call();
    assert_eq!(beside_an_output(&careful), (Some(7), Expected::Failure, left.clone()));
    // Also the second time, where nothing has changed since.
    assert_eq!(beside_an_output(&careful), (Some(7), Expected::Failure, left));
    Expected::Hit.check(&careful.call().1);
}

#[test]
fn one_that_a_signal_ended_is_never_kept() {
    for failures in ["keep", "keep-where-nothing-is"] {
        let component = Caching { failures, ..Caching::default() }.canned().build();
        let stage = Stage::with_script(component, Age::Young, "", "kill -9 $$");
        for _ in 0..2 {
            let (made, counters, ran) = stage.call();
            assert_eq!((made.run.signal, counters.results, ran.len()), (Some(9), 0, 1), "{counters:?}");
            Expected::Failure.check(&counters);
        }
    }
}

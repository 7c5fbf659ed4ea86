//! Components that are loaded and misbehave when they are asked: the program runs as if nobody had asked them.

use zccache_test_components as components;

use crate::stage::Stage;

/// One component is asked twice, which does not yet switch it off.
#[track_caller]
fn asked_twice(id: &str, component: Vec<u8>, reason: &str) {
    let Some(stage) = Stage::with(&[(id, component)]) else { return };
    assert_eq!(stage.is_disabled(id), Some(false), "it is loaded");
    stage.assert_unharmed("written hello");
    stage.assert_unharmed("written hello 7");
    let counters = stage.world.counters();
    assert_eq!(counters.outcomes(), (0, 0, 0, 0, 2), "{counters:?}");
    assert_eq!(counters.reason(&format!("fault: {reason}")), 2, "{counters:?}");
    let log = stage.world.log();
    let about: Vec<&str> = log.lines().filter(|line| line.contains("ERROR") && line.contains(id)).collect();
    assert_eq!(about.len(), 2, "one clear line for each fault: {log}");
    stage.assert_compiles_are_cached();
}

#[test]
fn a_plugin_that_traps_leaves_the_program_as_it_is() {
    asked_twice("trapping", components::trapping(), "plugin-trap");
}

#[test]
fn a_plugin_that_never_answers_is_ended_and_leaves_the_program_as_it_is() {
    asked_twice("looping", components::looping(), "plugin-time");
}

#[test]
fn a_plugin_that_takes_all_memory_is_ended_and_leaves_the_program_as_it_is() {
    asked_twice("hungry", components::hungry(), "plugin-trap");
}

#[test]
fn a_plugin_cannot_name_an_output_outside_of_what_the_call_names() {
    asked_twice("outside-output", components::outside_output(), "plugin-rule");
    assert!(!std::path::Path::new("/etc/zccache-outside").exists());
}

#[test]
fn a_plugin_cannot_add_words_that_it_was_not_granted() {
    asked_twice("ungranted-addition", components::ungranted_addition(), "plugin-rule");
}

#[test]
fn a_plugin_cannot_run_what_it_was_not_granted() {
    asked_twice("ungranted-probe", components::ungranted_probe(), "plugin-rule");
}

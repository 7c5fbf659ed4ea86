//! A plugin with three faults in a row is left alone until the daemon ends.

use zccache_test_components as components;

use crate::stage::Stage;

#[test]
fn three_faults_in_a_row_switch_a_plugin_off_and_no_other() {
    let Some(stage) = Stage::with(&[("trapping", components::trapping())]) else { return };
    for faults in 0..3 {
        assert_eq!(stage.is_disabled("trapping"), Some(false), "after {faults} faults");
        stage.assert_unharmed("written hello");
    }
    assert_eq!(stage.is_disabled("trapping"), Some(true));
    stage.assert_unharmed("written hello");
    stage.assert_unharmed("written hello 3");
    let counters = stage.world.counters();
    assert_eq!(counters.outcomes(), (0, 0, 0, 0, 5), "{counters:?}");
    assert_eq!(counters.reason("fault: plugin-trap"), 3, "{counters:?}");
    assert_eq!(counters.reason("fault: plugin-disabled"), 2, "{counters:?}");
    assert_eq!(stage.is_disabled("gcc"), Some(false));
    stage.assert_compiles_are_cached();
}

#[test]
fn plugins_that_break_rules_are_switched_off_each_by_its_own_faults() {
    let hostile = [
        ("hungry", components::hungry()),
        ("outside-output", components::outside_output()),
        ("ungranted-addition", components::ungranted_addition()),
    ];
    let Some(stage) = Stage::with(&hostile) else { return };
    // All claim the same program: the first one by id is asked, and the others are not blamed for it.
    for _ in 0..3 {
        stage.assert_unharmed("written hello");
    }
    assert_eq!(stage.is_disabled("hungry"), Some(true));
    assert_eq!(stage.is_disabled("outside-output"), Some(false));
    assert_eq!(stage.is_disabled("ungranted-addition"), Some(false));
    stage.assert_compiles_are_cached();
}

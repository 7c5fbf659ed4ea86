//! Files that are not loaded at all: the daemon starts without them and its log says why.

use zccache_test_components as components;

use crate::stage::Stage;

#[track_caller]
fn refused(file: &str, component: Vec<u8>, causes: &[&str]) {
    let Some(stage) = Stage::with(&[(file, component)]) else { return };
    stage.assert_unharmed("written hello");
    stage.assert_unharmed("written hello 5");
    let counters = stage.world.counters();
    assert_eq!(counters.outcomes(), (0, 0, 2, 0, 0), "{counters:?}");
    assert_eq!(counters.reason("bypass: no-plugin"), 2, "{counters:?}");
    let log = stage.world.log();
    let line = log.lines().find(|line| line.contains(&format!("{file}.wasm")));
    let line = line.unwrap_or_else(|| panic!("the log does not name the file: {log}"));
    for cause in causes {
        assert!(line.contains(cause), "'{cause}' is not in: {line}");
    }
    stage.assert_compiles_are_cached();
}

#[test]
fn a_component_that_imports_the_system_is_refused_and_the_import_is_named() {
    refused("with-wasi-import", components::with_wasi_import(), &["wasi:cli/environment@0.2.6", "import"]);
}

#[test]
fn a_core_module_is_refused_with_what_to_make_of_it() {
    refused("core-module", components::core_module(), &["core module", "component"]);
}

#[test]
fn a_component_of_another_version_is_refused_and_both_versions_are_named() {
    refused("wrong-interface", components::wrong_interface(), &["tool-plugin@0.1.0", "tool-plugin@0.9.0"]);
}

#[test]
fn what_is_no_web_assembly_is_refused() {
    refused("text", b"hello".to_vec(), &["not WebAssembly"]);
}

//! Every file of a test suite takes part in it.

use std::collections::BTreeSet;

use crate::text::{Source, assert_none, below, project};

/// The folder of a path and its name without suffix.
fn split(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, name.trim_end_matches(".rs"))
}

/// Modules that a file declares, as paths without suffix.
fn declared(source: &Source) -> Vec<String> {
    let (folder, name) = split(&source.path);
    let folder = match name {
        "main" | "lib" | "mod" => folder.to_owned(),
        name => format!("{folder}/{name}"),
    };
    let declarations = source.text.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declarations.map(|module| format!("{folder}/{module}")).collect()
}

#[test]
fn no_file_of_a_suite_is_forgotten() {
    let sources: Vec<Source> = below("tests").into_iter().filter(Source::is_rust).collect();
    let declared: BTreeSet<String> = sources.iter().flat_map(declared).collect();
    let manifest = std::fs::read_to_string(project().join("tests/Cargo.toml")).expect("the tests have a manifest");
    let mut breaches = Vec::new();
    for source in &sources {
        let (folder, name) = split(&source.path);
        let part = match name {
            "main" => manifest.contains(&format!("path = \"{}\"", source.path.trim_start_matches("tests/"))),
            "lib" => true,
            "mod" => declared.contains(folder),
            name => declared.contains(&format!("{folder}/{name}")),
        };
        if !part {
            breaches.push(source.path.clone());
        }
    }
    assert_none(&breaches, "these files are part of no suite");
}

#[test]
fn no_test_is_left_out() {
    let mut breaches = Vec::new();
    for folder in ["host", "plugins", "tests", "xtask"] {
        for source in below(folder).iter().filter(|source| source.is_rust()) {
            let ignored = source.lines().filter(|(_, line)| line.trim_start().starts_with("#[ignore"));
            breaches.extend(ignored.map(|(number, _)| format!("{}:{number}", source.path)));
        }
    }
    assert_none(&breaches, "these tests are not run");
}

//! One module of each program starts processes.

use crate::text::{assert_none, below};

/// Who may start what.
const OWNERS: &[(&str, &str)] = &[
    ("host/client/src/plain.rs", "the compiler"),
    ("host/client/src/daemon.rs", "the daemon"),
    ("host/daemon/src/process.rs", "probes of tools, and the compilation of components"),
];

#[test]
fn processes_are_started_by_their_owners_only() {
    let starts = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.contains("Command::new(") || code.contains("tokio::process") || code.contains("posix_spawn")
    };
    let mut breaches = Vec::new();
    for source in below("host").iter().filter(|source| source.is_rust() && source.path.contains("/src/")) {
        let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
        if is_test || OWNERS.iter().any(|(owner, _)| *owner == source.path) {
            continue;
        }
        let lines = source.lines_without_tests().filter(|(_, line)| starts(line));
        breaches.extend(lines.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
    }
    assert_none(&breaches, "each effect has one owner");
}

#[test]
fn every_owner_is_there() {
    let sources = below("host");
    for (owner, what) in OWNERS {
        let text = sources.iter().find(|source| source.path == *owner).map(|source| source.text.as_str());
        assert!(text.is_some_and(|text| text.contains("Command::new(")), "{owner} no longer starts {what}");
    }
}

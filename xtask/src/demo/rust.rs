//! The projects of the demo that cargo builds.

use crate::demo::project::{Build, Origin, Project, Random, Sources, Touched};

/// All of them.
pub(crate) fn all() -> Vec<Project> {
    vec![ripgrep(), ripgrep_release(), ripgrep_tests(), ripgrep_twice(), tally(), zccache()]
}

/// As it is compiled while somebody works on it.
pub(crate) fn ripgrep() -> Project {
    Project {
        name: "ripgrep",
        needs: vec![],
        sources: vec![Sources { origin: Origin::Crate("ripgrep", "15.2.0"), folder: "", name: "" }],
        build: Build::Cargo { commands: &[&["build"]], targets: &[""], incremental: None, settings: false },
        proof: "debug/rg --version && debug/rg --sort path --count 'fn \\w+' ../src/crates",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}

/// The same, but without what the compiler would keep for the next compile of the project's own crates.
pub(crate) fn ripgrep_whole() -> Project {
    let build = Build::Cargo { commands: &[&["build"]], targets: &[""], incremental: Some(false), settings: false };
    Project { name: "ripgrep-whole", build, ..ripgrep() }
}

/// As it is compiled for use.
pub(crate) fn ripgrep_release() -> Project {
    Project {
        name: "ripgrep-release",
        build: Build::Cargo {
            commands: &[&["build", "--release"]],
            targets: &[""],
            incremental: None,
            settings: false,
        },
        proof: "release/rg --version && release/rg --sort path --count 'fn \\w+' ../src/crates",
        ..ripgrep()
    }
}

/// What somebody types who changes it: one target folder for all, and its own tests are run.
fn ripgrep_tests() -> Project {
    let commands: &[&[&str]] = &[&["check"], &["build"], &["test"]];
    Project {
        name: "ripgrep-tests",
        build: Build::Cargo { commands, targets: &[""], incremental: Some(false), settings: false },
        ..ripgrep()
    }
}

/// Two builds at once.
fn ripgrep_twice() -> Project {
    Project {
        name: "ripgrep-twice",
        build: Build::Cargo {
            commands: &[&["build"]],
            targets: &["one", "other"],
            incremental: Some(false),
            settings: false,
        },
        proof: "one/debug/rg --version && other/debug/rg --version",
        ..ripgrep()
    }
}

/// A workspace with a procedural macro and build scripts of its own, that uses what many programs use.
pub(crate) fn tally() -> Project {
    Project {
        name: "tally",
        sources: vec![Sources { origin: Origin::Workspace, folder: "xtask/demo/tally", name: "" }],
        proof: "debug/tally --json ../src/*/Cargo.toml",
        random: Some(incremental()),
        ..ripgrep()
    }
}

/// Ourselves.
fn zccache() -> Project {
    let parts = ["Cargo.toml", "Cargo.lock", ".cargo", "host", "plugins", "tests", "wit", "xtask"];
    let part = |name| Sources { origin: Origin::Workspace, folder: name, name };
    Project {
        name: "zccache",
        build: Build::Cargo { commands: &[&["build"]], targets: &[""], incremental: None, settings: true },
        sources: parts.map(part).into(),
        proof: "*/debug/zccache --version",
        random: Some(incremental()),
        ..ripgrep()
    }
}

fn incremental() -> Random {
    let reason = "rustc gives the parts of a library that it compiles incrementally names that are others each time";
    Random { suffix: "rlib", reason }
}

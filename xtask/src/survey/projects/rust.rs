//! Projects that cargo builds, with what their crates carry of C.

use crate::survey::project::{Kind, Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![ripgrep(), fd(), rpds()]
}

/// Cargo looks for settings from the folder that it is called in upwards: ours are not meant for other projects.
const BUILD: &str = "cd / && cargo build --quiet --offline --locked --jobs $JOBS \
                     --manifest-path $TREE/Cargo.toml --target-dir $TREE/target";

fn ripgrep() -> Project {
    Project { kind: Kind::Cargo, ..Project::new("ripgrep", Source::Crate("ripgrep", "15.2.0"), "true", BUILD) }
}

/// With an allocator of C, which a build script builds by its own configure script and make.
fn fd() -> Project {
    let build = "cd / && cargo build --quiet --offline --locked --jobs $JOBS --features use-jemalloc \
                 --manifest-path $TREE/Cargo.toml --target-dir $TREE/target";
    Project { kind: Kind::Cargo, ..Project::new("fd-find", Source::Crate("fd-find", "10.5.0"), "true", build) }
}

/// A library for Python.
fn rpds() -> Project {
    let build = "cd / && maturin build --quiet --offline --locked --jobs $JOBS --manifest-path $TREE/Cargo.toml \
                 --target-dir $TREE/target --interpreter $TREE/../python/bin/python";
    let project = Project::new("rpds-py", Source::Python("rpds-py", "2026.9.1"), "true", build);
    Project { kind: Kind::Cargo, wheels: &["maturin==1.16.0"], ..project }
}

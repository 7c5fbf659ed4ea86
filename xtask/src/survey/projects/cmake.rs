//! Projects that CMake describes, built by Ninja.

use crate::survey::project::{Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![spdlog()]
}

fn spdlog() -> Project {
    let prepare = "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPDLOG_BUILD_TESTS=ON \
                   -DSPDLOG_BUILD_EXAMPLE=ON -DSPDLOG_FMT_EXTERNAL=ON";
    let packages = &["cmake", "ninja-build", "libfmt-dev", "catch2"];
    Project { packages, ..Project::new("spdlog", Source::Debian("spdlog"), prepare, "ninja -C build -j$JOBS") }
}

//! Projects of autotools, whose configure scripts are a part of the build.

use crate::survey::project::{Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![hello(), xz(), libxml2()]
}

fn hello() -> Project {
    Project::new("hello", Source::Debian("hello"), "true", "./configure --disable-dependency-tracking && make -j$JOBS")
}

fn xz() -> Project {
    Project::new("xz", Source::Debian("xz-utils"), "true", "./configure && make -j$JOBS")
}

/// By libtool.
fn libxml2() -> Project {
    let project = Project::new(
        "libxml2",
        Source::Debian("libxml2"),
        "[ -x configure ] || autoreconf -fi",
        "./configure --without-python && make -j$JOBS",
    );
    Project { packages: &["autoconf", "automake", "libtool", "pkg-config", "zlib1g-dev"], ..project }
}

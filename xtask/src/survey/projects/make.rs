//! Projects of C by makefiles, with configure scripts of their own or of autotools.

use crate::survey::project::{Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![nginx(), redis(), hello(), xz()]
}

fn nginx() -> Project {
    let prepare = "./configure --with-http_ssl_module --with-http_v2_module --with-stream --with-mail";
    let build = "make -j$JOBS";
    let packages = &["libpcre2-dev", "libssl-dev", "zlib1g-dev"];
    Project { packages, ..Project::new("nginx", Source::Debian("nginx"), prepare, build) }
}

fn redis() -> Project {
    Project::new("redis", Source::Debian("redis"), "true", "make -j$JOBS MALLOC=libc")
}

/// Its configure script is a part of the build.
fn hello() -> Project {
    Project::new("hello", Source::Debian("hello"), "true", "./configure --disable-dependency-tracking && make -j$JOBS")
}

/// Its configure script is a part of the build.
fn xz() -> Project {
    Project::new("xz", Source::Debian("xz-utils"), "true", "./configure && make -j$JOBS")
}

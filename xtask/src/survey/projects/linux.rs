//! The kernel of Linux, as small as it goes.

use crate::survey::project::{Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![by_gcc(), by_clang()]
}

const SOURCE: Source = Source::Package { name: "linux-source-6.1", archive: "usr/src/linux-source-6.1.tar.xz" };

fn by_gcc() -> Project {
    let project = Project::new("linux", SOURCE, "make tinyconfig", "make -j$JOBS");
    Project { packages: &["bc", "bison", "flex", "libelf-dev", "libssl-dev"], ..project }
}

fn by_clang() -> Project {
    let project = Project::new("linux-clang", SOURCE, "make LLVM=1 tinyconfig", "make LLVM=1 -j$JOBS");
    Project { packages: &["bc", "bison", "clang", "flex", "libelf-dev", "libssl-dev", "lld", "llvm"], ..project }
}

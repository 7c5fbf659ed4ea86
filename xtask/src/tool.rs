//! The programs that the build and the tests need besides Rust, and the packages that hold them.

use std::env;
use std::path::PathBuf;

/// What a tool is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building zccache and running the demo.
    Build,
    /// The tests. Those that need a tool which is missing are skipped by name.
    Tests,
}

/// One program.
pub(crate) struct Tool {
    /// As called.
    pub(crate) program: &'static str,
    /// Debian packages that bring it, with what it needs to be of use to us.
    pub(crate) packages: &'static [&'static str],
    /// What for.
    pub(crate) purpose: Purpose,
}

impl Tool {
    /// Where it is.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        find(self.program)
    }
}

/// All of them.
pub(crate) const TOOLS: [Tool; 7] = [
    Tool { program: "gcc", packages: &["gcc", "libc6-dev"], purpose: Purpose::Build },
    Tool { program: "make", packages: &["make"], purpose: Purpose::Build },
    Tool { program: "g++", packages: &["g++"], purpose: Purpose::Tests },
    Tool { program: "clang", packages: &["clang"], purpose: Purpose::Tests },
    Tool { program: "cmake", packages: &["cmake"], purpose: Purpose::Tests },
    Tool { program: "ninja", packages: &["ninja-build"], purpose: Purpose::Tests },
    Tool { program: "strace", packages: &["strace"], purpose: Purpose::Tests },
];

/// The tools that are needed for a purpose and are not here. What the build needs, the tests need.
pub(crate) fn missing(purpose: Purpose) -> Vec<&'static Tool> {
    needed(purpose).filter(|tool| tool.path().is_none()).collect()
}

/// The tools that are needed for a purpose.
pub(crate) fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().filter(move |tool| purpose == Purpose::Tests || tool.purpose == Purpose::Build)
}

/// The first file of that name on PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

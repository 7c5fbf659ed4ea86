//! What the build, the tests and the demo need besides Rust, and the packages that hold it.

use std::env;
use std::path::PathBuf;

/// What a tool is needed for. Each purpose also needs the tools of those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Building zccache and running the demo.
    Build,
    /// The tests. Those that need a tool which is missing are skipped by name.
    Tests,
    /// All projects of the demo.
    AllProjects,
}

/// How to see that a tool is here.
#[derive(Clone, Copy)]
enum Place {
    /// It is a program of its own name on PATH.
    Path,
    /// It is no program, and its packages put it there.
    Fixed(&'static str),
}

/// A program, or sources that are compiled.
pub(crate) struct Tool {
    /// As called.
    pub(crate) name: &'static str,
    place: Place,
    /// Debian packages that bring it, with what it needs to be of use to us.
    pub(crate) packages: &'static [&'static str],
    /// What for.
    pub(crate) purpose: Purpose,
}

impl Tool {
    const fn program(name: &'static str, packages: &'static [&'static str], purpose: Purpose) -> Tool {
        Tool { name, place: Place::Path, packages, purpose }
    }

    const fn sources(
        name: &'static str,
        folder: &'static str,
        packages: &'static [&'static str],
        purpose: Purpose,
    ) -> Tool {
        Tool { name, place: Place::Fixed(folder), packages, purpose }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self.place {
            Place::Path => find(self.name),
            Place::Fixed(path) => Some(PathBuf::from(path)).filter(|path| path.exists()),
        }
    }
}

static GCC: Tool = Tool::program("gcc", &["gcc", "libc6-dev"], Purpose::Build);
static MAKE: Tool = Tool::program("make", &["make"], Purpose::Build);
pub(crate) static GXX: Tool = Tool::program("g++", &["g++"], Purpose::Tests);
pub(crate) static CLANG: Tool = Tool::program("clang", &["clang", "libclang-rt-dev"], Purpose::Tests);
/// With it comes what coverage and profiles of clang are read with.
static LLVM: Tool = Tool::program("llvm-profdata", &["llvm", "libclang-rt-dev"], Purpose::Tests);
pub(crate) static CMAKE: Tool = Tool::program("cmake", &["cmake"], Purpose::Tests);
pub(crate) static NINJA: Tool = Tool::program("ninja", &["ninja-build"], Purpose::Tests);
/// File systems that share content between files, for the tests of that.
static XFS: Tool = Tool::program("mkfs.xfs", &["xfsprogs"], Purpose::Tests);
static BTRFS: Tool = Tool::program("mkfs.btrfs", &["btrfs-progs"], Purpose::Tests);
static STRACE: Tool = Tool::program("strace", &["strace"], Purpose::Tests);
pub(crate) static GOOGLETEST: Tool =
    Tool::sources("googletest", "/usr/src/googletest", &["googletest"], Purpose::Tests);
pub(crate) static EIGEN: Tool = Tool::sources("Eigen", "/usr/include/eigen3", &["libeigen3-dev"], Purpose::AllProjects);
pub(crate) static BOOST: Tool = Tool::sources("Boost", "/usr/include/boost", &["libboost-dev"], Purpose::AllProjects);

/// All of them.
static TOOLS: [&Tool; 13] =
    [&GCC, &MAKE, &GXX, &CLANG, &LLVM, &CMAKE, &NINJA, &XFS, &BTRFS, &STRACE, &GOOGLETEST, &EIGEN, &BOOST];

/// The tools that are needed for a purpose and are not here.
pub(crate) fn missing(purpose: Purpose) -> Vec<&'static Tool> {
    needed(purpose).filter(|tool| tool.path().is_none()).collect()
}

/// The tools that are needed for a purpose.
pub(crate) fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Tool> {
    TOOLS.into_iter().filter(move |tool| tool.purpose <= purpose)
}

/// The first file of that name on PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

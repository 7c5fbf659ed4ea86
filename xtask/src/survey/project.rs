//! What a project of the survey is: where its sources come from, how it is built, and what of it cannot be compared.

/// A project.
pub(crate) struct Project {
    /// For people, and the folder in `target/survey`.
    pub(crate) name: &'static str,
    /// Where its sources come from.
    pub(crate) source: Source,
    /// Debian packages that it cannot be built without, besides what any build needs.
    pub(crate) packages: &'static [&'static str],
    /// Python packages with programs that it is built by.
    pub(crate) wheels: &'static [&'static str],
    /// What a shell runs in the tree once, by the bare compiler, before the tree is copied for each build.
    pub(crate) prepare: &'static str,
    /// What a shell runs in each copy of the tree. `$JOBS`: so many at once; `$TREE`: the tree.
    pub(crate) build: &'static str,
    /// What kind of build it is.
    pub(crate) kind: Kind,
    /// Files that are not compared.
    pub(crate) left_out: &'static [LeftOut],
}

/// Where sources come from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// The newest source package of this name that the machine's own mirror has.
    Debian(&'static str),
    /// An archive within a package of this name.
    Package {
        /// Its name.
        name: &'static str,
        /// The archive, from the root of the package on.
        archive: &'static str,
    },
    /// A crate of exactly this version.
    Crate(&'static str, &'static str),
    /// A source distribution of exactly this version.
    Python(&'static str, &'static str),
}

/// What kind of build it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the compilers of C and C++ are called for.
    C,
    /// The same, and cargo calls its compiler by way of the cache where that can be told to.
    Cargo,
}

/// Files that differ between two builds by the bare compiler, or that no compiler makes.
pub(crate) struct LeftOut {
    /// A path below the tree; a star stands for any text, slashes included.
    pub(crate) path: &'static str,
    /// Why.
    pub(crate) reason: &'static str,
}

/// What build tools note for themselves, in any project.
pub(crate) const NOTES: &[LeftOut] = &[
    LeftOut { path: "*.ninja_log", reason: "Ninja notes how long each step took" },
    LeftOut { path: "*.ninja_deps", reason: "Ninja notes when each step ran" },
    LeftOut { path: "*config.log", reason: "configure notes where it found each program" },
    LeftOut { path: "*CMakeFiles/CMake*.log", reason: "CMake notes what it tried, in folders of random names" },
    LeftOut {
        path: "*CMakeFiles/CMakeConfigureLog.yaml",
        reason: "CMake notes what it tried, in folders of random names",
    },
    LeftOut { path: "*meson-logs/*", reason: "Meson notes what it ran" },
    LeftOut { path: "*/.fingerprint/*", reason: "cargo notes when each step ran" },
    LeftOut { path: "*/.rustc_info.json", reason: "cargo notes which program is the compiler" },
    LeftOut { path: "*/.cargo-lock", reason: "cargo holds it while it builds" },
    LeftOut { path: "*.pyc", reason: "Python notes when it translated a module" },
];

/// How trees are prepared; to be raised where a tree of before would be another.
const FORM: u32 = 2;

impl Project {
    /// A project of C or C++ with nothing special.
    pub(crate) const fn new(name: &'static str, source: Source, prepare: &'static str, build: &'static str) -> Project {
        Project { name, source, packages: &[], wheels: &[], prepare, build, kind: Kind::C, left_out: &[] }
    }

    /// Why a file of the tree is not compared.
    pub(crate) fn is_left_out(&self, path: &str) -> bool {
        NOTES.iter().chain(self.left_out).any(|left_out| matches(left_out.path, path))
    }

    /// What its prepared tree was made by: where that is another, the tree is made anew.
    pub(crate) fn recipe(&self) -> String {
        let source = match self.source {
            Source::Debian(name) => format!("source package {name}"),
            Source::Package { name, archive } => format!("package {name} {archive}"),
            Source::Crate(name, version) => format!("crate {name} {version}"),
            Source::Python(name, version) => format!("python {name} {version}"),
        };
        format!("{source}\n{FORM}\n{}\n{}", self.wheels.join(" "), self.prepare)
    }
}

/// Whether a path is meant by a pattern, in which a star stands for any text.
fn matches(pattern: &str, path: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == path };
    let Some(mut left) = path.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let (last, middle) = parts.split_last().expect("splitting gives at least one part");
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_all_else_for_itself() {
        assert!(matches("a/b.o", "a/b.o") && !matches("a/b.o", "a/b.oo"));
        assert!(matches("*.o", "a/b.o") && !matches("*.o", "a/b.os"));
        assert!(matches("*/x/*.d", "t/x/y/z.d") && !matches("*/x/*.d", "t/y/z.d") && !matches("*/x/*", "x/y"));
    }
}

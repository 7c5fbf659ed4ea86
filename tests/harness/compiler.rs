//! Compilers that a machine may or may not have.

use std::process::{Command, Stdio};

/// A compiler that the tests know how to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compiler {
    /// As it is called.
    pub name: &'static str,
    /// The suffix of its sources.
    pub suffix: &'static str,
}

/// Those of the four C and C++ compilers that are there. A missing one is named; where `ZCCACHE_TEST_REQUIRE` is set, as
/// in CI, it is an error.
pub fn available() -> Vec<Compiler> {
    let all = [("gcc", "c"), ("g++", "cc"), ("clang", "c"), ("clang++", "cc")];
    all.into_iter().filter(|(name, _)| required(name)).map(|(name, suffix)| Compiler { name, suffix }).collect()
}

/// Whether a program is there. A missing one is named as the reason of a skip, or is an error.
#[track_caller]
pub fn required(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let found = command.status().is_ok();
    permitted(found, &format!("{program} is installed"))
}

/// Whether this machine lets a test do something. Where not, that is named as the reason of a skip, or is an error.
#[track_caller]
pub fn permitted(holds: bool, what: &str) -> bool {
    if !holds {
        assert!(std::env::var_os("ZCCACHE_TEST_REQUIRE").is_none(), "it does not hold that {what}");
        eprintln!("skipped: it does not hold that {what}");
    }
    holds
}

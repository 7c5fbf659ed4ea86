//! Variables: those in every key, those with which nothing is cached, and the settings of this plugin.
//!
//! What a crate reads with `env!` is not here: the compiler lists it, and the host compares it by value. But what a procedural
//! macro reads while it runs, nobody lists, so everything that cargo says of the package to its compiler is in the key. What
//! else a macro reads must be said in [`EXTRA_VARIABLES`] and [`EXTRA_FILES`].

use zccache_plugin_sdk::contract::Invocation;
use zccache_plugin_sdk::environment;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// Names of further variables that macros read, separated by commas.
pub(crate) const EXTRA_VARIABLES: &str = "ZCCACHE_RUSTC_VARIABLES";
/// Paths of further files and folders that macros read, separated by colons; relative ones start at the package.
pub(crate) const EXTRA_FILES: &str = "ZCCACHE_RUSTC_FILES";
/// Folders of shared libraries, for the loader and for some linkers.
pub(crate) const LD_LIBRARY_PATH: &str = "LD_LIBRARY_PATH";
/// Further folders of libraries for the linker's driver.
pub(crate) const LIBRARY_PATH: &str = "LIBRARY_PATH";
/// The folder of the package, which cargo names.
pub(crate) const PACKAGE: &str = "CARGO_MANIFEST_DIR";

/// In the key. First what cargo sets for the compiler (the Cargo Book, "Environment variables Cargo sets for crates"),
/// then what rustc, clippy and the linker's driver read themselves. `CARGO_MAKEFLAGS` is another one in each build.
const KEYED: &[&str] = &[
    "CARGO",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_*",
    "CARGO_CRATE_NAME",
    "CARGO_BIN_NAME",
    "CARGO_BIN_EXE_*",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "CARGO_CFG_*",
    "CARGO_FEATURE_*",
    "OUT_DIR",
    "RUSTC_BOOTSTRAP",
    "RUSTC_FORCE_RUSTC_VERSION",
    "RUSTC_OVERRIDE_VERSION_STRING",
    "RUSTC_CTFE_BACKTRACE",
    "RUST_MIN_STACK",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
    "CLIPPY_*",
    "SYSROOT",
    "TERM",
    "NO_COLOR",
    COLOURING[0],
    COLOURING[1],
    COLOURING[2],
    LIBRARY_PATH,
    "SDKROOT",
    "MACOSX_DEPLOYMENT_TARGET",
    // GNU ld looks there for libraries that libraries need.
    LD_LIBRARY_PATH,
    "SOURCE_DATE_EPOCH",
    // What widely used macros read undeclared.
    "DATABASE_URL",
    "SQLX_*",
    "ZERO_AR_DATE",
    // Which compiler rustup's proxy stands for.
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_HOME",
    "HOME",
    EXTRA_VARIABLES,
    EXTRA_FILES,
];

/// With these nothing is cached: other programs are run, options are added, or more files are written.
const REDIRECTING: &[&str] = &[
    "RUSTC_LOG*",
    "RUST_TARGET_PATH",
    "GCC_EXEC_PREFIX",
    "COMPILER_PATH",
    "COLLECT_*",
    "LD_RUN_PATH",
    "LDEMULATION",
    "LLD_*",
    "MOLD_*",
    // Macros of sqlx write there.
    "SQLX_OFFLINE_DIR",
    "GNUTARGET",
    "CCC_*",
    "CLANG_CONFIG_*",
];

/// These, too, say whether messages on a terminal have colours, each in a way of its own.
pub(crate) const COLOURING: [&str; 3] = ["CLICOLOR", "CLICOLOR_FORCE", "CI"];

/// These matter only to messages on a terminal.
pub(crate) const OF_TERMINAL: [&str; 5] = ["TERM", "NO_COLOR", COLOURING[0], COLOURING[1], COLOURING[2]];

/// Every variable that the plugin is to be given.
pub(crate) fn declared() -> Vec<String> {
    KEYED.iter().chain(REDIRECTING).map(|name| (*name).to_owned()).collect()
}

/// Ends the plan where a variable redirects the compiler.
pub(crate) fn check(invocation: &Invocation) -> Result<(), Stop> {
    match environment::first_of(invocation, REDIRECTING) {
        Some(name) => bypass("environment", format!("{name} is set")),
        None => Ok(()),
    }
}

/// What a setting of this plugin lists.
pub(crate) fn listed<'a>(invocation: &'a Invocation, setting: &str, separator: char) -> impl Iterator<Item = &'a str> {
    let value = environment::value(invocation, setting).unwrap_or_default();
    value.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

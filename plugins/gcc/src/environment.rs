//! Variables that the compilers read: which are declared, so that they are in every key, and which send the compiler to
//! other parts or make it write more files, so that a call with them is not cached.

use zccache_plugin_sdk::contract::Invocation;
use zccache_plugin_sdk::environment;

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Variables whose value belongs in the key and is otherwise harmless: search folders show up in the search probe, and
/// the rest changes what is printed or what a macro stands for.
const KEYED: &[&str] = &[
    "PWD",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "OBJCPLUS_INCLUDE_PATH",
    EPOCH,
    // Of the others that begin so, neither compiler nor assembler asks: they set no more than these two categories.
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LOCPATH",
    "SDKROOT",
    "MACOSX_DEPLOYMENT_TARGET",
    "IPHONEOS_DEPLOYMENT_TARGET",
    "TVOS_DEPLOYMENT_TARGET",
    "WATCHOS_DEPLOYMENT_TARGET",
    "XROS_DEPLOYMENT_TARGET",
    "DRIVERKIT_DEPLOYMENT_TARGET",
    "ZERO_AR_DATE",
    "LIBRARY_PATH",
    "GNUTARGET",
    "COLLECT_AS_OPTIONS",
    "LLVM_OVERRIDE_PRODUCER",
    "GCONV_PATH",
];

/// Variables that change nothing but how messages look: they are in the key only of a run that said something.
pub(crate) const OF_MESSAGES: &[&str] =
    &["GCC_COLORS", "GCC_URLS", "TERM_URLS", "GCC_EXTRA_DIAGNOSTIC_OUTPUT", "TERM", "COLUMNS", "NO_COLOR"];

/// The variable that fixes dates.
pub(crate) const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Variables with which nothing is cached: other programs are run, options are added, or more files are written.
const REDIRECTING: &[&str] = &[
    "GCC_EXEC_PREFIX",
    "COMPILER_PATH",
    // gcc moves its folders by the variables of the components that they belong to, and reads `specs` where `LPATH` says.
    "GCC_ROOT",
    "G++_ROOT",
    "BINUTILS_ROOT",
    "LPATH",
    "GCC_COMPARE_DEBUG",
    "DEPENDENCIES_OUTPUT",
    "SUNPRO_DEPENDENCIES",
    "EXPERIMENTAL_SARIF_SOCKET",
    "COLLECT_GCC_OPTIONS",
    "CXX_MODULE_MAPPER",
    "CCC_*",
    "CC_PRINT_*",
    "CC_LOG_DIAGNOSTICS*",
    "CLANG_CRASH_DIAGNOSTICS_DIR",
    "FORCE_CLANG_DIAGNOSTICS_CRASH",
    "CLANG_CONFIG_*",
    "CLANG_NO_DEFAULT_CONFIG",
    "RC_DEBUG_OPTIONS",
    "RC_XBS",
    "AS_SECURE_LOG_FILE",
    "CINDEXTEST_*",
    "LIBCLANG_*",
];

/// Every variable that the plugin is to be given.
pub(crate) fn declared() -> Vec<String> {
    KEYED.iter().chain(OF_MESSAGES).chain(REDIRECTING).map(|name| (*name).to_owned()).collect()
}

/// Ends the plan where a variable redirects the compiler.
pub(crate) fn check(invocation: &Invocation) -> Result<(), Stop> {
    match environment::first_of(invocation, REDIRECTING) {
        Some(name) => bypass("environment", format!("{name} is set")),
        None => Ok(()),
    }
}

/// Variables that cannot matter to a run, unless that says so itself. `directory`: the working directory is in the key.
pub(crate) fn irrelevant(invocation: &Invocation, directory: bool) -> Vec<String> {
    let mut irrelevant: Vec<&str> = OF_MESSAGES.to_vec();
    if !directory {
        irrelevant.push("PWD");
    }
    if is_epoch_sound(invocation) {
        irrelevant.push(EPOCH);
    }
    irrelevant.into_iter().map(str::to_owned).collect()
}

/// Whether the variable that fixes dates is not set, or to what every compiler takes for a time: clang says of anything else that it
/// is none, also where there are no dates.
fn is_epoch_sound(invocation: &Invocation) -> bool {
    let is_time = |value: &str| (1..=11).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    environment::value(invocation, EPOCH).is_none_or(is_time)
}

/// Folders of headers that variables name; an empty one is the working directory.
pub(crate) fn header_folders(invocation: &Invocation) -> Vec<&str> {
    const LISTS: [&str; 5] =
        ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "OBJCPLUS_INCLUDE_PATH"];
    let set = LISTS.iter().filter_map(|name| environment::value(invocation, name));
    set.flat_map(|list| list.split(':')).map(|folder| if folder.is_empty() { "." } else { folder }).collect()
}

/// What the caller says the working directory is called, where that is not its path without links. The compilers take it for
/// the directory's name as long as it leads there.
pub(crate) fn called_directory(invocation: &Invocation) -> Option<&str> {
    environment::value(invocation, "PWD").filter(|called| called.starts_with('/') && *called != invocation.directory)
}

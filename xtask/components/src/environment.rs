//! The environment of the inner cargo. The outer cargo, or a build script's, describes another build in its variables:
//! none of that may reach this one, but what the user set about registries and the network must.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::toolchain::{Library, Toolchain};

/// Plugins answer within tens of microseconds while a compile waits: speed before size, as long as a component stays
/// small. Panics end the call in the sandbox anyway.
const PROFILE: [(&str, &str); 7] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "false"),
];

/// Variables of cargo that are the user's own wishes, or the jobserver that all builds share.
const KEPT: [&str; 7] = [
    "CARGO_HOME",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_TERM_",
];

/// What cargo tells build scripts in variables without a prefix.
const BUILD_SCRIPT: [&str; 7] = ["TARGET", "HOST", "OUT_DIR", "NUM_JOBS", "OPT_LEVEL", "PROFILE", "DEBUG"];

/// Gives `cargo` the environment to build plugins in.
pub(crate) fn prepare(cargo: &mut Command, toolchain: &Toolchain, workspace: &Path) {
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name) {
            cargo.env_remove(name);
        }
    }
    cargo.envs(PROFILE);
    cargo.env("RUSTC", &toolchain.rustc);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &toolchain.linker);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remaps(toolchain, workspace).join("\u{1f}"));
    if let Library::Source(_) = toolchain.library {
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
}

/// Whether a variable describes another build than ours. Which toolchain that was made by is no concern of plugins.
fn is_foreign(name: &OsStr) -> bool {
    is_of_build(name) || name == "RUSTUP_TOOLCHAIN"
}

/// Whether a variable says something of the build that a process was started by, or for it alone.
pub fn is_of_build(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let of_cargo = name == "CARGO" || name.starts_with("CARGO_");
    let kept = || KEPT.iter().any(|kept| name == *kept || (kept.ends_with('_') && name.starts_with(kept)));
    let of_compiler = name.starts_with("RUSTC") || name.starts_with("RUSTDOC") || name == "RUSTFLAGS";
    (of_cargo && !kept()) || of_compiler || BUILD_SCRIPT.contains(&name)
}

/// Panic messages hold paths of sources. Without these flags a component's bytes, and so every key that its digest is
/// part of, would depend on where the user keeps things.
fn remaps(toolchain: &Toolchain, workspace: &Path) -> Vec<String> {
    let mut folders = vec![(workspace.to_owned(), "/zccache")];
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))) {
        folders.push((home, "/cargo"));
    }
    if let Library::Source(source) = &toolchain.library {
        folders.extend(source.canonicalize().map(|real| (real, "/rust")));
        folders.push((source.clone(), "/rust"));
    }
    folders.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_registry_stays_and_the_outer_build_does_not() {
        for name in ["CARGO_HOME", "CARGO_REGISTRIES_OURS_TOKEN", "CARGO_MAKEFLAGS", "PATH", "RUSTUP_HOME", "HOME"] {
            assert!(!is_foreign(OsStr::new(name)), "{name}");
        }
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR"] {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
        for name in ["RUSTC_WRAPPER", "RUSTC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "TARGET", "RUSTDOCFLAGS"] {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
    }
}

//! A folder of links, named as the compilers of the machine, which stands first in PATH: to a cache, or to the compilers
//! themselves. It is the same folder for all builds of a project, since build systems write down where a compiler is.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What the compilers are called, but for a version at the end.
const NAMES: [&str; 6] = ["gcc", "g++", "cc", "c++", "clang", "clang++"];

/// Makes the folder anew, with a link for each compiler in PATH, to a cache or else to itself.
pub(crate) fn make(folder: &Path, cache: Option<&Path>) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, compiler) in compilers(&folders()) {
        symlink(cache.unwrap_or(&compiler), folder.join(&name)).with_context(|| name.display().to_string())?;
    }
    Ok(())
}

/// PATH with these folders first, and without any other folder of links to a cache.
pub(crate) fn path(first: &[PathBuf]) -> Result<OsString> {
    let all = first.iter().cloned().chain(folders());
    std::env::join_paths(all).context("PATH")
}

/// The folders of PATH in which the compilers are compilers.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| !is_masquerade(folder)).collect()
}

/// Whether what is called as a compiler there is a cache.
fn is_masquerade(folder: &Path) -> bool {
    let leads_to_cache = |name: &str| {
        let real = fs::canonicalize(folder.join(name));
        real.is_ok_and(|real| real.file_name().is_some_and(|name| name.to_string_lossy().contains("cache")))
    };
    NAMES.iter().any(|name| leads_to_cache(name))
}

/// The names of all compilers in some folders, and where the first of each name is.
fn compilers(folders: &[PathBuf]) -> BTreeMap<OsString, PathBuf> {
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut found = BTreeMap::new();
    for entry in entries.filter(|entry| is_compiler(&entry.file_name())) {
        found.entry(entry.file_name()).or_insert_with(|| entry.path());
    }
    found
}

fn is_compiler(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let is_version =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    NAMES.iter().any(|known| {
        name == *known
            || name.strip_prefix(known).and_then(|rest| rest.strip_prefix('-')).is_some_and(is_version)
            || name.strip_suffix(known).is_some_and(|target| target.ends_with("-linux-gnu-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_are_told_from_what_is_named_after_them() {
        for name in ["gcc", "g++", "clang-19", "clang++-14", "gcc-12", "x86_64-linux-gnu-gcc"] {
            assert!(is_compiler(OsStr::new(name)), "{name}");
        }
        for name in ["gcc-ar", "clang-tidy-14", "clang-format", "gccgo", "cc1", "clang-"] {
            assert!(!is_compiler(OsStr::new(name)), "{name}");
        }
    }
}

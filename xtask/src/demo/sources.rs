//! Brings the projects' sources to `target/demo/<project>/src`. Other people's come by way of the crate registry or the
//! system's package manager: nothing of them is kept in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::demo::project::{Build, Origin, Project};
use crate::demo::{cargo, makefile};
use crate::process;
use crate::workspace::Workspace;

/// Fetches, copies and writes everything that is compiled.
pub(crate) fn fetch(workspace: &Workspace, projects: &[Project], demo: &Path) -> Result<()> {
    let crates = vendor(&crates(projects), &demo.join("crates"))?;
    for project in projects {
        let folder = demo.join(project.name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        for sources in &project.sources {
            let from = root(sources.origin, workspace, &crates)?.join(sources.folder);
            let to = folder.join("src").join(sources.name);
            fs::create_dir_all(to.parent().unwrap_or(&folder)).with_context(|| to.display().to_string())?;
            copy(&from, &to)?;
        }
        match &project.build {
            Build::Make { compiled, besides, flags } => {
                let text = makefile::text(&folder, compiled, besides, flags)?;
                fs::write(folder.join("Makefile"), text).context("Makefile")?;
            }
            Build::CMake { .. } => {}
            Build::Cargo { .. } => cargo::prepare(&folder.join("src"))?,
        }
    }
    Ok(())
}

/// Where the folders of an origin begin.
fn root(origin: Origin, workspace: &Workspace, crates: &Path) -> Result<PathBuf> {
    Ok(match origin {
        Origin::Crate(name, version) => crate_folder(crates, &format!("{name}-{version}"))?,
        Origin::Workspace => workspace.root.clone(),
        Origin::System => PathBuf::from("/"),
    })
}

/// The folder of a crate, whose name may end with more of its version: `zstd-sys-2.1.2+zstd.1.5.7`.
pub(crate) fn crate_folder(crates: &Path, name: &str) -> Result<PathBuf> {
    let is_it = |folder: &str| folder.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'));
    for entry in fs::read_dir(crates).with_context(|| crates.display().to_string())? {
        let entry = entry?;
        if is_it(&entry.file_name().to_string_lossy()) {
            return Ok(entry.path());
        }
    }
    bail!("cargo laid no {name} into {}", crates.display())
}

/// Has cargo lay crates, and what they need, side by side. Those without a library are never named by `cargo metadata`.
pub(crate) fn vendor(wanted: &BTreeSet<(&str, &str)>, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let manifest = folder.join("Cargo.toml");
    fs::write(&manifest, manifest_text(wanted)).with_context(|| manifest.display().to_string())?;
    fs::write(folder.join("lib.rs"), "").context("lib.rs")?;
    let crates = folder.join("vendor");
    let mut cargo = process::cargo();
    cargo.args(["vendor", "--quiet", "--versioned-dirs", "--manifest-path"]).arg(&manifest).arg(&crates);
    process::announce(&cargo);
    // What it prints are settings by which a build would use them.
    process::output(&mut cargo)?;
    Ok(crates)
}

/// Names and versions of the crates that projects are made of.
fn crates(projects: &[Project]) -> BTreeSet<(&'static str, &'static str)> {
    let origins = projects.iter().flat_map(|project| &project.sources).map(|sources| sources.origin);
    let wanted = |origin| match origin {
        Origin::Crate(name, version) => Some((name, version)),
        Origin::Workspace | Origin::System => None,
    };
    origins.filter_map(wanted).collect()
}

/// A package of its own workspace that only depends.
fn manifest_text(wanted: &BTreeSet<(&str, &str)>) -> String {
    let package = "[package]\nname = \"demo-sources\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    let lines: String = wanted.iter().map(|(name, version)| format!("{name} = \"={version}\"\n")).collect();
    format!("{package}[workspace]\n[dependencies]\n{lines}")
}

/// Copies a file, or a folder with all that is in it; what is a link there is a file or a folder here.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        return fs::copy(from, to).map(drop).with_context(|| from.display().to_string());
    }
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_found_whatever_its_version_says_of_its_build() {
        let crates = tempfile::tempdir().unwrap();
        for name in ["zstd-sys-2.1.2+zstd.1.5.7", "zstd-sys-2.1.20", "zstd-2.1.2"] {
            fs::create_dir(crates.path().join(name)).unwrap();
        }
        let found = |name| crate_folder(crates.path(), name).ok().and_then(|folder| folder.file_name().map(Into::into));
        let names = ["zstd-sys-2.1.2", "zstd-2.1.2", "zstd-sys-2.1"].map(found);
        assert_eq!(
            names,
            [Some("zstd-sys-2.1.2+zstd.1.5.7".into()), Some(std::ffi::OsString::from("zstd-2.1.2")), None]
        );
    }
}

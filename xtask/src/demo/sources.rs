//! Brings the projects' sources to `target/demo/<project>/src`. Other people's come by way of the crate registry or the
//! system's package manager: nothing of them is kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::demo::makefile;
use crate::demo::project::{Build, Origin, Project};
use crate::process;
use crate::workspace::Workspace;

/// Fetches, copies and writes everything that is compiled.
pub(crate) fn fetch(workspace: &Workspace, projects: &[Project], demo: &Path) -> Result<()> {
    let metadata = fetch_crates(projects, &demo.join("crates"))?;
    for project in projects {
        let folder = demo.join(project.name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        for sources in &project.sources {
            let from = root(sources.origin, workspace, &metadata)?.join(sources.folder);
            copy(&from, &folder.join("src").join(sources.name))?;
        }
        if let Build::Make { compiled, besides, flags } = &project.build {
            let text = makefile::text(&folder, compiled, besides, flags)?;
            fs::write(folder.join("Makefile"), text).context("Makefile")?;
        }
    }
    Ok(())
}

/// Where the folders of an origin begin.
fn root(origin: Origin, workspace: &Workspace, metadata: &Metadata) -> Result<PathBuf> {
    match origin {
        Origin::Crate(name, _) => {
            let package = metadata.packages.iter().find(|package| package.name.as_str() == name);
            let package = package.with_context(|| format!("cargo did not fetch {name}"))?;
            Ok(package.manifest_path.with_file_name("").into_std_path_buf())
        }
        Origin::Workspace => Ok(workspace.root.clone()),
        Origin::System => Ok(PathBuf::from("/")),
    }
}

/// Has cargo fetch the crates, and asks it where they are.
fn fetch_crates(projects: &[Project], folder: &Path) -> Result<Metadata> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let manifest = folder.join("Cargo.toml");
    fs::write(&manifest, manifest_text(projects)).with_context(|| manifest.display().to_string())?;
    fs::write(folder.join("lib.rs"), "").context("lib.rs")?;
    process::run(process::cargo().args(["fetch", "--manifest-path"]).arg(&manifest))?;
    MetadataCommand::new().manifest_path(&manifest).exec().context("cargo metadata")
}

/// A package of its own workspace that only depends.
fn manifest_text(projects: &[Project]) -> String {
    let mut text = String::from("[package]\nname = \"demo-sources\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n");
    text.push_str("[workspace]\n[dependencies]\n");
    for sources in projects.iter().flat_map(|project| &project.sources) {
        if let Origin::Crate(name, version) = sources.origin {
            text.push_str(&format!("{name} = \"={version}\"\n"));
        }
    }
    text
}

/// Copies a folder with all that is in it; what is a link there is a file or a folder here.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let destination = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &destination)?;
        } else {
            fs::copy(entry.path(), &destination).with_context(|| destination.display().to_string())?;
        }
    }
    Ok(())
}

//! Brings a project's sources to a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::demo::{crate_folder, prepare_cargo, vendor};
use crate::process;
use crate::survey::debian::Apt;
use crate::survey::masquerade;
use crate::survey::project::{Project, Source};

/// Fetches and unpacks into `folder`, which is empty, and says where the tree is, and which version.
pub(crate) fn fetch(project: &Project, folder: &Path, apt: &Path) -> Result<(PathBuf, String)> {
    match project.source {
        Source::Debian(name) => Apt::new(apt)?.source(name, folder),
        Source::Package { name, archive } => {
            let version = Apt::new(apt)?.package(name, folder)?;
            let unpacked = folder.join("unpacked");
            fs::create_dir(&unpacked).with_context(|| unpacked.display().to_string())?;
            let archive = folder.join(archive);
            process::run(Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(&unpacked))?;
            Ok((only_folder(&unpacked)?, version))
        }
        Source::Crate(name, version) => {
            let crates = vendor(&BTreeSet::from([(name, version)]), &folder.join("crates"))?;
            let tree = folder.join(name);
            let from = crate_folder(&crates, &format!("{name}-{version}"))?;
            process::run(Command::new("cp").arg("-a").args([&from, &tree]))?;
            prepare_cargo(&tree)?;
            Ok((tree, version.to_owned()))
        }
        Source::Python(name, version) => {
            let python = python(folder.parent().unwrap_or(folder));
            let mut pip = Command::new(&python);
            // It calls the tool that would build the project.
            let programs = python.parent().map(Path::to_owned).into_iter().collect::<Vec<_>>();
            pip.env("PATH", masquerade::path(&programs)?);
            pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]);
            process::run(pip.arg("--dest").arg(folder).arg(format!("{name}=={version}")))?;
            let archive = fs::read_dir(folder)?.next().context("pip downloaded nothing")??.path();
            process::run(Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(folder))?;
            let tree = only_folder(folder)?;
            prepare_cargo(&tree)?;
            Ok((tree, version.to_owned()))
        }
    }
}

/// Python with the programs of a project's wheels, in a folder of its own.
pub(crate) fn install_wheels(project: &Project, folder: &Path) -> Result<()> {
    if project.wheels.is_empty() {
        return Ok(());
    }
    let python = python(folder);
    if !python.exists() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("python")))?;
    }
    process::run(Command::new(python).args(["-m", "pip", "install", "--quiet"]).args(project.wheels))
}

/// Where that Python is.
fn python(folder: &Path) -> PathBuf {
    folder.join("python/bin/python")
}

fn only_folder(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.into_iter().find(|path| path.is_dir()).with_context(|| format!("no folder in {}", folder.display()))
}

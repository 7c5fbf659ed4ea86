//! The trees of one project: the one that was prepared once, and the copy of it that is built.
//!
//! All builds are made at the same path, since paths are part of results, in a copy that keeps the times of files: what is
//! compiled is old, as in a tree that was unpacked some time ago. Sources that were written a moment before a compile are
//! what the tests have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::process;
use crate::survey::project::Project;
use crate::survey::shell::Shell;
use crate::survey::source;

/// How long a copy is left alone. The times of change of its files are those of the copying; a file that was changed less than
/// two seconds before a compile counts as young.
const AGE: Duration = Duration::from_millis(2500);

/// The folder of a project.
pub(crate) struct Trees {
    folder: PathBuf,
}

/// What is known of a prepared tree, written when it is complete.
#[derive(Deserialize, Serialize)]
struct Prepared {
    recipe: String,
    version: String,
}

impl Trees {
    /// In `folder`, which need not be there.
    pub(crate) fn new(folder: &Path) -> Trees {
        Trees { folder: folder.to_owned() }
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where everything is built.
    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Where the bare compiler's tree is kept.
    pub(crate) fn bare(&self) -> PathBuf {
        self.folder.join("bare")
    }

    /// Where compilers are found.
    pub(crate) fn links(&self) -> PathBuf {
        self.folder.join("links")
    }

    /// Where files that differ are kept.
    pub(crate) fn different(&self) -> PathBuf {
        self.folder.join("different")
    }

    fn prepared(&self) -> PathBuf {
        self.folder.join("prepared")
    }

    /// Sources as they are before each build, from an earlier run if they were made by the same recipe. Says the version.
    pub(crate) fn prepare(&self, project: &Project, apt: &Path, jobs: usize) -> Result<String> {
        let note = self.folder.join("prepared.json");
        let recipe = project.recipe();
        let known = fs::read(&note).ok().and_then(|json| serde_json::from_slice::<Prepared>(&json).ok());
        for folder in [self.tree(), self.bare(), self.different()] {
            remove(&folder)?;
        }
        if let Some(known) = known.filter(|known| known.recipe == recipe && self.prepared().is_dir()) {
            return Ok(known.version);
        }
        // The note goes first: it says that all is there.
        if note.exists() {
            fs::remove_file(&note).with_context(|| note.display().to_string())?;
        }
        let fetched = self.folder.join("fetched");
        for folder in [self.prepared(), fetched.clone()] {
            remove(&folder)?;
        }
        fs::create_dir_all(&fetched).with_context(|| fetched.display().to_string())?;
        source::install_wheels(project, &self.folder)?;
        let (source, version) = source::fetch(project, &fetched, apt)?;
        fs::rename(&source, self.tree()).with_context(|| source.display().to_string())?;
        remove(&fetched)?;
        Shell::bare(project, self)?.run(project.prepare, jobs, "prepare")?;
        fs::rename(self.tree(), self.prepared()).context("the prepared tree")?;
        let json = serde_json::to_vec(&Prepared { recipe, version: version.clone() }).context("a note as JSON")?;
        fs::write(&note, json).with_context(|| note.display().to_string())?;
        Ok(version)
    }

    /// Puts a copy of the prepared tree where everything is built, and waits until its files are old.
    pub(crate) fn copy_anew(&self) -> Result<()> {
        remove(&self.tree())?;
        let mut copy = Command::new("cp");
        let status = copy.arg("-a").args([self.prepared(), self.tree()]).status();
        process::checked(&copy, status)?;
        // What is still to be written must not be written in the time of the build.
        rustix::fs::sync();
        thread::sleep(AGE);
        Ok(())
    }

    /// Keeps what was built as the bare compiler's.
    pub(crate) fn keep_as_bare(&self) -> Result<()> {
        remove(&self.bare())?;
        fs::rename(self.tree(), self.bare()).context("the bare compiler's tree")
    }

    /// Removes what was built.
    pub(crate) fn remove_tree(&self) -> Result<()> {
        remove(&self.tree())
    }

    /// Removes what the bare compiler built.
    pub(crate) fn remove_bare(&self) -> Result<()> {
        remove(&self.bare())
    }

    /// The files of a tree that a build has made or changed.
    pub(crate) fn made(&self, tree: &Path) -> Result<BTreeSet<PathBuf>> {
        let mut made = BTreeSet::new();
        find_made(tree, Some(&self.prepared()), Path::new(""), &mut made)?;
        Ok(made)
    }
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

/// Adds the regular files below `folder` that are others than those below `before`, by size and time.
fn find_made(folder: &Path, before: Option<&Path>, at: &Path, made: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let before = before.map(|before| before.join(&name)).filter(|before| before.symlink_metadata().is_ok());
        let metadata = entry.metadata().with_context(|| path.display().to_string())?;
        if metadata.is_dir() {
            find_made(&path, before.as_deref(), &at.join(&name), made)?;
        } else if metadata.is_file() {
            let before = before.and_then(|before| before.symlink_metadata().ok());
            let is_same = before.is_some_and(|before| {
                before.len() == metadata.len() && before.modified().ok() == metadata.modified().ok()
            });
            if !is_same {
                made.insert(at.join(&name));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_is_what_was_written_and_not_what_was_copied() {
        let folder = tempfile::tempdir().unwrap();
        let trees = Trees::new(folder.path());
        fs::create_dir_all(trees.prepared().join("src")).unwrap();
        for name in ["src/a.c", "src/b.c"] {
            fs::write(trees.prepared().join(name), "int x;").unwrap();
        }
        trees.copy_anew().unwrap();
        assert!(trees.made(&trees.tree()).unwrap().is_empty());
        fs::write(trees.tree().join("src/b.c"), "int y;").unwrap();
        fs::create_dir(trees.tree().join("out")).unwrap();
        fs::write(trees.tree().join("out/a.o"), "").unwrap();
        let made: Vec<_> = trees.made(&trees.tree()).unwrap().into_iter().collect();
        assert_eq!(made, [PathBuf::from("out/a.o"), PathBuf::from("src/b.c")]);
    }
}

//! What a build made: the files below `out`, told apart from those that were there before, and compared on disk, since all
//! of them would not fit into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// What Ninja keeps for itself, and must find again.
const BOOKKEEPING: [&str; 2] = [".ninja_log", ".ninja_deps"];

/// What cargo and rustc keep for themselves, in an order or by names that are others each time.
const NOTES: [&str; 3] = [".fingerprint", ".rustc_info.json", "incremental"];

/// Outputs of the compiler, each of one unit.
const UNITS: [&str; 3] = ["o", "gch", "pch"];

/// The files of a build, in a folder that they were left in or moved to.
pub(crate) struct Outputs {
    /// Where they are.
    folder: PathBuf,
    /// Their paths from there on.
    paths: BTreeSet<PathBuf>,
}

impl Outputs {
    /// The files below a folder, but for those that are to be left out.
    pub(crate) fn find(folder: &Path, but: &BTreeSet<PathBuf>) -> Result<Outputs> {
        let mut paths = BTreeSet::new();
        find(folder, folder, &mut paths)?;
        paths.retain(|path| !but.contains(path) && !BOOKKEEPING.iter().any(|name| path == Path::new(name)));
        Ok(Outputs { folder: folder.to_owned(), paths })
    }

    /// The paths of all.
    pub(crate) fn paths(&self) -> &BTreeSet<PathBuf> {
        &self.paths
    }

    /// The paths of objects and precompiled headers.
    pub(crate) fn units(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().filter(|path| UNITS.iter().any(|suffix| has_suffix(path, suffix)))
    }

    /// When each unit's output was written.
    pub(crate) fn times(&self) -> Result<BTreeMap<PathBuf, SystemTime>> {
        let time = |path: &PathBuf| Ok((path.clone(), fs::metadata(self.folder.join(path))?.modified()?));
        self.units().map(time).collect::<Result<_, std::io::Error>>().context("the time of an output")
    }

    /// Moves them to another folder, where they are out of the way and can be looked at.
    pub(crate) fn set_aside(self, folder: &Path) -> Result<Outputs> {
        for path in &self.paths {
            let (from, to) = (self.folder.join(path), folder.join(path));
            fs::create_dir_all(to.parent().unwrap_or(folder)).with_context(|| to.display().to_string())?;
            fs::rename(&from, &to).with_context(|| from.display().to_string())?;
        }
        remove_empty(&self.folder)?;
        Ok(Outputs { folder: folder.to_owned(), paths: self.paths })
    }

    /// Removes them.
    pub(crate) fn remove(self) -> Result<()> {
        for path in &self.paths {
            let path = self.folder.join(path);
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        remove_empty(&self.folder)
    }

    /// Which are missing, too many or of other content than those of another build, leaving out a suffix.
    pub(crate) fn differences(&self, expected: &Outputs, but: Option<&str>) -> Vec<PathBuf> {
        let all = expected.paths.union(&self.paths).filter(|path| !is_note(path));
        let all = all.filter(|path| !but.is_some_and(|but| has_suffix(path, but)));
        all.filter(|path| !same(&self.folder.join(path), &expected.folder.join(path))).cloned().collect()
    }
}

/// Whether a path ends in `.<suffix>`.
fn has_suffix(path: &Path, suffix: &str) -> bool {
    path.extension() == Some(OsStr::new(suffix))
}

/// Whether it lies in a folder of notes, or is one.
fn is_note(path: &Path) -> bool {
    path.components().any(|part| NOTES.iter().any(|note| part.as_os_str() == *note))
}

/// Removes every folder that holds no file: a build tool takes what it finds for its own, and what it makes anew takes time.
fn remove_empty(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty(&entry.path())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != ErrorKind::DirectoryNotEmpty => {
            Err(error).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}

/// Whether both files are there and hold the same.
fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Adds every file below a folder to `paths`, from `root` on.
fn find(root: &Path, folder: &Path, paths: &mut BTreeSet<PathBuf>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            find(root, &path, paths)?;
        } else {
            paths.insert(path.strip_prefix(root).unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}

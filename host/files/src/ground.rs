//! The folders that names are looked for in, each looked at once, and which of the names they turn out not to have.
//!
//! An absence is vouched for by the deepest folder that exists above the name. For `sys/x` looked for in a folder D: where
//! D has no `sys`, that is (D, `sys`); where D's `sys` is no folder, (D, `sys/x`); where it is one, (D/sys, `x`). A folder
//! D that does not exist is taken apart in the same way. One stat of the folder later tells that all its names are still
//! absent.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use zccache_model::manifest::Absences;
use zccache_model::path;
use zccache_model::plan::FileKind;

use crate::error::Unsure;
use crate::files::{FileId, Files};
use crate::names::Names;
use crate::place::Place;
use crate::unix::{self, Entry};

/// What is at a path that a tool may have tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    Absent,
    Folder,
    /// A file, or a device that reads like one.
    Find,
}

/// A folder that a name was looked for in, as it was spelled.
struct Ground<'n> {
    folder: String,
    is: Is,
    /// Names that it does not have; some may stand here more than once.
    absent: Vec<Cow<'n, str>>,
    /// What has a name in it.
    present: HashMap<Cow<'n, str>, Candidate>,
}

/// What is there.
enum Is {
    /// A folder, and all names in it where they are known.
    Folder(FileId, Option<Arc<Names>>),
    /// Nothing: the ground of this index, a folder, does not have a name on the way.
    Missing,
    /// It, or a path above it, is something else than a folder: `name` in the ground of this index.
    NoFolder { above: usize, name: String },
}

/// Everything that was looked for. `'n`: the names live as long.
pub(crate) struct Grounds<'a, 'n> {
    files: &'a Files,
    place: &'a Place<'a>,
    by_path: HashMap<String, usize>,
    grounds: Vec<Ground<'n>>,
    /// A path that is looked at.
    whole: PathBuf,
}

impl<'a, 'n> Grounds<'a, 'n> {
    pub(crate) fn new(files: &'a Files, place: &'a Place<'a>) -> Self {
        Grounds { files, place, by_path: HashMap::new(), grounds: Vec::new(), whole: PathBuf::new() }
    }

    /// What is at `name` in `folder`. That nothing is there is remembered for [`Grounds::absences`].
    pub(crate) fn look(&mut self, folder: &str, name: &'n str) -> Result<Candidate, Unsure> {
        let (folder, name) = apart(folder, name);
        let index = self.ground(&folder)?;
        let ground = &mut self.grounds[index];
        match &ground.is {
            Is::Missing => return Ok(Candidate::Absent),
            Is::NoFolder { above, name: file } => {
                let (above, below) = (*above, path::join(file, name));
                self.grounds[above].absent.push(below.into());
                return Ok(Candidate::Absent);
            }
            Is::Folder(_, Some(names)) if names.lack(name) => {
                ground.absent.push(name.into());
                return Ok(Candidate::Absent);
            }
            Is::Folder(..) => {}
        }
        if let Some(known) = ground.present.get(name) {
            return Ok(*known);
        }
        let path = path::join(&ground.folder, name);
        self.place.at_into(&path, &mut self.whole);
        let found = candidate(&path, &self.whole)?;
        if found == Candidate::Absent {
            ground.absent.push(name.into());
        } else {
            ground.present.insert(name.into(), found);
        }
        Ok(found)
    }

    /// Whether there is a file at `name` in `folder`. For [`Grounds::absences`] nothing is remembered.
    pub(crate) fn find(&mut self, folder: &str, name: &str) -> Result<bool, Unsure> {
        let (folder, name) = apart(folder, name);
        let index = self.ground(&folder)?;
        let ground = &mut self.grounds[index];
        match &ground.is {
            Is::Missing | Is::NoFolder { .. } => return Ok(false),
            Is::Folder(_, Some(names)) if names.lack(name) => return Ok(false),
            Is::Folder(..) => {}
        }
        if let Some(known) = ground.present.get(name) {
            return Ok(*known == Candidate::Find);
        }
        let path = path::join(&ground.folder, name);
        self.place.at_into(&path, &mut self.whole);
        let found = candidate(&path, &self.whole)?;
        if found != Candidate::Absent {
            ground.present.insert(name.to_owned().into(), found);
        }
        Ok(found == Candidate::Find)
    }

    /// Which folder is at a path; none: there is none, or it cannot be told.
    pub(crate) fn folder(&mut self, folder: &str) -> Option<FileId> {
        let index = self.ground(folder).ok()?;
        match self.grounds[index].is {
            Is::Folder(id, _) => Some(id),
            Is::Missing | Is::NoFolder { .. } => None,
        }
    }

    /// All names that were not there, by the folders that vouch for them: folders and names sorted.
    pub(crate) fn absences(self) -> Vec<Absences> {
        let lacking = self.grounds.into_iter().filter(|ground| !ground.absent.is_empty());
        let mut absences: Vec<Absences> = lacking
            .map(|Ground { folder, mut absent, .. }| {
                absent.sort_unstable();
                absent.dedup();
                Absences { folder, names: absent.into_iter().map(Cow::into_owned).collect() }
            })
            .collect();
        absences.sort_unstable_by(|one, other| one.folder.cmp(&other.folder));
        absences
    }

    /// The index of a folder, which need not be there.
    fn ground(&mut self, folder: &str) -> Result<usize, Unsure> {
        if let Some(known) = self.by_path.get(folder) {
            return Ok(*known);
        }
        let is = self.look_at_folder(folder)?;
        let index = self.grounds.len();
        self.grounds.push(Ground { folder: folder.to_owned(), is, absent: Vec::new(), present: HashMap::new() });
        self.by_path.insert(folder.to_owned(), index);
        Ok(index)
    }

    fn look_at_folder(&mut self, folder: &str) -> Result<Is, Unsure> {
        let whole = self.place.at(folder);
        let unreadable = |source: io::Error| Unsure::Unreadable { path: folder.to_owned(), source };
        let itself = unix::lstat_if_there(&whole).map_err(unreadable)?;
        let found = match itself {
            Some(Entry::Itself(stamp)) => Some(stamp),
            Some(Entry::Link(_)) => unix::stat_if_there(&whole).map_err(unreadable)?,
            None => None,
        };
        if let Some(stamp) = found.filter(|stamp| stamp.kind == FileKind::Folder) {
            return Ok(Is::Folder(stamp.file(), self.files.names_of_quiet(&whole, &stamp)));
        }
        if matches!(itself, Some(Entry::Link(_))) {
            // Where it leads, a folder can come into being without a change of the folder that holds the link.
            return Err(Unsure::DanglingLink { path: folder.to_owned() });
        }
        let (above, name) = (path::parent(folder), path::file_name(folder));
        if folder.is_empty() || above == folder {
            // Not even the working directory or the root is there.
            return Err(unreadable(io::ErrorKind::NotFound.into()));
        }
        let above = self.ground(above)?;
        Ok(match &self.grounds[above].is {
            Is::Folder(..) if found.is_some() => Is::NoFolder { above, name: name.to_owned() },
            Is::Folder(..) => {
                self.grounds[above].absent.push(name.to_owned().into());
                Is::Missing
            }
            Is::Missing => Is::Missing,
            Is::NoFolder { above, name: file } => Is::NoFolder { above: *above, name: path::join(file, name) },
        })
    }
}

/// The folder that would hold `name` as it is looked for in `folder`, and the last component of the name.
fn apart<'f, 'm>(folder: &'f str, name: &'m str) -> (Cow<'f, str>, &'m str) {
    if !name.contains('/') {
        return (folder.into(), name);
    }
    let folder = path::join(folder, path::parent(name));
    (folder.into(), path::file_name(name))
}

fn candidate(path: &str, whole: &std::path::Path) -> Result<Candidate, Unsure> {
    let unreadable = |source: io::Error| Unsure::Unreadable { path: path.to_owned(), source };
    let stamp = match unix::lstat_if_there(whole).map_err(unreadable)? {
        None => return Ok(Candidate::Absent),
        Some(Entry::Itself(stamp)) => Some(stamp),
        Some(Entry::Link(_)) => unix::stat_if_there(whole).map_err(unreadable)?,
    };
    match stamp {
        None => Err(Unsure::DanglingLink { path: path.to_owned() }),
        Some(stamp) if stamp.kind == FileKind::Folder => Ok(Candidate::Folder),
        Some(_) => Ok(Candidate::Find),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::place::tests::place;

    fn grouped(paths: &[&str]) -> Result<Vec<(String, Vec<String>)>, Unsure> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("d/has")).unwrap();
        std::fs::write(folder.path().join("d/file"), "").unwrap();
        symlink("nowhere", folder.path().join("d/dangling")).unwrap();
        symlink("file", folder.path().join("d/link")).unwrap();
        let (files, place) = (Files::new(), place(folder.path()));
        let mut grounds = Grounds::new(&files, &place);
        for path in paths {
            assert_eq!(grounds.look("", path)?, Candidate::Absent);
        }
        Ok(grounds.absences().into_iter().map(|absences| (absences.folder, absences.names)).collect())
    }

    #[test]
    fn the_deepest_folder_that_exists_vouches_for_a_name() {
        for (path, folder, name) in [
            ("x", "", "x"),
            ("sys/x", "", "sys"),
            ("d/x", "d", "x"),
            ("d//x", "d/", "x"),
            ("d/sys/x", "d", "sys"),
            ("d/sys/deep/x", "d", "sys"),
            ("d/has/x", "d/has", "x"),
            ("d/has/../x", "d/has/..", "x"),
            ("d/file/x", "d", "file/x"),
            ("d/file/deep/x", "d", "file/deep/x"),
            ("gone/deep/x", "", "gone"),
            ("/zccache-is-not-here/x", "/", "zccache-is-not-here"),
        ] {
            assert_eq!(grouped(&[path]).unwrap(), [(folder.to_owned(), vec![name.to_owned()])], "{path}");
        }
    }

    #[test]
    fn names_are_sorted_and_each_stands_once() {
        let grouped = grouped(&["d/y", "x", "d/sys/a", "d/x", "d/sys/b", "d/y"]).unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(grouped, [(String::new(), names(&["x"])), ("d".to_owned(), names(&["sys", "x", "y"]))]);
    }

    #[test]
    fn a_link_that_leads_to_no_folder_cannot_be_vouched_for() {
        for path in ["d/dangling/x", "d/link/x"] {
            assert!(matches!(grouped(&[path]), Err(Unsure::DanglingLink { .. })), "{path}");
        }
    }
}

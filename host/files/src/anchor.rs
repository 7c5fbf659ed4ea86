//! Which folder vouches for an absence: the deepest one that exists above the name.
//!
//! For `sys/x` looked for in a folder D: where D has no `sys`, that is (D, `sys`); where D's `sys` is no folder, (D,
//! `sys/x`); where it is one, (D/sys, `x`). A folder D that does not exist is taken apart in the same way. One stat of
//! the folder later tells that all its names are still absent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use zccache_model::manifest::Absences;
use zccache_model::path;
use zccache_model::plan::FileKind;

use crate::error::Unsure;
use crate::place::Place;
use crate::unix;

/// What is at a path that a name was looked for below.
#[derive(Clone, Debug)]
enum Ground {
    Folder,
    /// Nothing: `folder` exists and does not have `name`.
    Missing {
        folder: String,
        name: String,
    },
    /// The path, or one above it, is something else than a folder: an entry of `folder`.
    NoFolder {
        folder: String,
    },
}

/// Groups absent paths by the folder that vouches for them.
pub(crate) struct Anchors<'a> {
    place: &'a Place<'a>,
    grounds: HashMap<String, Ground>,
    absences: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Anchors<'a> {
    pub(crate) fn new(place: &'a Place<'a>) -> Self {
        Anchors { place, grounds: HashMap::new(), absences: BTreeMap::new() }
    }

    /// Adds a path at which nothing is.
    pub(crate) fn add(&mut self, absent: &str) -> Result<(), Unsure> {
        let folder = path::parent(absent);
        let (folder, name) = match self.ground(folder)? {
            Ground::Folder => (folder.to_owned(), path::file_name(absent).to_owned()),
            Ground::Missing { folder, name } => (folder, name),
            Ground::NoFolder { folder } => {
                let name = absent[folder.len()..].trim_start_matches('/').to_owned();
                (folder, name)
            }
        };
        self.absences.entry(folder).or_default().insert(name);
        Ok(())
    }

    /// All of them: folders and names sorted.
    pub(crate) fn finish(self) -> Vec<Absences> {
        let sorted = self.absences.into_iter();
        sorted.map(|(folder, names)| Absences { folder, names: names.into_iter().collect() }).collect()
    }

    fn ground(&mut self, folder: &str) -> Result<Ground, Unsure> {
        if let Some(ground) = self.grounds.get(folder) {
            return Ok(ground.clone());
        }
        let ground = self.look(folder)?;
        self.grounds.insert(folder.to_owned(), ground.clone());
        Ok(ground)
    }

    fn look(&mut self, folder: &str) -> Result<Ground, Unsure> {
        let whole = self.place.at(folder);
        let unreadable = |source: io::Error| Unsure::Unreadable { path: folder.to_owned(), source };
        let itself = unix::lstat_if_there(&whole).map_err(unreadable)?;
        let found = unix::stat_if_there(&whole).map_err(unreadable)?;
        if found.is_some_and(|stamp| stamp.kind == FileKind::Folder) {
            return Ok(Ground::Folder);
        }
        if matches!(itself, Some(unix::Entry::Link(_))) {
            // Where it leads, a folder can come into being without a change of the folder that holds the link.
            return Err(Unsure::DanglingLink { path: folder.to_owned() });
        }
        let (above, name) = (path::parent(folder).to_owned(), path::file_name(folder).to_owned());
        if folder.is_empty() || (above == folder) {
            // Not even the working directory or the root is there.
            return Err(unreadable(io::ErrorKind::NotFound.into()));
        }
        Ok(match self.ground(&above)? {
            Ground::Folder if found.is_some() => Ground::NoFolder { folder: above },
            Ground::Folder => Ground::Missing { folder: above, name },
            below => below,
        })
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
        let place = place(folder.path());
        let mut anchors = Anchors::new(&place);
        for path in paths {
            anchors.add(path)?;
        }
        Ok(anchors.finish().into_iter().map(|absences| (absences.folder, absences.names)).collect())
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

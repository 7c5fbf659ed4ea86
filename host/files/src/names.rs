//! Which names a folder has: what is not among them is not there, without a look at each.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::Arc;

use zccache_model::limits;

use crate::files::Files;
use crate::quiet;
use crate::stamp::Stamp;
use crate::unix;

/// What is known of the names in a folder.
#[derive(Debug)]
pub(crate) enum Names {
    /// All of them.
    All(HashSet<OsString>),
    /// More than are remembered.
    TooMany,
}

impl Names {
    /// Whether nothing has this name. False: that is to be looked at.
    pub(crate) fn lack(&self, name: &str) -> bool {
        // These are in no listing, and there all the same.
        let is_listed = !["", ".", ".."].contains(&name);
        match self {
            Names::All(names) => is_listed && !names.contains(OsStr::new(name)),
            Names::TooMany => false,
        }
    }
}

impl Files {
    /// The names in a folder that has been left alone for long enough, remembered under its stamp. None: it has not, and
    /// they are not worth reading for the moment.
    pub(crate) fn names_of_quiet(&self, folder: &Path, stamp: &Stamp) -> Option<Arc<Names>> {
        if let Some((known, names)) = self.names.get(&stamp.file())
            && known == *stamp
        {
            return Some(names);
        }
        // What comes or goes after the stamp was taken changes it, if it was quiet at a time before that. `stamp` was taken
        // before this clock is read, so it is taken again.
        let now = (self.clock)();
        if unix::stat(folder).ok()? != *stamp || !quiet::vouches_at(stamp, now, folder) {
            return None;
        }
        let names = Arc::new(read(folder).ok()?);
        self.names.insert(stamp.file(), (*stamp, Arc::clone(&names)));
        Some(names)
    }

    /// The names in a folder that had this stamp a moment ago; none where they cannot be read.
    pub(crate) fn names_now(&self, folder: &Path, stamp: &Stamp) -> Option<Arc<Names>> {
        self.names_of_quiet(folder, stamp).or_else(|| read(folder).ok().map(Arc::new))
    }
}

fn read(folder: &Path) -> io::Result<Names> {
    let mut names = HashSet::new();
    for entry in std::fs::read_dir(folder)? {
        if names.len() >= limits::FOLDER_NAMES {
            return Ok(Names::TooMany);
        }
        names.insert(entry?.file_name());
    }
    Ok(Names::All(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(files: &Files, folder: &Path, name: &str) -> Option<bool> {
        let stamp = unix::stat(folder).unwrap();
        files.names_of_quiet(folder, &stamp).map(|names| names.lack(name))
    }

    #[test]
    fn a_quiet_folder_tells_what_it_does_not_have_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "").unwrap();
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        assert_eq!(lacks(&files, folder.path(), "x"), Some(false));
        assert_eq!(lacks(&files, folder.path(), "y"), Some(true));
        crate::clock::tests::next_tick();
        std::fs::write(folder.path().join("y"), "").unwrap();
        assert_eq!(lacks(&files, folder.path(), "y"), Some(false));
    }

    #[test]
    fn a_folder_that_was_just_changed_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let ctime = unix::stat(folder.path()).unwrap().ctime;
        let files = Files::with_clock(move || ctime + 4_000_000);
        assert_eq!(lacks(&files, folder.path(), "x"), None);
    }

    #[test]
    fn names_that_stand_in_no_listing_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        for name in ["", ".", ".."] {
            assert_eq!(lacks(&files, folder.path(), name), Some(false), "{name:?}");
        }
    }

    #[test]
    fn more_names_than_are_remembered_tell_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for name in 0..=limits::FOLDER_NAMES {
            std::fs::write(folder.path().join(name.to_string()), "").unwrap();
        }
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        assert_eq!(lacks(&files, folder.path(), "x"), Some(false));
    }
}

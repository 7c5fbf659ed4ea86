//! Names that are not in a folder, and how to know it with one stat.

use std::path::{Path, PathBuf};

use zccache_model::digest::Digest;
use zccache_model::manifest::Absences;
use zccache_model::plan::FileKind;

use crate::files::Files;
use crate::place::Place;
use crate::quiet;
use crate::stamp::Stamp;
use crate::unix;

/// Buffers that one check uses again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) path: PathBuf,
    names: Vec<u8>,
}

impl Files {
    /// Whether the folder still has none of the names. A folder that is gone has none.
    pub(crate) fn still_absent(&self, place: &Place<'_>, absences: &Absences, scratch: &mut Scratch) -> bool {
        place.at_into(&absences.folder, &mut scratch.path);
        if let Some(survey) = place.survey {
            survey.claim_absences(&scratch.path, &absences.names);
        }
        let stamp = match unix::stat_if_there(&scratch.path) {
            Ok(Some(stamp)) => stamp,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let names = names_digest(absences, &mut scratch.names);
        if stamp.kind == FileKind::Folder && self.absent.get(&(stamp.file(), names)) == Some(stamp) {
            // What lies below a name is not vouched for by the folder.
            return absences
                .names
                .iter()
                .filter(|name| name.contains('/'))
                .all(|name| is_absent(&mut scratch.path, name));
        }
        self.look_for_all(absences, names, &mut scratch.path)
    }

    /// Looks for each name and remembers the folder's stamp if there is none of them.
    fn look_for_all(&self, absences: &Absences, names: Digest, folder: &mut PathBuf) -> bool {
        // In this order: a name that comes after the stamp was taken changes it, if it was quiet at a time before that.
        let now = (self.clock)();
        let stamp = unix::stat(folder);
        if !absences.names.iter().all(|name| is_absent(folder, name)) {
            return false;
        }
        if let Ok(stamp @ Stamp { kind: FileKind::Folder, .. }) = stamp
            && quiet::vouches_at(&stamp, now, folder)
        {
            self.absent.insert((stamp.file(), names), stamp);
        }
        true
    }
}

/// Whether nothing has this name, not even a link to nothing: what a link leads to can come into being without a change
/// of the folder that holds the link.
fn is_absent(folder: &mut PathBuf, name: &str) -> bool {
    let length = folder.as_os_str().len();
    folder.push(Path::new(name));
    let absent = matches!(unix::lstat_if_there(folder), Ok(None));
    unix::truncate(folder, length);
    absent
}

/// Names hold no zero byte, so the bytes tell one list from another.
fn names_digest(absences: &Absences, bytes: &mut Vec<u8>) -> Digest {
    bytes.clear();
    for name in &absences.names {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
    }
    Digest::of(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::place::tests::place;

    fn still_absent(files: &Files, folder: &Path, names: &[&str]) -> bool {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        files.still_absent(&place(folder), &Absences { folder: String::new(), names }, &mut Scratch::default())
    }

    fn knows_a_folder(files: &Files, folder: &Path, name: &str) -> bool {
        let absences = Absences { folder: String::new(), names: vec![name.into()] };
        let digest = names_digest(&absences, &mut Vec::new());
        files.absent.get(&(unix::stat(folder).unwrap().file(), digest)).is_some()
    }

    #[test]
    fn a_folder_vouches_for_what_it_does_not_have_once_it_is_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let ctime = unix::stat(folder.path()).unwrap().ctime;
        let fresh = Files::with_clock(move || ctime + 4_000_000);
        assert!(still_absent(&fresh, folder.path(), &["x"]));
        assert!(!knows_a_folder(&fresh, folder.path(), "x"));
        let later = Files::with_clock(move || ctime + 3_000_000_000);
        assert!(still_absent(&later, folder.path(), &["x"]));
        assert!(knows_a_folder(&later, folder.path(), "x"));
        assert!(still_absent(&later, folder.path(), &["x"]));
    }

    #[test]
    fn a_name_that_comes_into_being_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new();
        assert!(still_absent(&files, folder.path(), &["x", "y"]));
        std::fs::write(folder.path().join("y"), "").unwrap();
        assert!(!still_absent(&files, folder.path(), &["x", "y"]));
    }

    #[test]
    fn a_link_to_nothing_is_present_since_its_target_may_come_unseen() {
        let folder = tempfile::tempdir().unwrap();
        symlink("nowhere", folder.path().join("x")).unwrap();
        assert!(!still_absent(&Files::new(), folder.path(), &["x"]));
    }

    #[test]
    fn names_below_something_that_is_no_folder_are_looked_for_every_time() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("target"), "").unwrap();
        symlink(elsewhere.path().join("target"), folder.path().join("sys")).unwrap();
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        assert!(still_absent(&files, folder.path(), &["sys/x"]));
        std::fs::remove_file(elsewhere.path().join("target")).unwrap();
        std::fs::create_dir(elsewhere.path().join("target")).unwrap();
        std::fs::write(elsewhere.path().join("target/x"), "").unwrap();
        assert!(!still_absent(&files, folder.path(), &["sys/x"]), "the folder itself has not changed");
    }

    #[test]
    fn a_folder_that_is_gone_has_no_names() {
        let folder = tempfile::tempdir().unwrap();
        let absences = Absences { folder: "gone".into(), names: vec!["x".into()] };
        assert!(Files::new().still_absent(&place(folder.path()), &absences, &mut Scratch::default()));
    }
}

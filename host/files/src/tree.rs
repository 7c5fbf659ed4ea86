//! A folder with all that is in and below it, as one state. Each file's content is remembered by its own stamp; the
//! folders are listed every time, since the stamp of one says nothing of what lies deeper.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::plan::FileKind;
use zccache_model::state::InputState;

use crate::files::Files;
use crate::observe::Seen;
use crate::place::Place;
use crate::unix;
use crate::watch::Refusal;

/// A walk that has come so far.
struct Gathered {
    key: KeyBuilder,
    files: usize,
    /// The newest change time so far, nanoseconds since 1970.
    newest: i128,
}

impl Files {
    /// The state of a folder. Links count as what they lead to; one that leads back up makes too many files.
    pub(crate) fn tree(&self, place: &Place<'_>, path: &Path) -> io::Result<Seen> {
        let stamp = unix::stat(path)?;
        let mut gathered = Gathered { key: KeyBuilder::new("tree v1"), files: 0, newest: stamp.ctime };
        self.gather(place, path, &mut gathered)?;
        let mut seen = Seen::of(InputState::Tree(gathered.key.finish()), stamp);
        seen.newest = gathered.newest;
        Ok(seen)
    }

    fn gather(&self, place: &Place<'_>, folder: &Path, gathered: &mut Gathered) -> io::Result<()> {
        place.claim_entries(folder);
        for name in names(folder)? {
            gathered.files += 1;
            if gathered.files > limits::TREE_FILES_WATCHED {
                place.refuse(Refusal::Tree);
            }
            if gathered.files > limits::TREE_FILES {
                let limit = limits::TREE_FILES;
                let what = format!("'{}' has more than {limit} files below it", folder.display());
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
            }
            let path = folder.join(&name);
            gathered.key.part("name", name.as_encoded_bytes());
            place.claim(&path);
            if let Some(entry) = unix::lstat_if_there(&path)? {
                gathered.newest = gathered.newest.max(entry.stamp().ctime);
            }
            let Some(stamp) = unix::stat_if_there(&path)? else {
                gathered.key.part("absent", b"");
                continue;
            };
            gathered.newest = gathered.newest.max(stamp.ctime);
            match stamp.kind {
                FileKind::File => {
                    let (stamp, digest) = self.content(&path)?;
                    gathered.newest = gathered.newest.max(stamp.ctime);
                    gathered.key.digest("content", &digest);
                }
                FileKind::Folder => {
                    gathered.key.part("enter", b"");
                    self.gather(place, &path, gathered)?;
                    gathered.key.part("leave", b"");
                }
                FileKind::Absent | FileKind::Other => {
                    gathered.key.part("kind", &[stamp.letter()]);
                }
            }
        }
        Ok(())
    }
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use zccache_model::manifest::ObservedPath;
    use zccache_model::plan::Observe;

    use super::*;
    use crate::place::tests::place;

    #[test]
    fn a_tree_changes_with_every_name_and_content_below_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join("tree").join(path);
        std::fs::create_dir_all(at("sub/deep")).unwrap();
        std::fs::write(at("sub/x"), "one").unwrap();
        std::fs::write(root.path().join("aside"), "one").unwrap();
        symlink("../aside", at("link")).unwrap();
        let files = Files::new();
        let see =
            || files.observe(&place(root.path()), &ObservedPath { path: "tree".into(), observe: Observe::Tree }).state;
        let mut states = vec![see()];
        assert_eq!(see(), states[0]);
        assert!(matches!(states[0], InputState::Tree(_)));
        let mut changed = |what: &str| {
            let state = see();
            assert!(!states.contains(&state), "{what}");
            states.push(state);
        };
        std::fs::write(at("sub/x"), "three").unwrap();
        changed("a content");
        std::fs::write(at("sub/deep/y"), "").unwrap();
        changed("a new file far below");
        std::fs::rename(at("sub/deep"), at("deep")).unwrap();
        changed("a folder moved");
        std::fs::write(root.path().join("aside"), "other").unwrap();
        changed("what a link leads to");
        symlink(".", at("loop")).unwrap();
        changed("a tree without end cannot be told");
        changed("and never equals itself");
    }
}

//! What is remembered beyond the life of one daemon: digests under their stamps, and programs with their trails. Both are
//! looked up when something is met for the first time, and stand under the same rules as what was remembered in this life.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zccache_model::digest::Digest;
use zccache_model::invocation::ProgramKind;
use zccache_model::key::KeyBuilder;
use zccache_model::plan::FileKind;

use crate::files::{FileId, Files};
use crate::program::{KnownProgram, Program, Trail};
use crate::stamp::Stamp;

/// Keeps small values by key. It may lose any of them, but never give one that it was not given under that key, on this
/// machine and since it was started: stamps and programs mean nothing elsewhere.
pub trait Archive: Send + Sync {
    /// What was kept under a key.
    fn recall(&self, key: &Digest) -> Option<Vec<u8>>;

    /// Keeps a value.
    fn keep(&self, key: Digest, value: Vec<u8>);
}

/// A stamp as it is kept.
#[derive(Serialize, Deserialize)]
struct StampRow {
    device: u64,
    inode: u64,
    size: u64,
    mtime: i128,
    ctime: i128,
    kind: u8,
}

#[derive(Serialize, Deserialize)]
struct ContentRow {
    stamp: StampRow,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct ProgramRow {
    real: Vec<u8>,
    kind: ProgramKind,
    digest: Digest,
    stamp: StampRow,
    files: Vec<(Vec<u8>, StampRow)>,
    links: Vec<(Vec<u8>, StampRow)>,
    absent: Vec<Vec<u8>>,
}

impl Files {
    /// Remembers by way of this archive too.
    #[must_use]
    pub fn with_archive(mut self, archive: Arc<dyn Archive>) -> Files {
        self.archive = Some(archive);
        self
    }

    pub(crate) fn recall_content(&self, file: FileId) -> Option<(Stamp, Digest)> {
        let ContentRow { stamp, digest } = self.recalled(&content_key(file))?;
        Some((stamp.into(), digest))
    }

    pub(crate) fn keep_content(&self, stamp: &Stamp, digest: Digest) {
        if !tells_apart(stamp) {
            return;
        }
        self.kept(content_key(stamp.file()), &ContentRow { stamp: stamp.into(), digest });
    }

    /// `caller`: everything of the caller that decides which program it is.
    pub(crate) fn recall_program(&self, caller: &Digest) -> Option<KnownProgram> {
        let row: ProgramRow = self.recalled(&program_key(caller))?;
        let paths = |rows: Vec<(Vec<u8>, StampRow)>| rows.into_iter().map(|(path, stamp)| (whole(path), stamp.into()));
        let trail = Trail {
            files: paths(row.files).collect(),
            links: paths(row.links).collect(),
            absent: row.absent.into_iter().map(whole).collect(),
        };
        let program = Program { real: whole(row.real), kind: row.kind, digest: row.digest };
        Some(KnownProgram { program, stamp: row.stamp.into(), newest: trail.newest(), trail })
    }

    pub(crate) fn keep_program(&self, caller: &Digest, known: &KnownProgram) {
        if !known.trail.files.iter().chain(&known.trail.links).all(|(_, stamp)| tells_apart(stamp)) {
            return;
        }
        let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
        let rows = |seen: &[(PathBuf, Stamp)]| seen.iter().map(|(path, stamp)| (bytes(path), stamp.into())).collect();
        let Program { real, kind, digest } = &known.program;
        let row = ProgramRow {
            real: bytes(real),
            kind: *kind,
            digest: *digest,
            stamp: (&known.stamp).into(),
            files: rows(&known.trail.files),
            links: rows(&known.trail.links),
            absent: known.trail.absent.iter().map(|path| bytes(path)).collect(),
        };
        self.kept(program_key(caller), &row);
    }

    fn recalled<T: for<'a> Deserialize<'a>>(&self, key: &Digest) -> Option<T> {
        let bytes = self.archive.as_ref()?.recall(key)?;
        postcard::from_bytes(&bytes).ok()
    }

    fn kept(&self, key: Digest, value: &impl Serialize) {
        if let Some(archive) = &self.archive
            && let Ok(bytes) = postcard::to_allocvec(value)
        {
            archive.keep(key, bytes);
        }
    }
}

/// Whether a stamp is of one file for longer than a daemon's life. Images of file systems that are made to be the same each
/// time have change times of whole seconds, and one can be mounted in the place of another.
fn tells_apart(stamp: &Stamp) -> bool {
    stamp.ctime % 1_000_000_000 != 0
}

fn content_key((device, inode): FileId) -> Digest {
    KeyBuilder::new("kept content v1").number("device", device).number("inode", inode).finish()
}

fn program_key(caller: &Digest) -> Digest {
    KeyBuilder::new("kept program v1").digest("caller", caller).finish()
}

fn whole(path: Vec<u8>) -> PathBuf {
    OsString::from_vec(path).into()
}

impl From<&Stamp> for StampRow {
    fn from(stamp: &Stamp) -> StampRow {
        let Stamp { device, inode, size, mtime, ctime, .. } = *stamp;
        StampRow { device, inode, size, mtime, ctime, kind: stamp.letter() }
    }
}

impl From<StampRow> for Stamp {
    fn from(row: StampRow) -> Stamp {
        let StampRow { device, inode, size, mtime, ctime, kind } = row;
        let kind = match kind {
            b'f' => FileKind::File,
            b'd' => FileKind::Folder,
            _ => FileKind::Other,
        };
        Stamp { device, inode, size, mtime, ctime, kind }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;
    use crate::place::tests::place;
    use crate::unix;

    #[derive(Default)]
    struct Kept(Mutex<HashMap<Digest, Vec<u8>>>);

    impl Archive for Kept {
        fn recall(&self, key: &Digest) -> Option<Vec<u8>> {
            self.0.lock().unwrap().get(key).cloned()
        }

        fn keep(&self, key: Digest, value: Vec<u8>) {
            self.0.lock().unwrap().insert(key, value);
        }
    }

    /// Another daemon's, to which every file looks quiet.
    fn files(kept: &Arc<Kept>) -> Files {
        let archive: Arc<dyn Archive> = Arc::clone(kept) as _;
        Files::with_clock(|| unix::now() + 3_600_000_000_000).with_archive(archive)
    }

    #[test]
    fn a_later_daemon_knows_a_content_by_its_stamp_and_not_a_changed_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "one").unwrap();
        let kept = Arc::new(Kept::default());
        files(&kept).content(&path).unwrap();
        let stamp = unix::stat(&path).unwrap();
        assert_eq!(files(&kept).remembered_content(&stamp), Some(Digest::of(b"one")));
        let changed = Stamp { ctime: stamp.ctime + 1, ..stamp };
        assert_eq!(files(&kept).remembered_content(&changed), None);
        assert_eq!(files(&Arc::default()).remembered_content(&stamp), None);
    }

    #[test]
    fn a_file_that_was_not_quiet_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "one").unwrap();
        let kept = Arc::new(Kept::default());
        let archive: Arc<dyn Archive> = Arc::clone(&kept) as _;
        Files::with_clock(|| 0).with_archive(archive).content(&path).unwrap();
        assert!(kept.0.lock().unwrap().is_empty());
    }

    #[test]
    fn a_later_daemon_knows_a_program_by_its_trail_and_sees_that_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        // It loads nothing: what lies on the system's own image may have change times of whole seconds, and is not kept then.
        let tool = folder.path().join("tool");
        std::fs::write(&tool, "one").unwrap();
        let place = place(folder.path());
        let kept = Arc::new(Kept::default());
        let first = files(&kept).program(&place, &tool).unwrap();
        let caller = crate::program::caller_key(&place, &tool);
        let recalled = files(&kept).recall_program(&caller).unwrap();
        assert_eq!(recalled.program, first);
        assert!(recalled.trail.is_unchanged(&place));
        assert_eq!(files(&kept).program(&place, &tool).unwrap(), first);
        std::fs::write(&tool, "other").unwrap();
        assert!(!recalled.trail.is_unchanged(&place));
        assert_ne!(files(&kept).program(&place, &tool).unwrap().digest, first.digest);
    }

    #[test]
    fn what_was_kept_by_something_else_is_as_good_as_nothing() {
        let kept = Arc::new(Kept::default());
        kept.keep(content_key((1, 2)), b"?".to_vec());
        assert!(files(&kept).recall_content((1, 2)).is_none());
    }
}

//! The one value that answers for the file system, with everything it remembers. What is remembered, and until when,
//! stands with the methods, which are spread over the modules by what they answer.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use zccache_model::digest::{Digest, TokenSet};
use zccache_model::limits;
use zccache_model::plan::FileKind;
use zccache_model::reading::Finding;

use crate::archive::Archive;
use crate::clock::{self, Clock};
use crate::memo::Memo;
use crate::names::Names;
use crate::place::Place;
use crate::program::{Image, KnownProgram, LoaderCache};
use crate::stamp::Stamp;
use crate::unix;
use crate::watch::Watch;

/// A file or folder behind all links: device and inode.
pub(crate) type FileId = (u64, u64);

/// Answers for the file system. One for the life of a daemon, shared by all its threads.
pub struct Files {
    pub(crate) clock: Clock,
    watch: Arc<Watch>,
    /// What was remembered in earlier lives.
    pub(crate) archive: Option<Arc<dyn Archive>>,
    /// What a file held when it had this stamp.
    pub(crate) contents: Memo<FileId, (Stamp, Digest)>,
    /// Which names a folder held when it had this stamp.
    pub(crate) listings: Memo<FileId, (Stamp, Digest)>,
    /// All names that a folder held when it had this stamp.
    pub(crate) names: Memo<FileId, (Stamp, Arc<Names>)>,
    /// The stamp under which a folder was last seen without any of these names.
    pub(crate) absent: Memo<(FileId, Digest), Stamp>,
    /// What tokens find in a content.
    pub(crate) findings: Memo<(Digest, TokenSet), Arc<Vec<Finding>>>,
    /// Programs, by everything of the caller that decides which one a path means.
    pub(crate) programs: Memo<Digest, Arc<KnownProgram>>,
    /// What the system does with a content when it is run.
    pub(crate) images: Memo<Digest, Arc<Image>>,
    /// The loader's own index, by its content.
    pub(crate) loader_caches: Memo<Digest, Arc<LoaderCache>>,
}

impl Files {
    /// Knows nothing yet, and looks at everything each time.
    pub fn new() -> Files {
        Files::reading(clock::system(), Watch::off())
    }

    /// The same where the system tells of changes.
    pub fn watching() -> Files {
        Files::reading(clock::system(), Watch::begin())
    }

    /// The same with another wall clock, nanoseconds since 1970, for tests.
    pub fn with_clock(clock: impl Fn() -> i128 + Send + Sync + 'static) -> Files {
        Files::reading(Arc::new(clock), Watch::off())
    }

    fn reading(clock: Clock, watch: Watch) -> Files {
        Files {
            clock,
            watch: Arc::new(watch),
            archive: None,
            contents: Memo::new(),
            listings: Memo::new(),
            names: Memo::of_at_most(limits::FOLDERS_OF_NAMES),
            absent: Memo::new(),
            findings: Memo::new(),
            programs: Memo::new(),
            images: Memo::new(),
            loader_caches: Memo::new(),
        }
    }

    /// The stamp of what is at `path`, links followed.
    pub fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        unix::stat(path)
    }

    /// Tells what may have changed.
    pub fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// What is at `path`, links followed. Something that cannot be looked at is `Other`.
    pub fn kind(&self, place: &Place<'_>, path: &Path) -> FileKind {
        place.claim(path);
        match unix::stat_if_there(path) {
            Ok(Some(stamp)) => stamp.kind,
            Ok(None) => FileKind::Absent,
            Err(_) => FileKind::Other,
        }
    }

    /// The content of a file of at most `limit` bytes; none where nothing is.
    pub fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        if unix::stat_if_there(path)?.is_none() {
            return Ok(None);
        }
        let read = self.read_settled(path, |file, _| {
            let mut bytes = Vec::new();
            file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > limit {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    format!("'{}' has more than {limit} bytes", path.display()),
                ));
            }
            Ok(bytes)
        });
        match read {
            Ok(settled) => Ok(Some(settled.value)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Default for Files {
    fn default() -> Self {
        Files::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_tells_absent_from_empty_and_refuses_what_is_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list");
        let files = Files::new();
        assert!(files.read(&file, 4).unwrap().is_none());
        std::fs::write(&file, "abcd").unwrap();
        assert_eq!(files.read(&file, 4).unwrap().unwrap(), b"abcd");
        assert_eq!(files.read(&file, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(files.read(folder.path(), 4).is_err(), "a folder has no content");
        assert_eq!(files.read(Path::new("/dev/null"), 4).unwrap().unwrap(), b"");
    }

    #[test]
    fn kinds_follow_links() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new();
        let place = crate::place::tests::place(folder.path());
        std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
        assert_eq!(files.kind(&place, &folder.path().join("link")), FileKind::Folder);
        assert_eq!(files.kind(&place, &folder.path().join("dangling")), FileKind::Absent);
        assert_eq!(files.kind(&place, Path::new("/dev/null")), FileKind::File, "it reads as an empty one");
        assert_eq!(files.kind(&place, Path::new("/dev/zero")), FileKind::Other);
    }
}

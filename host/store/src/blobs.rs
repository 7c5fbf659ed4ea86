//! The folder of contents: each file there is named by its digest and is whole, or is found out not to be.
//!
//! Blobs are not synced to the disk one by one. After a power loss one may be short or full of zeros, and that is
//! harmless: its size is compared at every use, and its digest before the first use in a daemon's life. A blob that was
//! ever lent to somebody (`links.rs`) is compared at every use.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use quick_cache::sync::Cache;
use zccache_model::digest::Digest;
use zccache_model::limits;

use crate::content::{hash, read_all};
use crate::disk::{Disk, Stamp};
use crate::links::{never_lent, was_lent};

/// Contents by digest.
pub(crate) struct Blobs {
    disk: Disk,
    folder: PathBuf,
    temporary: PathBuf,
    /// Blobs whose content was seen to be what their name says, as long as they keep this stamp.
    verified: Cache<Digest, Stamp>,
    /// Blobs that entries under way rest on, and how many do. They are not removed.
    pins: Mutex<HashMap<Digest, usize>>,
    counter: AtomicU64,
}

/// Blobs whose check is remembered. About 100 bytes each.
const VERIFIED: usize = 200_000;
/// Only our own reading needs to be possible, and nobody should write.
pub(crate) const BLOB_MODE: u32 = 0o400;

/// The content of a blob that is right.
pub(crate) enum Content {
    /// In memory, since it had to be checked.
    Bytes(Vec<u8>),
    /// Checked before, with this stamp. Stands at its beginning, and stays readable when the blob is evicted.
    Open(File, Stamp),
    /// Not to be trusted: others may write it at this moment. What was copied of it must be checked. Stands at its
    /// beginning.
    Lent(File, Stamp),
}

/// Why a blob is of no use.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// It is not there.
    Missing,
    /// It is not what it should be; what was there.
    Damaged(Stamp),
    /// It cannot be read.
    Io(io::Error),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Unusable::Missing } else { Unusable::Io(error) }
    }
}

/// A file below `tmp/`, removed unless it was moved away.
#[derive(Debug)]
pub(crate) struct Temporary {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    disk: Disk,
    moved: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.moved {
            self.disk.discard(&self.path);
        }
    }
}

/// Blobs that an entry under way rests on. While this lives, they are not removed.
pub(crate) struct Pins<'a> {
    blobs: &'a Blobs,
    digests: Vec<Digest>,
}

impl Drop for Pins<'_> {
    fn drop(&mut self) {
        let mut pins = self.blobs.lock_pins();
        for digest in &self.digests {
            if let Some(count) = pins.get_mut(digest) {
                *count -= 1;
                if *count == 0 {
                    pins.remove(digest);
                }
            }
        }
    }
}

impl Blobs {
    /// The blobs of a store at `root`. Nothing is made yet.
    pub(crate) fn new(root: &Path, disk: Disk) -> Self {
        Blobs {
            disk,
            folder: root.join("blobs"),
            temporary: root.join("tmp"),
            verified: Cache::new(VERIFIED),
            pins: Mutex::default(),
            counter: AtomicU64::new(0),
        }
    }

    /// Makes the folders, and empties `tmp/` of what an earlier daemon left.
    pub(crate) fn prepare(&self) -> Result<(), (PathBuf, io::Error)> {
        let fails = |path: &Path| {
            let path = path.to_owned();
            move |error| (path, error)
        };
        self.disk.make_folder(&self.folder).map_err(fails(&self.folder))?;
        self.disk.make_folder(&self.temporary).map_err(fails(&self.temporary))?;
        for left in self.disk.list(&self.temporary).map_err(fails(&self.temporary))? {
            self.disk.remove_all(&left).map_err(fails(&left))?;
        }
        Ok(())
    }

    /// The content of a blob, if it is right.
    pub(crate) fn open(&self, digest: &Digest, size: u64) -> Result<Content, Unusable> {
        let mut file = self.disk.open(&self.path(digest))?;
        let metadata = self.disk.look_at(&file)?;
        let stamp = Stamp::of(&metadata);
        if !metadata.is_file() || metadata.len() != size {
            return Err(Unusable::Damaged(stamp));
        }
        let lent = was_lent(&self.disk, &file, &metadata);
        if !lent && self.verified.get(digest) == Some(stamp) {
            return Ok(Content::Open(file, stamp));
        }
        if size <= limits::SNAPSHOT_BYTES {
            let bytes = read_all(&self.disk, &file, size)?;
            if bytes.len() as u64 != size || Digest::of(&bytes) != *digest {
                return Err(Unusable::Damaged(stamp));
            }
            if !lent {
                self.verified.insert(*digest, stamp);
            }
            return Ok(Content::Bytes(bytes));
        }
        if lent {
            return Ok(Content::Lent(file, stamp));
        }
        if hash(&self.disk, &file)? != *digest {
            return Err(Unusable::Damaged(stamp));
        }
        file.rewind()?;
        if Stamp::of(&self.disk.look_at(&file)?) != stamp {
            // Lent in the meantime.
            return Ok(Content::Lent(file, stamp));
        }
        self.verified.insert(*digest, stamp);
        Ok(Content::Open(file, stamp))
    }

    /// Keeps blobs from being removed, whether they are there yet or not.
    pub(crate) fn pin(&self, digests: Vec<Digest>) -> Pins<'_> {
        let mut pins = self.lock_pins();
        for digest in &digests {
            *pins.entry(*digest).or_default() += 1;
        }
        drop(pins);
        Pins { blobs: self, digests }
    }

    /// Whether the blob is there and known to be right. Else it is put there again, which heals it where it is damaged.
    pub(crate) fn is_sound(&self, digest: &Digest) -> bool {
        let Some(stamp) = self.verified.get(digest) else { return false };
        matches!(self.disk.look(&self.path(digest)), Ok(Some(metadata)) if never_lent(&metadata) && Stamp::of(&metadata) == stamp)
    }

    /// A new file in `tmp/`.
    pub(crate) fn temporary(&self) -> io::Result<Temporary> {
        let path = self.temporary.join(self.counter.fetch_add(1, Ordering::Relaxed).to_string());
        let file = match self.disk.create(&path, BLOB_MODE) {
            // Somebody cleared the cache folder with our folder in it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.disk.make_folder(&self.temporary)?;
                self.disk.create(&path, BLOB_MODE)?
            }
            other => other?,
        };
        Ok(Temporary { path, file, disk: self.disk.clone(), moved: false })
    }

    /// Makes bytes a blob.
    pub(crate) fn put_bytes(&self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.temporary()?;
        self.disk.write(&temporary.file, bytes)?;
        self.put(digest, temporary)
    }

    /// Makes a whole temporary file a blob.
    pub(crate) fn put(&self, digest: &Digest, mut temporary: Temporary) -> io::Result<()> {
        let path = self.path(digest);
        match self.disk.rename(&temporary.path, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.disk.make_folder(path.parent().unwrap_or(&self.folder))?;
                self.disk.rename(&temporary.path, &path)?;
            }
            other => other?,
        }
        temporary.moved = true;
        // Renaming moved the change time. Without the stamp the blob is hashed once more at its first use, that is all.
        if let Ok(metadata) = self.disk.look_at(&temporary.file) {
            self.verified.insert(*digest, Stamp::of(&metadata));
        }
        Ok(())
    }

    /// Removes a damaged blob, unless another file is in its place by now or an entry under way rests on it.
    pub(crate) fn drop_damaged(&self, digest: &Digest, stamp: Stamp) {
        self.verified.remove(digest);
        let pins = self.lock_pins();
        let path = self.path(digest);
        let same = matches!(self.disk.look(&path), Ok(Some(metadata)) if Stamp::of(&metadata) == stamp);
        if same && !pins.contains_key(digest) {
            self.remove(&path);
        }
    }

    /// Removes a blob that no result names. An entry pins its blobs before it looks whether they are there, and its result
    /// is in the index before it lets go of them; so what is neither pinned nor named here is not needed.
    pub(crate) fn drop_unnamed(&self, digest: &Digest, named: impl FnOnce() -> bool) {
        let pins = self.lock_pins();
        if !pins.contains_key(digest) && !named() {
            self.verified.remove(digest);
            self.remove(&self.path(digest));
        }
    }

    /// The folders that hold blobs.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.disk.list(&self.folder).unwrap_or_default()
    }

    /// What one of those folders holds: blobs by digest, and paths that are none and are removed.
    pub(crate) fn in_folder(&self, folder: &Path) -> Vec<Digest> {
        let mut digests = Vec::new();
        for path in self.disk.list(folder).unwrap_or_default() {
            match digest_of(folder, &path) {
                Some(digest) => digests.push(digest),
                None => self.remove(&path),
            }
        }
        digests
    }

    /// `blobs/ab/cdef..`
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_hex();
        let mut path = PathBuf::with_capacity(self.folder.as_os_str().len() + 66);
        path.push(&self.folder);
        path.push(&hex[..2]);
        path.push(&hex[2..]);
        path
    }

    fn remove(&self, path: &Path) {
        if let Err(error) = self.disk.unlink(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "cannot remove from the cache");
        }
    }

    fn lock_pins(&self) -> MutexGuard<'_, HashMap<Digest, usize>> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The digest that a path in a blob folder stands for.
fn digest_of(folder: &Path, path: &Path) -> Option<Digest> {
    let hex = [folder.file_name()?.to_str()?, path.file_name()?.to_str()?].concat();
    let hash = blake3::Hash::from_hex(&hex).ok()?;
    // Hexadecimal digits may be upper case too, and such a name is not one of ours.
    (hash.to_hex().as_str() == hex).then(|| Digest::from_bytes(*hash.as_bytes()))
}

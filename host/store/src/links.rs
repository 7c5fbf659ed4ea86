//! Outputs that are hard links of their blobs.
//!
//! Such a blob is lent: whoever has the link may write into it, since the system asks no questions of its superuser, and
//! `strip` writes in place. So its content is checked whenever it is used, and its stamp is worth nothing.
//!
//! A lent file carries a mark (an extended attribute). It stays where the store has dropped the blob, or is gone itself,
//! and tells a read-only output that came from a cache from one that its owner protects. That blobs were never lent is
//! seen by their permissions, without asking for the mark.

use std::fs::{File, Metadata};
use std::io::{self, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zccache_model::digest::Digest;
use zccache_model::result::{ModeClass, StoredOutput};

use crate::blobs::BLOB_MODE;
use crate::content::hash;
use crate::disk::{Disk, Stamp};

/// Whether this may be an output that is a link: it has other names, or its owner may not write it. Most outputs are
/// neither, and what a caller knows of them anyway tells so.
pub fn may_be_link(metadata: &Metadata) -> bool {
    metadata.is_file() && (metadata.nlink() > 1 || metadata.mode() & 0o200 == 0)
}

/// Whether a blob is nobody else's, and never was.
pub(crate) fn never_lent(metadata: &Metadata) -> bool {
    metadata.nlink() <= 1 && metadata.mode() & 0o7777 == BLOB_MODE
}

/// Whether others may have a blob open, or by another name. A cache folder that was restored without its permissions has
/// no marks.
pub(crate) fn was_lent(disk: &Disk, blob: &File, metadata: &Metadata) -> bool {
    !never_lent(metadata) && (metadata.nlink() > 1 || disk.is_marked(blob).unwrap_or(false))
}

/// The permissions of an output that is a link; none: it cannot be one.
///
/// What tools write in place is not lent: a call that nobody asks the cache about would fail for its permissions, or as the
/// superuser's write into the blob. What only its owner may read neither: by its permissions it could not be told from what
/// never was lent.
pub(crate) fn permissions(output: &StoredOutput, umask: u32) -> Option<u32> {
    let readable = output.mode.bits(umask) & 0o444;
    let lendable = output.replaced && output.mode == ModeClass::Plain;
    (lendable && readable & 0o400 != 0 && readable != BLOB_MODE).then_some(readable)
}

/// Who lends a blob at this moment: one at a time, since each moves the stamp that others look at.
#[derive(Default)]
pub(crate) struct Lending([Mutex<()>; 16]);

impl Lending {
    /// Waits until nobody else lends this blob.
    pub(crate) fn alone(&self, blob: &Digest) -> MutexGuard<'_, ()> {
        let index = usize::from(blob.as_bytes()[0]) % self.0.len();
        self.0[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a link to a blob.
pub(crate) enum Link {
    /// It is the output, as of now.
    Whole,
    /// Its content is another one; what was there.
    Damaged(Stamp),
    /// It cannot be the output. A copy can.
    Unfit,
}

/// How often a content is read whose stamp moves: another output that is a link to it was removed at the same time.
const TRIES: u32 = 3;

/// Makes an output of a fresh link to a blob.
pub(crate) fn lend(disk: &Disk, link: &Path, output: &StoredOutput, permissions: u32) -> io::Result<Link> {
    let mut file = disk.open(link)?;
    let metadata = disk.look_at(&file)?;
    if !metadata.is_file() || metadata.len() != output.size {
        return Ok(Link::Damaged(Stamp::of(&metadata)));
    }
    let marked = disk.is_marked(&file)?;
    if !marked || metadata.mode() & 0o7777 != permissions {
        // The blob's name and this one. Others were promised other permissions.
        if metadata.nlink() > 2 {
            return Ok(Link::Unfit);
        }
        mark(disk, &file, permissions)?;
    }
    disk.touch(&file)?;
    for _ in 0..TRIES {
        let before = Stamp::of(&disk.look_at(&file)?);
        file.rewind()?;
        let digest = hash(disk, &file)?;
        let after = Stamp::of(&disk.look_at(&file)?);
        if digest != output.blob {
            return Ok(Link::Damaged(after));
        }
        if before == after {
            return Ok(Link::Whole);
        }
    }
    Ok(Link::Unfit)
}

/// Marks a file and gives it permissions. The mark first: what is not marked must not look lent.
fn mark(disk: &Disk, file: &File, permissions: u32) -> io::Result<()> {
    // A file that its owner may not write cannot be marked.
    disk.set_mode(file, 0o600)?;
    let marked = disk.mark(file);
    disk.set_mode(file, if marked.is_ok() { permissions } else { BLOB_MODE })?;
    marked
}

//! Taking the content of an output as it is now, so that nothing done to it later reaches the store.

use std::fs::File;
use std::io::{self, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zccache_model::digest::Digest;
use zccache_model::limits;
use zccache_model::result::ModeClass;

use crate::blobs::{Blobs, Temporary};
use crate::content::{hash, read_all};
use crate::copy::Copier;
use crate::disk::{Disk, Stamp};
use crate::error::SnapshotError;

/// The content of an output at one moment. What of it is on the disk goes away with it, unless it is recorded.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    pub(crate) mode: ModeClass,
    pub(crate) replaced: bool,
    pub(crate) held: Held,
}

/// Where the content is.
#[derive(Debug)]
pub(crate) enum Held {
    /// At most `limits::SNAPSHOT_BYTES`.
    Memory(Vec<u8>),
    /// In a file of the store's own.
    File(Temporary),
}

impl Snapshot {
    /// The digest of the content.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The permissions of the output.
    pub fn mode(&self) -> ModeClass {
        self.mode
    }

    /// The same of an output that whoever writes it again replaces, so that it may be a link of what others have.
    pub fn of_replaced(self, replaced: bool) -> Snapshot {
        Snapshot { replaced, ..self }
    }

    /// The same of an output that the tool wrote into a file which was there before: its permissions are not the tool's doing.
    pub fn of_kept_file(self) -> Snapshot {
        match self.mode {
            ModeClass::Literal(mode) if mode & 0o111 == 0 => Snapshot { mode: ModeClass::Plain, ..self },
            _ => self,
        }
    }
}

/// Takes the content of the file at `path`, which the run wrote under `umask`.
pub(crate) fn take(
    disk: &Disk,
    blobs: &Blobs,
    copier: &Copier,
    path: &Path,
    umask: u32,
) -> Result<Snapshot, SnapshotError> {
    let unreadable = |source: io::Error| {
        if source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            SnapshotError::NotRegular { path: path.to_owned() }
        } else {
            SnapshotError::Read { path: path.to_owned(), source }
        }
    };
    let source = disk.open(path).map_err(unreadable)?;
    let metadata = disk.look_at(&source).map_err(unreadable)?;
    let size = metadata.len();
    if !metadata.is_file() {
        return Err(SnapshotError::NotRegular { path: path.to_owned() });
    }
    if size > limits::OUTPUT_BYTES {
        return Err(SnapshotError::TooLarge { path: path.to_owned(), bytes: size });
    }
    let (digest, taken, held) = if size <= limits::SNAPSHOT_BYTES {
        let bytes = read_all(disk, &source, size).map_err(unreadable)?;
        (Digest::of(&bytes), bytes.len() as u64, Held::Memory(bytes))
    } else {
        let cannot_copy = |source| SnapshotError::Copy { path: path.to_owned(), source };
        let mut temporary = blobs.temporary().map_err(cannot_copy)?;
        let (digest, taken) = copy_and_hash(disk, copier, &source, &mut temporary.file).map_err(cannot_copy)?;
        (digest, taken, Held::File(temporary))
    };
    let after = disk.look_at(&source).map_err(unreadable)?;
    if taken != size || Stamp::of(&after) != Stamp::of(&metadata) {
        return Err(SnapshotError::Changed { path: path.to_owned() });
    }
    Ok(Snapshot { digest, size, mode: ModeClass::of(metadata.mode(), umask), replaced: false, held })
}

/// Fills `copy`. The digest is of what stands in the copy, not of what the source may be by then.
fn copy_and_hash(disk: &Disk, copier: &Copier, source: &File, copy: &mut File) -> io::Result<(Digest, u64)> {
    if copier.share(source, copy) {
        let digest = hash(disk, copy)?;
        return Ok((digest, copy.stream_position()?));
    }
    let mut hasher = blake3::Hasher::new();
    let mut taken = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = disk.read(source, &mut buffer)?;
        if count == 0 {
            return Ok((Digest::from_bytes(*hasher.finalize().as_bytes()), taken));
        }
        hasher.update(&buffer[..count]);
        disk.write(copy, &buffer[..count])?;
        taken += count as u64;
    }
}

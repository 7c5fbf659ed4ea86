//! Putting the outputs of a result in place: each whole or absent, and none touched before all can be.
//!
//! This is the path of a hit, so each output costs few system calls: look at the destination, open and look at the blob,
//! create, copy, close both, unlink, rename. Where there is an old file, one more asks whether it may be written. Unlinking
//! the old file before the rename takes 66 us on ext4 where renaming over it takes 185 us (it waits for the new file's
//! blocks). Whoever has the old file under another name keeps it as it was.

use std::fs::File;
use std::io::{self, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use zccache_model::digest::Digest;
use zccache_model::result::{ModeClass, StoredOutput};

use crate::blobs::{Blobs, Content, Unusable};
use crate::content::hash;
use crate::copy::{Copier, CopyError};
use crate::disk::{Disk, Stamp, own_umask};
use crate::error::{MaterializeError, Obstacle};
use crate::links::{self, Lending, Link, never_lent};

/// An output and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// What.
    pub output: &'a StoredOutput,
    /// Where to; absolute.
    pub destination: &'a Path,
}

/// Puts outputs in place.
pub(crate) struct Materializer {
    disk: Disk,
    /// This process's umask when the store was opened; none: not known, so permissions are always set. The daemon does
    /// not change it later.
    own_umask: Option<u32>,
    /// Whether outputs are links of blobs where they can be.
    lends: bool,
    lending: Lending,
    /// What names of ours begin with: no other process makes such.
    prefix: String,
    counter: AtomicU64,
}

/// An output that is whole, under a name of ours beside its destination. The name goes away unless it was renamed.
struct Staged<'a> {
    path: PathBuf,
    destination: &'a Path,
    /// Whether a file is at the destination.
    replaces: bool,
    /// Whether it is a link of a blob.
    lent: bool,
    disk: &'a Disk,
    placed: bool,
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.placed {
            self.disk.discard(&self.path);
        }
    }
}

/// Names tried when one of ours is taken by what a killed daemon left.
const NAMES: u32 = 16;
/// Outputs are put in place side by side if all but the largest have this many bytes. Two of 1 MiB take 1.0 ms either way,
/// two of 2 MiB 2.0 ms in turn and 1.6 ms side by side, two of 4 MiB 4.1 and 2.5 (ext4, two cores, both at work).
const PARALLEL_BYTES: u64 = 2 << 20;

impl Materializer {
    /// Learns this process's umask.
    pub(crate) fn new(disk: Disk, lends: bool) -> Self {
        Materializer {
            disk,
            own_umask: own_umask(),
            lends,
            lending: Lending::default(),
            prefix: format!(".zccache-{}-", std::process::id()),
            counter: AtomicU64::new(0),
        }
    }

    /// Puts all outputs in place, or says why not: of several reasons, that of the first output. A damaged blob is removed.
    pub(crate) fn place(
        &self,
        blobs: &Blobs,
        copier: &Copier,
        placements: &[Placement<'_>],
        umask: u32,
    ) -> Result<(), MaterializeError> {
        let stage = |placement| self.stage(blobs, copier, placement, umask);
        let mut staged: Vec<Staged<'_>> = if are_large(placements) {
            let all: Vec<_> = placements.par_iter().map(stage).collect();
            all.into_iter().collect::<Result<_, _>>()?
        } else {
            placements.iter().map(stage).collect::<Result<_, _>>()?
        };
        for output in &mut staged {
            self.replace(output)?;
        }
        Ok(())
    }

    /// Puts a copy in the place of a file that is, or was, a link of a blob: with its content and times, and for a caller
    /// with this umask to write. Whether it was one.
    pub(crate) fn detach(&self, copier: &Copier, path: &Path, umask: u32) -> Result<bool, MaterializeError> {
        let failed = |source| MaterializeError::Io { path: path.to_owned(), source };
        let file = self.disk.open(path).map_err(failed)?;
        let metadata = self.disk.look_at(&file).map_err(failed)?;
        if !metadata.is_file() || !self.disk.is_marked(&file).unwrap_or(false) {
            return Ok(false);
        }
        let mode = ModeClass::Plain.bits(umask);
        let (copy, mut staged) = self.create(path, mode)?;
        copier.copy(&file, &copy, metadata.len()).map_err(|error| match error {
            CopyError::Short => failed(io::ErrorKind::UnexpectedEof.into()),
            CopyError::Io(error) => failed(error),
        })?;
        self.set_mode(&copy, mode).map_err(failed)?;
        self.disk.set_times(&copy, &metadata).map_err(failed)?;
        self.replace(&mut staged)?;
        Ok(true)
    }

    fn stage<'a>(
        &'a self,
        blobs: &Blobs,
        copier: &Copier,
        placement: &Placement<'a>,
        umask: u32,
    ) -> Result<Staged<'a>, MaterializeError> {
        let there = self.look(placement.destination)?;
        let lent = if self.lends { self.lend(blobs, placement, umask)? } else { None };
        let mut staged = match lent {
            Some(staged) => staged,
            None => self.copy(blobs, copier, placement, permissions(placement.output, there, umask))?,
        };
        staged.replaces = there.is_some();
        Ok(staged)
    }

    fn copy<'a>(
        &'a self,
        blobs: &Blobs,
        copier: &Copier,
        placement: &Placement<'a>,
        mode: u32,
    ) -> Result<Staged<'a>, MaterializeError> {
        let Placement { output, destination } = *placement;
        let failed = |source| MaterializeError::Io { path: destination.to_owned(), source };
        // Once the blob is open, eviction does not matter.
        let content = match blobs.open(&output.blob, output.size) {
            Ok(content) => content,
            Err(Unusable::Missing) => return Err(MaterializeError::Corrupt { blob: output.blob }),
            Err(Unusable::Damaged(stamp)) => return Err(damaged(blobs, &output.blob, stamp)),
            Err(Unusable::Io(error)) => return Err(failed(error)),
        };
        let (mut file, staged) = self.create(destination, mode)?;
        let (blob, stamp, lent) = match content {
            Content::Bytes(bytes) => {
                self.disk.write(&file, &bytes).map_err(failed)?;
                self.set_mode(&file, mode).map_err(failed)?;
                return Ok(staged);
            }
            Content::Open(blob, stamp) => (blob, stamp, false),
            Content::Lent(blob, stamp) => (blob, stamp, true),
        };
        copier.copy(&blob, &file, output.size).map_err(|error| match error {
            CopyError::Short => MaterializeError::Corrupt { blob: output.blob },
            CopyError::Io(error) => failed(error),
        })?;
        // Where blobs are lent, this one may have been while it was copied.
        if lent || (self.lends && !self.is_untouched(&blob, stamp).map_err(failed)?) {
            file.rewind().map_err(failed)?;
            if hash(&self.disk, &file).map_err(failed)? != output.blob {
                return Err(damaged(blobs, &output.blob, stamp));
            }
        }
        self.set_mode(&file, mode).map_err(failed)?;
        Ok(staged)
    }

    fn is_untouched(&self, blob: &File, stamp: Stamp) -> io::Result<bool> {
        let metadata = self.disk.look_at(blob)?;
        Ok(never_lent(&metadata) && Stamp::of(&metadata) == stamp)
    }

    /// Makes a link of the blob the output. None: it must be copied.
    fn lend<'a>(
        &'a self,
        blobs: &Blobs,
        placement: &Placement<'a>,
        umask: u32,
    ) -> Result<Option<Staged<'a>>, MaterializeError> {
        let Placement { output, destination } = *placement;
        let Some(permissions) = links::permissions(output, umask) else { return Ok(None) };
        let blob = blobs.path(&output.blob);
        let _alone = self.lending.alone(&output.blob);
        // Another file system, too many links, no blob: copying does better, or says what is wrong.
        let Ok(((), mut staged)) = self.beside(destination, |path| self.disk.link(&blob, path)) else {
            return Ok(None);
        };
        staged.lent = true;
        match links::lend(&self.disk, &staged.path, output, permissions) {
            Ok(Link::Whole) => Ok(Some(staged)),
            Ok(Link::Damaged(stamp)) => Err(damaged(blobs, &output.blob, stamp)),
            Ok(Link::Unfit) => Ok(None),
            Err(error) => {
                tracing::debug!(path = %destination.display(), %error, "an output is copied, not linked");
                Ok(None)
            }
        }
    }

    /// Opening set the permissions already, as far as this process's umask let it.
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        // Writing takes away the set-user and set-group bits, so such permissions are set afterwards too.
        if mode > 0o777 || self.own_umask.is_none_or(|own| mode & own != 0) {
            return self.disk.set_mode(file, mode);
        }
        Ok(())
    }

    /// The permissions of the file at the destination, which then may be replaced; none: there is none.
    fn look(&self, destination: &Path) -> Result<Option<u32>, MaterializeError> {
        let refused = |why| MaterializeError::Destination { path: destination.to_owned(), why };
        let found = self.disk.look(destination).map_err(|error| self.trouble(destination, error))?;
        let Some(metadata) = found else { return Ok(None) };
        let permissions = Some(metadata.mode() & 0o7777);
        if !metadata.is_file() {
            return Err(refused(Obstacle::NotRegular));
        }
        // The permissions seen here do not tell: there are immutable files, lists of access and security modules.
        match self.disk.may_write(destination) {
            Ok(()) => Ok(permissions),
            // Gone since it was looked at: another hit is replacing it at this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) if self.is_lent(destination) => Ok(permissions),
            Err(error) => Err(match self.trouble(destination, error) {
                MaterializeError::Destination { path, .. } => {
                    MaterializeError::Destination { path, why: Obstacle::NotWritable }
                }
                other => other,
            }),
        }
    }

    /// Whether a file that may not be written is so because it came from here as a link.
    fn is_lent(&self, path: &Path) -> bool {
        self.disk.open(path).is_ok_and(|file| self.disk.is_marked(&file).unwrap_or(false))
    }

    /// A new file beside the destination.
    fn create<'a>(&'a self, destination: &'a Path, mode: u32) -> Result<(File, Staged<'a>), MaterializeError> {
        self.beside(destination, |path| self.disk.create(path, mode))
    }

    /// Makes something under a name of ours beside the destination. That its folder is there and writable is found out by
    /// this.
    fn beside<'a, T>(
        &'a self,
        destination: &'a Path,
        make: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<(T, Staged<'a>), MaterializeError> {
        let (Some(folder), Some(name)) = (destination.parent(), destination.file_name()) else {
            return Err(MaterializeError::Destination { path: destination.to_owned(), why: Obstacle::NotRegular });
        };
        // `file_name` looks past a slash or `/.` at the end, which means a folder.
        if !destination.as_os_str().as_bytes().ends_with(name.as_bytes()) {
            return Err(MaterializeError::Destination { path: destination.to_owned(), why: Obstacle::NotRegular });
        }
        for _ in 0..NAMES {
            let number = self.counter.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{}{number}.tmp", self.prefix));
            match make(&path) {
                Ok(made) => {
                    let staged =
                        Staged { path, destination, replaces: false, lent: false, disk: &self.disk, placed: false };
                    return Ok((made, staged));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.trouble(destination, error)),
            }
        }
        Err(MaterializeError::Io { path: destination.to_owned(), source: io::ErrorKind::AlreadyExists.into() })
    }

    /// What an error at a destination means: the tool may get on with it, or nobody.
    fn trouble(&self, destination: &Path, error: io::Error) -> MaterializeError {
        let why = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Obstacle::FolderMissing,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Obstacle::FolderNotWritable,
            io::ErrorKind::InvalidFilename => Obstacle::NotRegular,
            _ => return MaterializeError::Io { path: destination.to_owned(), source: error },
        };
        MaterializeError::Destination { path: destination.to_owned(), why }
    }

    fn replace(&self, output: &mut Staged<'_>) -> Result<(), MaterializeError> {
        if output.replaces {
            match self.disk.unlink(output.destination) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(self.trouble(output.destination, error));
                }
                _ => {}
            }
        }
        self.disk.rename(&output.path, output.destination).map_err(|error| self.trouble(output.destination, error))?;
        // Renaming one link over another of the same file, which a hit at the same time put there, does nothing and leaves
        // both names.
        output.placed = !output.lent;
        Ok(())
    }
}

/// The permissions of an output that is put in place of a file with those of `there`. Where the tool would have written into that
/// file, it keeps them; not what a link of a blob has, which is for nobody to write.
fn permissions(output: &StoredOutput, there: Option<u32>, umask: u32) -> u32 {
    let kept = there.filter(|there| !output.replaced && output.mode == ModeClass::Plain && there & 0o200 != 0);
    kept.unwrap_or_else(|| output.mode.bits(umask))
}

/// Whether it pays to put outputs in place side by side.
fn are_large(placements: &[Placement<'_>]) -> bool {
    let sizes = || placements.iter().map(|placement| placement.output.size);
    sizes().sum::<u64>() - sizes().max().unwrap_or(0) >= PARALLEL_BYTES
}

/// Removes a damaged blob.
fn damaged(blobs: &Blobs, digest: &Digest, stamp: Stamp) -> MaterializeError {
    blobs.drop_damaged(digest, stamp);
    MaterializeError::Corrupt { blob: *digest }
}

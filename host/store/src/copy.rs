//! How content gets from one file into another: shared by the file system where it can, else copied inside the kernel,
//! else read and written.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{PoisonError, RwLock};

use crate::disk::Disk;

/// How outputs are put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// Content is shared (reflink) where the file system can, and copied elsewhere. Where it could not once is remembered
    /// by device, so that it is not tried at each output.
    Auto,
    /// Always copied.
    Copy,
    /// As `Auto`, but sharing is tried at each output, whatever happened before.
    Reflink,
}

/// Copies content in the way that was asked for.
#[derive(Debug)]
pub(crate) struct Copier {
    mode: CopyMode,
    disk: Disk,
    /// Devices that cannot share content with the store's. A handful: the file systems that builds write to.
    unshared: RwLock<Vec<u64>>,
}

/// Most devices that are remembered.
const DEVICES: usize = 64;
/// Bytes read and written at a time, where the kernel cannot copy.
const BUFFER_BYTES: usize = 256 << 10;

/// Why a copy failed.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The source ended too soon.
    Short,
    /// Reading or writing failed.
    Io(io::Error),
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        CopyError::Io(error)
    }
}

impl Copier {
    /// A copier.
    pub(crate) fn new(mode: CopyMode, disk: Disk) -> Self {
        Copier { mode, disk, unshared: RwLock::default() }
    }

    /// Gives the empty `destination` the `size` bytes of `source`. Both stand at their beginnings.
    pub(crate) fn copy(&self, source: &File, destination: &File, size: u64) -> Result<(), CopyError> {
        if size == 0 || self.share(source, destination) {
            return Ok(());
        }
        let copied = self.copy_in_kernel(source, destination, size)?;
        if copied < size {
            self.copy_by_hand(source, destination, size - copied)?;
        }
        Ok(())
    }

    /// Lets `destination` share the content of `source`. Whether that was possible.
    pub(crate) fn share(&self, source: &File, destination: &File) -> bool {
        if self.mode == CopyMode::Copy {
            return false;
        }
        let Ok(device) = self.disk.look_at(destination).map(|metadata| metadata.dev()) else { return false };
        if self.mode == CopyMode::Auto && self.known_unshared(device) {
            return false;
        }
        match self.disk.clone_content(source, destination) {
            Ok(()) => true,
            Err(error) => {
                // Trouble of another kind, such as a full disk, says nothing about the next time.
                if unsupported(&error) {
                    self.remember_unshared(device);
                }
                false
            }
        }
    }

    fn known_unshared(&self, device: u64) -> bool {
        self.unshared.read().unwrap_or_else(PoisonError::into_inner).contains(&device)
    }

    fn remember_unshared(&self, device: u64) {
        let mut unshared = self.unshared.write().unwrap_or_else(PoisonError::into_inner);
        if unshared.len() < DEVICES && !unshared.contains(&device) {
            unshared.push(device);
        }
    }

    /// How much the kernel copied before it could not go on.
    fn copy_in_kernel(&self, source: &File, destination: &File, size: u64) -> Result<u64, CopyError> {
        let mut copied = 0;
        while copied < size {
            let length = usize::try_from(size - copied).unwrap_or(usize::MAX);
            match self.disk.copy_range(source, destination, length) {
                Ok(0) => break,
                Ok(count) => copied += count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if copied == 0 && unsupported(&error) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(copied)
    }

    fn copy_by_hand(&self, source: &File, destination: &File, size: u64) -> Result<(), CopyError> {
        let mut left = size;
        let mut buffer = vec![0; BUFFER_BYTES.min(usize::try_from(size).unwrap_or(BUFFER_BYTES))];
        while left > 0 {
            let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let count = self.disk.read(source, &mut buffer[..wanted])?;
            if count == 0 {
                return Err(CopyError::Short);
            }
            self.disk.write(destination, &buffer[..count])?;
            left -= count as u64;
        }
        Ok(())
    }
}

/// Whether the file systems cannot do it at all: other devices, no such operation, or not for these files.
fn unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    error.raw_os_error().map(Errno::from_raw_os_error).is_some_and(|error| {
        [Errno::OPNOTSUPP, Errno::XDEV, Errno::NOTTY, Errno::INVAL, Errno::NOSYS, Errno::PERM].contains(&error)
    }) || error.kind() == io::ErrorKind::Unsupported
}

//! How content gets from one file into another: shared by the file system where it can, else copied inside the kernel,
//! else read and written.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;

use crate::disk::Disk;

/// How outputs are put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// Content is shared (reflink) where the file system can, and copied elsewhere. That the store's file system never
    /// can is remembered, so that it is not tried at each output.
    Auto,
    /// Copied by the kernel, which may share the content all the same: XFS and btrfs do.
    Copy,
    /// As `Auto`, but sharing is tried at each output, whatever happened before.
    Reflink,
    /// Outputs are hard links of what is stored, read-only; where that cannot be, as `Auto`.
    Link,
}

/// Copies content in the way that was asked for.
#[derive(Debug)]
pub(crate) struct Copier {
    mode: CopyMode,
    disk: Disk,
    /// The store's file system cannot share content, whoever asks.
    unshared: AtomicBool,
}

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
        Copier { mode, disk, unshared: AtomicBool::new(false) }
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

    /// Lets `destination` share the content of `source`; one of the two is the store's. Whether that was possible.
    ///
    /// A try that fails takes 0.15 to 0.3 us, half of what it takes to ask for the destination's device. So what cannot
    /// be between these two file systems is found out each time.
    pub(crate) fn share(&self, source: &File, destination: &File) -> bool {
        let tried = match self.mode {
            CopyMode::Copy => false,
            CopyMode::Reflink => true,
            CopyMode::Auto | CopyMode::Link => !self.unshared.load(Ordering::Relaxed),
        };
        if !tried {
            return false;
        }
        match self.disk.clone_content(source, destination) {
            Ok(()) => true,
            Err(error) => {
                // Two file systems are told apart first. So this is said of one, and that is the store's.
                if never(&error) {
                    self.unshared.store(true, Ordering::Relaxed);
                }
                false
            }
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

/// Whether a file system has no such operation.
fn never(error: &io::Error) -> bool {
    is_one_of(error, &[Errno::OPNOTSUPP, Errno::NOTTY, Errno::NOSYS]) || error.kind() == io::ErrorKind::Unsupported
}

/// Whether it cannot be done between these two files: other devices, no such operation, or not for these.
fn unsupported(error: &io::Error) -> bool {
    never(error) || is_one_of(error, &[Errno::XDEV, Errno::INVAL, Errno::PERM])
}

fn is_one_of(error: &io::Error, errors: &[Errno]) -> bool {
    error.raw_os_error().is_some_and(|code| errors.contains(&Errno::from_raw_os_error(code)))
}

//! Other systems: nothing that they tell of changes can be relied on yet, so nothing is vouched for and stamps decide.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::mounts::Mounts;

/// The system's name for something watched.
pub(super) type Id = i32;

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "the same on every system; here nothing ever happens")]
pub(super) enum Event<'a> {
    /// To an entry of a watched folder.
    Name(Id, &'a OsStr),
    /// To the watched file or folder itself.
    Itself(Id),
    /// It is watched no more.
    Gone(Id),
    /// More than the queue holds.
    Overflow,
    /// A file system was mounted or unmounted somewhere.
    Mounts,
}

/// There is none.
pub(super) struct Source(Infallible);

impl Source {
    /// Never.
    pub(super) fn open() -> io::Result<Source> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Never.
    pub(super) fn watch_folder(&self, _path: &Path) -> io::Result<Id> {
        match self.0 {}
    }

    /// Never.
    pub(super) fn watch_file(&self, _path: &Path) -> io::Result<Id> {
        match self.0 {}
    }

    /// Never.
    pub(super) fn forget(&self, _id: Id) {
        match self.0 {}
    }

    /// Never.
    pub(super) fn mounts(&self) -> io::Result<Mounts> {
        match self.0 {}
    }

    /// Never.
    pub(super) fn drain(&self, _tell: impl FnMut(Event<'_>)) -> io::Result<()> {
        match self.0 {}
    }
}

/// Never.
pub(super) fn is_full(_error: &io::Error) -> bool {
    false
}

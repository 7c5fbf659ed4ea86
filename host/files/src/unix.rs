//! The system calls of this crate. Nothing else here names the platform.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{self, Access, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use zccache_model::plan::FileKind;

use crate::stamp::Stamp;

#[cfg(target_os = "linux")]
const COARSE: ClockId = ClockId::RealtimeCoarse;
#[cfg(not(target_os = "linux"))]
const COARSE: ClockId = ClockId::Realtime;

/// The coarse wall clock, nanoseconds since 1970.
pub(crate) fn now() -> i128 {
    let time = clock_gettime(COARSE);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

/// What was mounted where at one moment: not the list, which takes the system longer to tell than all else that is looked at when
/// a run has ended, but whether it has changed since.
#[derive(Debug)]
pub(crate) struct Mounts {
    list: File,
    changed: Cell<bool>,
}

impl Mounts {
    /// As they are now; none where the system does not tell of changes.
    pub(crate) fn now() -> Option<Mounts> {
        let list = File::open("/proc/self/mountinfo").ok()?;
        // A file that can tell of nothing is always ready for everything, also to be written.
        let tells = is_quiet(&list, PollFlags::OUT);
        tells.then(|| Mounts { list, changed: Cell::new(false) })
    }

    /// Whether anything was mounted, unmounted or mounted otherwise since. The list has an event then, counted from where it was
    /// opened (proc(5), `/proc/pid/mounts`); that is told once.
    pub(crate) fn have_changed(&self) -> bool {
        self.changed.set(self.changed.get() || !is_quiet(&self.list, PollFlags::PRI));
        self.changed.get()
    }
}

/// Whether a file has none of these events. One that cannot be asked has.
fn is_quiet(file: &File, events: PollFlags) -> bool {
    let mut polled = [PollFd::new(file, events)];
    loop {
        match poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
            Err(Errno::INTR) => {}
            ready => return ready == Ok(0),
        }
    }
}

/// The device of the file system that shows processes, where there is one. What its links lead to is another place for
/// each process.
pub(crate) fn process_device() -> Option<u64> {
    static DEVICE: std::sync::OnceLock<Option<u64>> = std::sync::OnceLock::new();
    *DEVICE.get_or_init(|| fs::lstat("/proc/self").ok().map(|stat| stamp(&stat).device))
}

/// What is at `path`, links followed.
pub(crate) fn stat(path: &Path) -> io::Result<Stamp> {
    Ok(stamp(&fs::stat(path)?))
}

/// The same, or none where nothing is.
pub(crate) fn stat_if_there(path: &Path) -> io::Result<Option<Stamp>> {
    absence(fs::stat(path)).map(|found| found.map(|stat| stamp(&stat)))
}

/// What is at `path` itself, or none where nothing is.
pub(crate) fn lstat_if_there(path: &Path) -> io::Result<Option<Entry>> {
    absence(fs::lstat(path)).map(|found| {
        found.map(|stat| {
            let stamp = stamp(&stat);
            if kind_of(&stat) == FileType::Symlink { Entry::Link(stamp) } else { Entry::Itself(stamp) }
        })
    })
}

/// What is at a path itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A symbolic link, with its own stamp.
    Link(Stamp),
    /// Anything else.
    Itself(Stamp),
}

impl Entry {
    /// Of the link or the other thing itself.
    pub(crate) fn stamp(&self) -> &Stamp {
        match self {
            Entry::Link(stamp) | Entry::Itself(stamp) => stamp,
        }
    }
}

/// The two errors that say that nothing is at a path. Any other says that it is not known.
fn absence<T>(result: rustix::io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The stamp of an open file.
pub(crate) fn stat_open(file: &File) -> io::Result<Stamp> {
    Ok(stamp(&fs::fstat(file)?))
}

/// Opens a file for reading. Never waits for the other end of a pipe.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let file: OwnedFd = fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    Ok(File::from(file))
}

/// Where a symbolic link leads, as it is written in it.
pub(crate) fn read_link(path: &Path) -> io::Result<PathBuf> {
    std::fs::read_link(path)
}

/// Cuts a path back to its first `length` bytes, keeping its buffer.
pub(crate) fn truncate(path: &mut PathBuf, length: usize) {
    let mut bytes = std::mem::take(path).into_os_string().into_vec();
    bytes.truncate(length);
    *path = PathBuf::from(OsString::from_vec(bytes));
}

/// Whether the caller may execute the file.
pub(crate) fn is_executable(path: &Path) -> bool {
    fs::access(path, Access::EXEC_OK).is_ok()
}

/// Whether this is the device that always reads as empty, wherever it lies.
fn is_null_device(stat: &fs::Stat) -> bool {
    // The system is asked, so that no device number stands here.
    static NULL: std::sync::OnceLock<Option<u64>> = std::sync::OnceLock::new();
    let device = |stat: &fs::Stat| (kind_of(stat) == FileType::CharacterDevice).then_some(stat.st_rdev);
    let null = NULL.get_or_init(|| fs::stat("/dev/null").ok().and_then(|null| device(&null)));
    null.is_some() && device(stat) == *null
}

/// Whether the file system of an open file is known to stamp every change by this machine's clock.
#[cfg(target_os = "linux")]
pub(crate) fn is_local(file: impl AsFd) -> bool {
    fs::fstatfs(file).is_ok_and(|found| is_local_type(found.f_type as u32))
}

/// The same for a path, links followed.
#[cfg(target_os = "linux")]
pub(crate) fn is_local_at(path: &Path) -> bool {
    fs::statfs(path).is_ok_and(|found| is_local_type(found.f_type as u32))
}

/// Whether all changes on the file system of a path come with an event: not below an overlay, whose layers may be written
/// past it, nor on ZFS, which can be rolled back while it is in use.
#[cfg(target_os = "linux")]
pub(crate) fn tells_of_changes(path: &Path) -> bool {
    fs::statfs(path).is_ok_and(|found| {
        let magic = found.f_type as u32;
        is_local_type(magic) && magic != OVERLAY && magic != ZFS
    })
}

/// Elsewhere nothing is known, and everything is read each time.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_local(_file: impl AsFd) -> bool {
    false
}

/// The same for a path.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_local_at(_path: &Path) -> bool {
    false
}

/// Elsewhere nobody tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tells_of_changes(_path: &Path) -> bool {
    false
}

/// Magic numbers of `statfs(2)`, and of the sources of the file systems that are not in the kernel's list.
#[cfg(target_os = "linux")]
const OVERLAY: u32 = 0x794c_7630;
#[cfg(target_os = "linux")]
const ZFS: u32 = 0x2fc1_2fc1;

#[cfg(target_os = "linux")]
fn is_local_type(magic: u32) -> bool {
    const EXT: u32 = 0xef53;
    const XFS: u32 = 0x5846_5342;
    const BTRFS: u32 = 0x9123_683e;
    const TMPFS: u32 = 0x0102_1994;
    const RAMFS: u32 = 0x8584_58f6;
    const F2FS: u32 = 0xf2f5_2010;
    const BCACHEFS: u32 = 0xca45_1a4e;
    [EXT, XFS, BTRFS, TMPFS, RAMFS, OVERLAY, ZFS, F2FS, BCACHEFS].contains(&magic)
}

fn kind_of(stat: &fs::Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

// The widths of these fields differ between platforms.
#[allow(clippy::unnecessary_cast, clippy::cast_lossless)]
fn stamp(stat: &fs::Stat) -> Stamp {
    let time = |seconds: i128, nanoseconds: i128| seconds * 1_000_000_000 + nanoseconds;
    Stamp {
        device: stat.st_dev as u64,
        inode: stat.st_ino as u64,
        size: stat.st_size as u64,
        mtime: time(stat.st_mtime as i128, stat.st_mtime_nsec as i128),
        ctime: time(stat.st_ctime as i128, stat.st_ctime_nsec as i128),
        kind: match kind_of(stat) {
            FileType::RegularFile => FileKind::File,
            FileType::Directory => FileKind::Folder,
            // To whoever reads it, an empty file like any other.
            FileType::CharacterDevice if is_null_device(stat) => FileKind::File,
            _ => FileKind::Other,
        },
    }
}

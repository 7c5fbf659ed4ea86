//! Every effect that the store has on a file system, one method each, so that tests can make each of them fail.
//!
//! No policy here: what is done in which order, and what an error means, is the callers' business.

use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_NOW};

/// The file system, as far as the store touches it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) faults: faults::Faults,
}

/// What tells one state of a file from all others: nobody writes a blob in place, so an equal stamp is equal content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of a file with this metadata.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Most that one write hands to the system, bytes.
const WRITE_BYTES: usize = 1 << 20;
/// The attribute of a file that is, or was, a blob and an output at once.
#[cfg(target_os = "linux")]
const MARK: &str = "user.zccache.lent";

impl Disk {
    /// Called before every effect.
    #[cfg(not(test))]
    #[inline]
    fn effect(&self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn effect(&self) -> io::Result<()> {
        self.faults.step()
    }

    /// Makes a folder that only its owner may enter, and those above it.
    pub(crate) fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.effect()?;
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// Makes a file that was not there. `mode` is subject to this process's umask.
    pub(crate) fn create(&self, path: &Path, mode: u32) -> io::Result<File> {
        self.effect()?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(mode))?))
    }

    /// Opens for reading whatever is at the path, except a link. Never waits, as it would at a pipe without writer.
    pub(crate) fn open(&self, path: &Path) -> io::Result<File> {
        self.effect()?;
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
    }

    /// What is at the path, links not followed; none: nothing.
    pub(crate) fn look(&self, path: &Path) -> io::Result<Option<Metadata>> {
        self.effect()?;
        match path.symlink_metadata() {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What an open file is.
    pub(crate) fn look_at(&self, file: &File) -> io::Result<Metadata> {
        self.effect()?;
        file.metadata()
    }

    /// Whether this process may write the file, by its effective user.
    pub(crate) fn may_write(&self, path: &Path) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS)?)
    }

    /// Reads into `buffer`; 0 at the end.
    pub(crate) fn read(&self, mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
        self.effect()?;
        loop {
            match file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Writes all of `bytes`.
    pub(crate) fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        for part in bytes.chunks(WRITE_BYTES) {
            self.effect()?;
            file.write_all(part)?;
        }
        Ok(())
    }

    /// Makes the empty `destination` share the content of `source`.
    #[cfg(target_os = "linux")]
    pub(crate) fn clone_content(&self, source: &File, destination: &File) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::ioctl_ficlone(destination, source)?)
    }

    /// Copies up to `length` bytes inside the kernel, from and to where the two files stand; 0 at the end.
    #[cfg(target_os = "linux")]
    pub(crate) fn copy_range(&self, source: &File, destination: &File, length: usize) -> io::Result<usize> {
        self.effect()?;
        Ok(rustix::fs::copy_file_range(source, None, destination, None, length)?)
    }

    /// Where there is no such call, content is copied in other ways.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn clone_content(&self, _: &File, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Where there is no such call, content is copied in other ways.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn copy_range(&self, _: &File, _: &File, _: usize) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Gives a file exactly these permissions.
    pub(crate) fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::fchmod(file, Mode::from_raw_mode(mode))?)
    }

    /// Gives a file a second name. Fails where that name is taken, and where it lies on another file system.
    pub(crate) fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::link(from, to)?)
    }

    /// Sets a file's times to now, as writing it would.
    pub(crate) fn touch(&self, file: &File) -> io::Result<()> {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        self.effect()?;
        Ok(rustix::fs::futimens(file, &Timestamps { last_access: now, last_modification: now })?)
    }

    /// Gives a file the times of another one.
    pub(crate) fn set_times(&self, file: &File, other: &Metadata) -> io::Result<()> {
        let last_access = Timespec { tv_sec: other.atime(), tv_nsec: other.atime_nsec() as _ };
        let last_modification = Timespec { tv_sec: other.mtime(), tv_nsec: other.mtime_nsec() as _ };
        self.effect()?;
        Ok(rustix::fs::futimens(file, &Timestamps { last_access, last_modification })?)
    }

    /// Marks a file, whatever it is called. Only who may write it can.
    #[cfg(target_os = "linux")]
    pub(crate) fn mark(&self, file: &File) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::fsetxattr(file, MARK, b"1", rustix::fs::XattrFlags::empty())?)
    }

    /// Whether a file is marked. An error: this file system keeps no marks.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_marked(&self, file: &File) -> io::Result<bool> {
        self.effect()?;
        match rustix::fs::fgetxattr(file, MARK, &mut [0; 8][..]) {
            Ok(_) => Ok(true),
            Err(rustix::io::Errno::NODATA) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Where there are no such marks, no output is a link.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn mark(&self, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Where there are no such marks, no output is a link.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn is_marked(&self, _: &File) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Renames within a file system, over whatever is there.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::rename(from, to)?)
    }

    /// Removes a name.
    pub(crate) fn unlink(&self, path: &Path) -> io::Result<()> {
        self.effect()?;
        Ok(rustix::fs::unlink(path)?)
    }

    /// Removes a temporary file, as far as that is possible. Not an effect that tests make fail: it is what is done about
    /// failures.
    pub(crate) fn discard(&self, path: &Path) {
        if let Err(error) = rustix::fs::unlink(path)
            && error != rustix::io::Errno::NOENT
        {
            tracing::warn!(path = %path.display(), %error, "a temporary file remains");
        }
    }

    /// What is in a folder; nothing, where there is no such folder.
    pub(crate) fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.effect()?;
        match std::fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Removes a file, or a folder with all that it holds.
    pub(crate) fn remove_all(&self, path: &Path) -> io::Result<()> {
        self.effect()?;
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
            Ok(_) => std::fs::remove_file(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The file below the index.
#[derive(Debug)]
pub(crate) struct IndexFile {
    file: File,
    disk: Disk,
}

impl IndexFile {
    /// Opens the file, or makes it.
    pub(crate) fn open(path: &Path, disk: &Disk) -> io::Result<Self> {
        disk.effect()?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(0o600))?);
        Ok(IndexFile { file, disk: disk.clone() })
    }
}

/// Without locks of its own: the store holds the lock of the whole folder.
impl redb::StorageBackend for IndexFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.effect()?;
        std::os::unix::fs::FileExt::read_exact_at(&self.file, out, offset)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.disk.effect()?;
        self.file.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.effect()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.effect()?;
        std::os::unix::fs::FileExt::write_all_at(&self.file, data, offset)
    }
}

/// This process's umask, where it can be read without changing it.
pub(crate) fn own_umask() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u32::from_str_radix(line.trim(), 8).ok()
}

/// Effects that fail on demand.
#[cfg(test)]
pub(crate) mod faults {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    /// Counts effects and makes some of them fail as a full disk would.
    #[derive(Clone, Debug)]
    pub(crate) struct Faults {
        /// Effects left until one fails.
        left: Arc<AtomicI64>,
        /// Whether all later ones fail too.
        lasting: Arc<AtomicBool>,
    }

    impl Default for Faults {
        fn default() -> Self {
            Faults { left: Arc::new(AtomicI64::new(i64::MAX)), lasting: Arc::default() }
        }
    }

    impl Faults {
        /// Lets `effects` succeed and the next one fail; `lasting`: and all after it.
        pub(crate) fn fail_after(&self, effects: u32, lasting: bool) {
            self.lasting.store(lasting, Ordering::SeqCst);
            self.left.store(i64::from(effects), Ordering::SeqCst);
        }

        /// Lets everything succeed again. Whether something had failed.
        pub(crate) fn heal(&self) -> bool {
            self.left.swap(i64::MAX, Ordering::SeqCst) < 0
        }

        pub(super) fn step(&self) -> io::Result<()> {
            let left = self.left.fetch_sub(1, Ordering::SeqCst);
            if left == 0 || (left < 0 && self.lasting.load(Ordering::SeqCst)) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }
    }
}

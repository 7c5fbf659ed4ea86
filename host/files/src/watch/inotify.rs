//! Linux: inotify, read by whoever needs to know and not by a thread of its own, so that the queue can be emptied before
//! something is relied on. And the list of mounts, since a mount over a folder is no event of that folder.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::mounts::Mounts;

/// The system's name for something watched.
pub(super) type Id = i32;

/// Events read at a time, bytes.
const BUFFER: usize = 16 << 10;

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// To an entry of a watched folder: it was made, removed, renamed, or what describes it changed.
    Name(Id, &'a OsStr),
    /// To the watched file or folder itself.
    Itself(Id),
    /// It is watched no more: it was removed, or its file system unmounted.
    Gone(Id),
    /// More than the queue holds.
    Overflow,
    /// A file system was mounted or unmounted somewhere.
    Mounts,
}

/// Where the system tells of changes.
pub(super) struct Source {
    queue: OwnedFd,
    mounts: File,
}

impl Source {
    /// A queue of our own. The system has room for some 128 of them per user.
    pub(super) fn open() -> io::Result<Source> {
        let queue = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let mounts = File::open("/proc/self/mountinfo")?;
        Ok(Source { queue, mounts })
    }

    /// Watches the entries of a folder, and the folder itself. One that is watched already keeps its name.
    pub(super) fn watch_folder(&self, path: &Path) -> io::Result<Id> {
        let names = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
        let itself = WatchFlags::ATTRIB | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        let how = WatchFlags::ONLYDIR | WatchFlags::DONT_FOLLOW | WatchFlags::MASK_ADD;
        Ok(inotify::add_watch(&self.queue, path, names | itself | how)?)
    }

    /// Watches the content of a file, by whatever name it is written.
    pub(super) fn watch_file(&self, path: &Path) -> io::Result<Id> {
        // What is stored through a shared map is told only when the map and the file are closed.
        let content = WatchFlags::MODIFY | WatchFlags::CLOSE_WRITE;
        let itself = WatchFlags::ATTRIB | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        // Where it has become a folder that is watched already, that goes on.
        let how = WatchFlags::DONT_FOLLOW | WatchFlags::MASK_ADD;
        Ok(inotify::add_watch(&self.queue, path, content | itself | how)?)
    }

    /// Watches something no more.
    pub(super) fn forget(&self, id: Id) {
        // It fails only for what is watched no more anyway.
        let _gone = inotify::remove_watch(&self.queue, id);
    }

    /// What is mounted now.
    pub(super) fn mounts(&self) -> io::Result<Mounts> {
        Ok(Mounts::parse(&std::fs::read("/proc/self/mountinfo")?))
    }

    /// Tells everything that has happened so far. One system call where nothing has.
    pub(super) fn drain(&self, mut tell: impl FnMut(Event<'_>)) -> io::Result<()> {
        let mut both = [PollFd::new(&self.queue, PollFlags::IN), PollFd::new(&self.mounts, PollFlags::PRI)];
        let ready = loop {
            match poll(&mut both, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Err(Errno::INTR) => {}
                ready => break ready?,
            }
        };
        if ready == 0 {
            return Ok(());
        }
        if !both[1].revents().is_empty() {
            tell(Event::Mounts);
        }
        let mut buffer = [MaybeUninit::uninit(); BUFFER];
        let mut events = inotify::Reader::new(&self.queue, &mut buffer);
        loop {
            let event = match events.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            let what = event.events();
            if what.contains(ReadFlags::QUEUE_OVERFLOW) {
                tell(Event::Overflow);
            } else if what.intersects(ReadFlags::IGNORED | ReadFlags::UNMOUNT) {
                tell(Event::Gone(event.wd()));
            } else if let Some(name) = event.file_name() {
                tell(Event::Name(event.wd(), OsStr::from_bytes(name.to_bytes())));
            } else {
                tell(Event::Itself(event.wd()));
            }
        }
    }
}

/// Whether the system has no room for one more watch, as opposed to not letting this one be watched.
pub(super) fn is_full(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .map(Errno::from_raw_os_error)
        .is_some_and(|error| [Errno::NOSPC, Errno::NOMEM].contains(&error))
}

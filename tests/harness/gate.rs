//! A file that holds whoever reads it until the test lets go: a named pipe.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

use crate::poll::until;
use crate::world::World;

/// A named pipe. Nobody is left waiting for it when this value goes away.
pub struct Gate {
    path: PathBuf,
}

/// Somebody reads the gate's file, and reads on when this value goes away.
pub struct Held {
    _writer: File,
}

impl World {
    /// A gate in the working folder.
    pub fn gate(&self, path: &str) -> Gate {
        let path = self.work.join(path);
        mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("the working folder is ours");
        Gate { path }
    }
}

impl Gate {
    /// Waits until somebody reads the file, and holds it.
    #[track_caller]
    pub fn hold(&self) -> Held {
        until("somebody reads the gate's file", || self.try_hold())
    }

    /// A pipe can be opened for writing only while somebody reads it.
    fn try_hold(&self) -> Option<Held> {
        let flags = OFlags::NONBLOCK.bits() as i32;
        let writer = OpenOptions::new().write(true).custom_flags(flags).open(&self.path).ok()?;
        Some(Held { _writer: writer })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        drop(self.try_hold());
    }
}

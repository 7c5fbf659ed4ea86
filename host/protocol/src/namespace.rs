//! Where a process's paths mean what they mean.

use std::io;

use rustix::fs::stat;
use serde::{Deserialize, Serialize};

use crate::message::FileIdentity;

/// Two processes with equal ones see the same file under a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// What tells its mounts from those of other processes: the number of the mount that is its root, since each mount is in
    /// one namespace only; of the namespace itself where the kernel does not number mounts. Zero on other systems.
    pub mounts: u64,
    /// The root folder.
    pub root: FileIdentity,
}

impl Namespace {
    /// That of this process.
    pub fn of_process() -> io::Result<Namespace> {
        match root_mount() {
            Some(namespace) => Ok(namespace),
            None => {
                let identity = |stat: rustix::fs::Stat| FileIdentity { device: device(&stat), inode: inode(&stat) };
                let mounts = stat("/proc/self/ns/mnt").map(|namespace| inode(&namespace)).unwrap_or_default();
                Ok(Namespace { mounts, root: identity(stat("/")?) })
            }
        }
    }
}

/// One call that the kernel answers in 1 us; following `/proc/self/ns/mnt` takes 14. None: a kernel before 5.8, or one that a
/// container keeps from answering.
#[cfg(target_os = "linux")]
fn root_mount() -> Option<Namespace> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
    let root = statx(CWD, "/", AtFlags::empty(), StatxFlags::INO | StatxFlags::MNT_ID).ok()?;
    let told = StatxFlags::from_bits_retain(root.stx_mask).contains(StatxFlags::MNT_ID);
    let root_folder = FileIdentity { device: makedev(root.stx_dev_major, root.stx_dev_minor), inode: root.stx_ino };
    told.then_some(Namespace { mounts: root.stx_mnt_id, root: root_folder })
}

#[cfg(not(target_os = "linux"))]
fn root_mount() -> Option<Namespace> {
    None
}

#[allow(clippy::unnecessary_cast, reason = "the width differs between systems")]
fn device(stat: &rustix::fs::Stat) -> u64 {
    stat.st_dev as u64
}

#[allow(clippy::unnecessary_cast, reason = "the width differs between systems")]
fn inode(stat: &rustix::fs::Stat) -> u64 {
    stat.st_ino as u64
}

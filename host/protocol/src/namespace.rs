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
        let root = stat("/")?;
        Ok(Namespace { mounts: mounts(), root: identity(&root) })
    }
}

/// One call that the kernel answers in 1 us; following `/proc/self/ns/mnt` takes 14.
#[cfg(target_os = "linux")]
fn mounts() -> u64 {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    match statx(CWD, "/", AtFlags::empty(), StatxFlags::MNT_ID) {
        Ok(root) if StatxFlags::from_bits_retain(root.stx_mask).contains(StatxFlags::MNT_ID) => root.stx_mnt_id,
        // Before Linux 5.8, or kept from it by a container.
        _ => stat("/proc/self/ns/mnt").map(|namespace| identity(&namespace).inode).unwrap_or_default(),
    }
}

#[cfg(not(target_os = "linux"))]
fn mounts() -> u64 {
    0
}

#[allow(clippy::unnecessary_cast, reason = "the widths differ between systems")]
fn identity(stat: &rustix::fs::Stat) -> FileIdentity {
    FileIdentity { device: stat.st_dev as u64, inode: stat.st_ino as u64 }
}

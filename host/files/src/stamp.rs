//! The stamp of a file: what a stat says of it, as far as it tells one state of the file from another.

use zccache_model::plan::FileKind;

/// What a stat says, links followed. Two equal stamps mean equal content only under the rules of `quiet.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The device that holds the file.
    pub device: u64,
    /// The file on that device.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Last change of the content, nanoseconds since 1970. Anyone may set it.
    pub mtime: i128,
    /// Last change of the content or of what describes it, nanoseconds since 1970. Only the kernel sets it.
    pub ctime: i128,
    /// Never `Absent`.
    pub kind: FileKind,
}

impl Stamp {
    /// Which file it is, behind all links.
    pub fn file(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The letter of the kind in an `InputState`.
    pub(crate) fn letter(&self) -> u8 {
        match self.kind {
            FileKind::File => b'f',
            FileKind::Folder => b'd',
            FileKind::Other | FileKind::Absent => b'o',
        }
    }
}

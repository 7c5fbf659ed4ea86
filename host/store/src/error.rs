//! What can go wrong here, said so that a user can act on it.

use std::io;
use std::path::PathBuf;

use zccache_model::digest::Digest;

/// The store cannot be opened, or an entry cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A folder of the cache cannot be made or written.
    #[error(
        "cannot write in the cache folder {}: {source}; make it writable or choose another cache folder",
        path.display()
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another daemon holds the cache folder.
    #[error(
        "the cache folder {} is in use by another daemon{}; stop that one or choose another cache folder",
        path.display(),
        holder.map_or_else(String::new, |holder| format!(" (process {holder})"))
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other one's process id, where it could be read.
        holder: Option<u32>,
    },
    /// The index could not be read or written. It is opened again at the next use.
    #[error("the cache index {} cannot be used: {why}", path.display())]
    Index {
        /// The index file.
        path: PathBuf,
        /// What was said.
        why: String,
    },
    /// The content of an output could not be put in the store.
    #[error("cannot store an output in {}: {source}", path.display())]
    Blob {
        /// Where it should have been.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The entry alone would fill the cache.
    #[error("an entry of {bytes} bytes is too large for a cache of {limit} bytes")]
    TooLarge {
        /// The entry's size.
        bytes: u64,
        /// The cache's limit.
        limit: u64,
    },
    /// The thread that makes the index durable could not be started.
    #[error("cannot start the thread that keeps the cache index: {source}")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// The thread that had the change in hand did not finish it.
    #[error("the store gave up a change")]
    Closed,
}

/// The content of an output could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is not there, or cannot be read.
    #[error("cannot read the output {}: {source}", path.display())]
    Read {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A link, a folder, a device.
    #[error("the output {} is not a regular file", path.display())]
    NotRegular {
        /// The output.
        path: PathBuf,
    },
    /// Larger than `limits::OUTPUT_BYTES`.
    #[error("the output {} is too large to be stored ({bytes} bytes)", path.display())]
    TooLarge {
        /// The output.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It was written while it was read.
    #[error("the output {} changed while it was read", path.display())]
    Changed {
        /// The output.
        path: PathBuf,
    },
    /// There was no room for the copy.
    #[error("cannot copy the output {} into the cache: {source}", path.display())]
    Copy {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SnapshotError {
    /// By what word it is counted that a result with this output is not stored.
    pub fn reason(&self) -> &'static str {
        match self {
            SnapshotError::Read { .. } => "output-unreadable",
            SnapshotError::NotRegular { .. } => "output-not-a-file",
            SnapshotError::TooLarge { .. } => "output-too-large",
            SnapshotError::Changed { .. } => "output-changed",
            SnapshotError::Copy { source, .. } if source.kind() == io::ErrorKind::StorageFull => "cache-disk-full",
            SnapshotError::Copy { .. } => "cache-unwritable",
        }
    }
}

/// Outputs could not be put in place. No temporary file of the call remains, and every destination is whole or absent.
#[derive(Debug, thiserror::Error)]
pub enum MaterializeError {
    /// The destination is not one that can be replaced as the tool would write it: run the tool.
    #[error("cannot replace {}: {why}", path.display())]
    Destination {
        /// The destination.
        path: PathBuf,
        /// What is in the way.
        why: Obstacle,
    },
    /// The content in the store is missing or is not what it should be.
    #[error("the stored content {blob} is missing or damaged")]
    Corrupt {
        /// Which content.
        blob: Digest,
    },
    /// Reading or writing failed.
    #[error("cannot put {} in place: {source}", path.display())]
    Io {
        /// The destination.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a destination cannot be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// A link, a folder, a device, or no name at all.
    #[error("it is not a regular file")]
    NotRegular,
    /// The file is there and we may not write it.
    #[error("it is not writable")]
    NotWritable,
    /// The folder is missing, or is no folder.
    #[error("its folder is missing")]
    FolderMissing,
    /// No file can be made in the folder.
    #[error("its folder is not writable")]
    FolderNotWritable,
}

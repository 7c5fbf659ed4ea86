//! Stored results: blobs by content, an index over them, whole entries or none.
//!
//! Owns everything below the cache folder's `v3/` and is the only one that writes there or puts outputs in place. What a
//! key means, and whether a result may be stored at all, is decided elsewhere.
//!
//! ```text
//! root/v3/lock            held by the daemon that uses the folder; its process id
//! root/v3/index.redb      see the grammar in index/tables.rs
//! root/v3/blobs/ab/cdef.. content of outputs, named by digest
//! root/v3/tmp/            what is not yet whole; emptied at every start
//! ```
//!
//! The version of all formats is in the folder's name: another version is another folder, never a repair.
#![forbid(unsafe_code)]

mod error;
mod store;

mod materialize;
mod record;
mod snapshot;

mod blobs;
mod content;
mod copy;
mod index;
mod keeper;
mod links;
mod memory;
mod shared;
mod writer;

mod clock;
mod disk;

pub use copy::CopyMode;
pub use error::{MaterializeError, Obstacle, SnapshotError, StoreError};
pub use links::may_be_link;
pub use materialize::Placement;
pub use record::NewEntry;
pub use snapshot::Snapshot;
pub use store::{Store, StoreOptions, Usage};

#[cfg(test)]
mod tests;

//! What the callers of the store and its keeper have in common.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::ReadTransaction;
use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::outcome::Statistics;

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::error::StoreError;
use crate::index::{Index, Totals, is_named};
use crate::keeper::Bell;
use crate::memory::Memory;
use crate::writer::{Answer, Change, Writer};

/// The store's parts.
pub(crate) struct Shared {
    pub(crate) blobs: Blobs,
    pub(crate) index: Index,
    pub(crate) memory: Memory,
    pub(crate) clock: Clock,
    /// Most that is stored, bytes.
    pub(crate) limit: u64,
    /// How much is stored, as of the last commit.
    pub(crate) totals: Mutex<Totals>,
    /// Damaged things dropped since the store was opened.
    pub(crate) dropped: AtomicU64,
    /// How often the index was opened; tells whether a complaint is about the one that is there now.
    pub(crate) generation: AtomicU64,
    pub(crate) notes: Mutex<Notes>,
    /// Changes to be made. Who put one there waits for it, so there are never more than threads.
    pub(crate) queue: Mutex<Vec<Change>>,
    pub(crate) writer: Mutex<Writer>,
    /// Wakes the keeper.
    pub(crate) bell: Sender<Bell>,
    /// Locked as long as the store lives. The last field: it is let go of when the index is closed.
    pub(crate) _lock: File,
}

/// What is to be written at the next durable commit, and may be lost.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Results that were used.
    pub(crate) uses: HashSet<ResultKey>,
    /// Lists that were useful, by manifest: the last one counts.
    pub(crate) preferred: HashMap<ManifestKey, Digest>,
    /// The counters, where they are others than the saved ones.
    pub(crate) statistics: Option<Statistics>,
    /// What is left for the next daemon.
    pub(crate) memories: HashMap<Digest, Vec<u8>>,
}

impl Notes {
    fn is_empty(&self) -> bool {
        self.uses.is_empty() && self.preferred.is_empty() && self.statistics.is_none() && self.memories.is_empty()
    }
}

impl Shared {
    /// Writes something into the notes. Only the first note wakes the keeper: a hit must not pay for that.
    pub(crate) fn note(&self, write: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes();
        let first = notes.is_empty();
        write(&mut notes);
        drop(notes);
        if first {
            self.ring();
        }
    }

    /// Tells the keeper that there is something to do.
    pub(crate) fn ring(&self) {
        if self.bell.send(Bell::Work).is_err() {
            tracing::warn!("the store's keeper has ended; nothing is made durable any more");
        }
    }

    /// Has a change made, and waits until everybody can see it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(Answer<T>) -> Change) -> Result<T, StoreError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.queue().push(change(answer));
        // Whoever had the lock may have made it already.
        self.writer().serve(self);
        answered.recv().map_err(|_| StoreError::Closed)?
    }

    /// Whoever changes the index. A panic in there left no half of a change: redb gave its transaction up.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The changes to be made.
    pub(crate) fn queue(&self) -> MutexGuard<'_, Vec<Change>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are notes to be written.
    pub(crate) fn has_notes(&self) -> bool {
        !self.notes().is_empty()
    }

    /// Says that the index could not be used.
    pub(crate) fn index_error(&self, why: &str) -> StoreError {
        StoreError::Index { path: self.index.path().to_owned(), why: why.to_owned() }
    }

    /// The notes.
    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is stored.
    pub(crate) fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts something damaged that was dropped.
    pub(crate) fn count_dropped(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// Asks the index. None: it cannot answer, and was opened again. Not for who holds the writer's lock.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>) -> Option<T> {
        let generation = self.generation.load(Ordering::Acquire);
        match self.index.read(question) {
            Ok(answer) => Some(answer),
            Err(trouble) => {
                self.writer().complain(self, generation, &trouble);
                None
            }
        }
    }

    /// Removes blobs that no result names. Where the index cannot say, they stay.
    pub(crate) fn drop_unnamed(&self, digests: impl IntoIterator<Item = Digest>) {
        for digest in digests {
            self.blobs.drop_unnamed(&digest, || self.index.read(|tables| is_named(tables, &digest)).unwrap_or(true));
        }
    }
}

//! Changes of the index, and what is done about trouble with it. When they become durable, and what else is to be done
//! from time to time, is the keeper's.
//!
//! Whoever has a change puts it in the queue and takes the writer's lock; who gets it first makes the changes of all. So
//! changes come in batches when there are many, and a lone one is made by its own thread: handing it to another costs up
//! to 4 ms on a machine that is busy building. A change is committed without waiting for the disk (9 us) and is visible
//! from then on; a thread of its own, the keeper, makes one durable commit a second. What a crash loses are the last
//! second's entries, as if they had never been stored.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use redb::Durability;
use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::outcome::Statistics;

use crate::error::StoreError;
use crate::index::{Added, Changes, Found, IndexError, Keep, Lead, NewResult, Opened, Rows, statistics, totals};
use crate::shared::Shared;

/// Where an answer goes.
pub(crate) type Answer<T> = SyncSender<Result<T, StoreError>>;

/// A change of the index, and who waits for it.
pub(crate) enum Change {
    /// Add a result.
    Add {
        /// The way to it.
        lead: Arc<Lead>,
        /// Its key.
        key: ResultKey,
        /// It; none: it is thought to be there.
        result: Option<NewResult>,
        /// Who waits.
        answer: Answer<Added>,
    },
    /// Drop something.
    Drop(Victim, Answer<()>),
}

/// What is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Victim {
    /// A result.
    Result(ResultKey),
    /// A damaged list of a manifest.
    List(ManifestKey, Digest),
    /// A damaged manifest.
    Manifest(ManifestKey),
}

/// The state of the one who changes the index.
pub(crate) struct Writer {
    /// When the next durable commit is due; none: there is nothing to write.
    pub(crate) due: Option<Instant>,
    /// Something was committed since the last durable commit.
    pub(crate) undurable: bool,
    /// The limit was passed, and the lower mark is not reached yet.
    pub(crate) evicting: bool,
    /// Blob folders that are still to be searched for blobs that no result names.
    pub(crate) unswept: Vec<PathBuf>,
    /// The index could not be opened again.
    broken: bool,
}

/// How long a committed change may wait until it is durable.
pub(crate) const DURABLE_AFTER: Duration = Duration::from_secs(1);
impl Writer {
    /// A writer that first searches these folders for blobs that no result names.
    pub(crate) fn new(unswept: Vec<PathBuf>, evicting: bool) -> Self {
        Writer { due: None, undurable: false, evicting, unswept, broken: false }
    }

    /// Makes all the changes in the queue: all or none of them.
    pub(crate) fn serve(&mut self, shared: &Shared) {
        let batch = std::mem::take(&mut *shared.queue());
        if batch.is_empty() {
            return;
        }
        let now = shared.clock.seconds();
        let done = self.write(shared, Durability::None, |rows| {
            let added = batch.iter().map(|change| apply(rows, change, now)).collect::<Result<Vec<_>, _>>()?;
            Ok((added, Keep::Changes))
        });
        match done {
            Ok(added) => {
                self.is_dirty(shared);
                for (change, added) in batch.iter().zip(added) {
                    match change {
                        Change::Add { answer, .. } => reply(answer, Ok(added)),
                        Change::Drop(_, answer) => reply(answer, Ok(())),
                    }
                }
            }
            Err(why) => {
                for change in &batch {
                    match change {
                        Change::Add { answer, .. } => reply(answer, Err(shared.index_error(&why))),
                        Change::Drop(_, answer) => reply(answer, Err(shared.index_error(&why))),
                    }
                }
            }
        }
    }

    /// Drops everything but the statistics.
    pub(crate) fn clear(&mut self, shared: &Shared) -> Result<(), StoreError> {
        let kept = latest_statistics(shared);
        let cleared = self.begin_afresh(shared, &kept);
        if cleared.is_err() {
            shared.notes().statistics.get_or_insert(kept);
        }
        cleared
    }

    /// Opens the index again, if it is still the one that there was trouble with.
    pub(crate) fn complain(&mut self, shared: &Shared, generation: u64, trouble: &IndexError) {
        if generation == shared.generation.load(Ordering::Acquire) {
            self.recover(shared, trouble);
        }
    }

    fn begin_afresh(&mut self, shared: &Shared, statistics: &Statistics) -> Result<(), StoreError> {
        self.broken = true;
        shared.index.replace()?;
        self.opened(shared);
        self.write(shared, Durability::Immediate, |rows| Ok((rows.save_statistics(statistics)?, Keep::Changes)))
            .map_err(|why| shared.index_error(&why))?;
        self.sweep(shared);
        Ok(())
    }

    /// One transaction. After an error the index is opened again, so that the next one can do better.
    pub(crate) fn write<T>(
        &mut self,
        shared: &Shared,
        durability: Durability,
        function: impl FnOnce(&mut Rows<'_>) -> Result<(T, Keep), redb::Error>,
    ) -> Result<T, String> {
        if self.broken {
            self.recover(shared, &IndexError::Gone);
        }
        if self.broken {
            return Err(IndexError::Gone.to_string());
        }
        let written = shared.index.write(durability, |transaction| {
            let mut rows = Rows::open(transaction)?;
            let (value, keep) = function(&mut rows)?;
            Ok(((value, rows.close()?), keep))
        });
        match written {
            Ok((value, changes)) => {
                self.undurable = true;
                self.publish(shared, changes);
                Ok(value)
            }
            Err(trouble) => {
                self.recover(shared, &trouble);
                Err(trouble.to_string())
            }
        }
    }

    /// Lets everybody see what was committed, and removes what no result names any more.
    fn publish(&mut self, shared: &Shared, changes: Changes) {
        for manifest in &changes.manifests {
            shared.memory.forget_manifest(manifest);
        }
        for key in &changes.results {
            shared.memory.forget_result(key);
        }
        *shared.totals() = changes.totals;
        shared.count_dropped(changes.damaged);
        if changes.totals.bytes > shared.limit && !self.evicting {
            self.evicting = true;
            shared.ring();
        }
        shared.drop_unnamed(changes.unnamed);
    }

    /// Opens the index again after trouble.
    fn recover(&mut self, shared: &Shared, trouble: &IndexError) {
        match shared.index.reopen(trouble) {
            Ok(opened) => {
                if opened == Opened::Replaced {
                    shared.count_dropped(1);
                }
                self.opened(shared);
            }
            Err(error) => {
                tracing::error!(%error, "the index cannot be opened again; nothing is served or stored");
                self.broken = true;
            }
        }
    }

    /// The index is another one, or lost what was not durable.
    fn opened(&mut self, shared: &Shared) {
        self.broken = false;
        shared.generation.fetch_add(1, Ordering::AcqRel);
        shared.memory.clear();
        *shared.totals() = shared.index.read(totals).unwrap_or_default();
        self.unswept = shared.blobs.folders();
        shared.ring();
    }

    /// The first change since the last durable commit wakes the keeper.
    pub(crate) fn is_dirty(&mut self, shared: &Shared) {
        if self.due.is_none() {
            self.due = Some(Instant::now() + DURABLE_AFTER);
            shared.ring();
        }
    }
}

fn latest_statistics(shared: &Shared) -> Statistics {
    let noted = shared.notes().statistics.take();
    noted.unwrap_or_else(|| match shared.index.read(statistics) {
        Ok(Found::Value(saved)) => saved,
        _ => Statistics::default(),
    })
}

fn apply(rows: &mut Rows<'_>, change: &Change, now: u64) -> Result<Added, redb::Error> {
    match change {
        Change::Add { lead, key, result, .. } => return rows.add(lead, key, result.as_ref(), now),
        Change::Drop(Victim::Result(key), _) => rows.drop_result(key)?,
        Change::Drop(Victim::List(manifest, list), _) => rows.drop_list(manifest, list)?,
        Change::Drop(Victim::Manifest(manifest), _) => rows.drop_manifest(manifest)?,
    }
    Ok(Added::Gone)
}

fn reply<T>(answer: &Answer<T>, value: Result<T, StoreError>) {
    if answer.send(value).is_err() {
        tracing::debug!("nobody waited for the answer of the store's writer");
    }
}

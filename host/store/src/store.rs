//! The store as the rest of the daemon sees it.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::limits;
use zccache_model::manifest::Manifest;
use zccache_model::outcome::Statistics;
use zccache_model::result::StoredResult;

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::copy::{Copier, CopyMode};
use crate::disk::Disk;
use crate::error::{MaterializeError, SnapshotError, StoreError};
use crate::index::{
    Found, Index, IndexError, Opened, find_manifest, find_result, is_named, memory, statistics, totals,
};
use crate::keeper::{Bell, keep};
use crate::materialize::{Materializer, Placement};
use crate::memory::Memory;
use crate::record::{NewEntry, record};
use crate::shared::{Notes, Shared};
use crate::snapshot::{Snapshot, take};
use crate::writer::{Change, Victim, Writer};

/// What was stored, and may be served. One per cache folder; shared by all threads.
pub struct Store {
    shared: Arc<Shared>,
    disk: Disk,
    copier: Copier,
    materializer: Materializer,
    statistics: Statistics,
    keeper: Option<JoinHandle<()>>,
}

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Most that is stored, bytes. Reaching it drops what was not used for the longest time, until nine tenths are left.
    pub limit_bytes: u64,
    /// How outputs are put in place.
    pub copy: CopyMode,
}

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// What counts against the limit: contents, results with their streams, input lists.
    pub bytes: u64,
    /// Different contents.
    pub blobs: u64,
    /// Stored results.
    pub results: u64,
    /// Damaged things that were found and dropped since the store was opened.
    pub dropped: u64,
}

impl Store {
    /// Opens the store below `root`, or makes it. A damaged index is dropped and a fresh one begun.
    pub fn open(root: &Path, options: StoreOptions) -> Result<Store, StoreError> {
        Store::open_with(root, options, Disk::default(), Clock::System)
    }

    pub(crate) fn open_with(root: &Path, options: StoreOptions, disk: Disk, clock: Clock) -> Result<Store, StoreError> {
        let root = root.join("v3");
        disk.make_folder(&root).map_err(|source| StoreError::Folder { path: root.clone(), source })?;
        let lock = lock(&root)?;
        let blobs = Blobs::new(&root, disk.clone());
        blobs.prepare().map_err(|(path, source)| StoreError::Folder { path, source })?;
        let (index, opened) = Index::open(root.join("index.redb"), disk.clone())?;
        let mut dropped = u64::from(opened == Opened::Replaced);
        let unreadable = |why: IndexError| StoreError::Index { path: root.join("index.redb"), why: why.to_string() };
        let kept = || -> Result<_, IndexError> { Ok((index.read(totals)?, index.read(statistics)?)) };
        let (totals, statistics) = match kept() {
            // Pages that opening did not look at.
            Err(why) if why.is_damage() => {
                index.reopen(&why)?;
                dropped += 1;
                kept()
            }
            read => read,
        }
        .map_err(unreadable)?;
        let statistics = match statistics {
            Found::Value(statistics) => statistics,
            Found::Nothing => Statistics::default(),
            Found::Damaged => {
                dropped += 1;
                Statistics::default()
            }
        };
        let (bell, rung) = channel();
        let writer = Writer::new(blobs.folders(), totals.bytes > options.limit_bytes);
        let shared = Arc::new(Shared {
            blobs,
            index,
            memory: Memory::new(),
            clock,
            limit: options.limit_bytes,
            totals: Mutex::new(totals),
            dropped: AtomicU64::new(dropped),
            generation: AtomicU64::new(0),
            notes: Mutex::new(Notes::default()),
            queue: Mutex::default(),
            writer: Mutex::new(writer),
            bell,
            _lock: lock,
        });
        let kept = Arc::clone(&shared);
        let keeper = std::thread::Builder::new()
            .name("store-keeper".to_owned())
            .spawn(move || keep(&kept, &rung))
            .map_err(|source| StoreError::Thread { source })?;
        Ok(Store {
            shared,
            copier: Copier::new(options.copy, disk.clone()),
            materializer: Materializer::new(disk.clone(), options.copy == CopyMode::Link),
            disk,
            statistics,
            keeper: Some(keeper),
        })
    }

    /// The input lists seen for a manifest. A damaged one is dropped, counted and as good as absent.
    pub fn manifest(&self, manifest: &ManifestKey) -> Option<Arc<Manifest>> {
        let mut damaged = Vec::new();
        let manifest = self.shared.memory.manifest(manifest, || {
            let (found, lists) = self.shared.ask(|tables| find_manifest(tables, manifest))?;
            damaged.extend(lists.into_iter().map(|list| Victim::List(*manifest, list)));
            match found {
                Found::Value(manifest) => Some(Arc::new(manifest)),
                Found::Nothing => None,
                Found::Damaged => {
                    damaged.push(Victim::Manifest(*manifest));
                    None
                }
            }
        });
        self.drop_damaged(damaged);
        manifest
    }

    /// A stored result, and notes that it was used. A damaged one is dropped, counted and as good as absent.
    pub fn result(&self, key: &ResultKey) -> Option<Arc<StoredResult>> {
        let mut damaged = Vec::new();
        let result = self.shared.memory.result(key, || match self.shared.ask(|tables| find_result(tables, key))? {
            Found::Value(result) => Some(Arc::new(result)),
            Found::Nothing => None,
            Found::Damaged => {
                damaged.push(Victim::Result(*key));
                None
            }
        });
        self.drop_damaged(damaged);
        if result.is_some() {
            self.shared.note(|notes| {
                notes.uses.insert(*key);
            });
        }
        result
    }

    /// Moves a list to the front of its manifest, since it was useful. Seen by others within about a second.
    pub fn prefer(&self, manifest: &ManifestKey, list: &Digest) {
        self.shared.note(|notes| {
            notes.preferred.insert(*manifest, *list);
        });
    }

    /// Takes the content of the output at `path`, which a run wrote under `umask`: up to `limits::SNAPSHOT_BYTES` into
    /// memory, more into a file of the store's own.
    pub fn snapshot(&self, path: &Path, umask: u32) -> Result<Snapshot, SnapshotError> {
        take(&self.disk, &self.shared.blobs, &self.copier, path, umask)
    }

    /// Stores an entry. When this returns, `manifest` and `result` find it; where that result is stored already, it stays
    /// and its list is the preferred one.
    pub fn record(&self, entry: NewEntry) -> Result<(), StoreError> {
        record(&self.shared, entry)
    }

    /// Puts outputs at their destinations, with the permissions for a caller with this umask.
    pub fn materialize(&self, placements: &[Placement<'_>], umask: u32) -> Result<(), MaterializeError> {
        let placed = self.materializer.place(&self.shared.blobs, &self.copier, placements, umask);
        if let Err(MaterializeError::Corrupt { blob }) = &placed
            && self.shared.ask(|tables| is_named(tables, blob)).unwrap_or(false)
        {
            // Not one that was evicted just now.
            self.shared.count_dropped(1);
        }
        placed
    }

    /// Makes the file at `path` its owner's alone, where it is a link of what is stored or once was: a tool that writes in
    /// place could not, or would write into the store. It keeps its content and times, and may be written under this umask.
    /// Whether it was such a link. Asked for what [`may_be_link`](crate::may_be_link).
    pub fn detach(&self, path: &Path, umask: u32) -> Result<bool, MaterializeError> {
        self.materializer.detach(&self.copier, path, umask)
    }

    /// Drops a result, with what nothing else needs. After [`MaterializeError::Corrupt`].
    pub fn forget(&self, key: &ResultKey) {
        self.drop_victim(Victim::Result(*key));
    }

    /// Drops everything but the statistics.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.shared.writer().clear(&self.shared)
    }

    /// How much is stored. Exact, and cheap to ask.
    pub fn usage(&self) -> Usage {
        let totals = *self.shared.totals();
        Usage {
            bytes: totals.bytes,
            blobs: totals.blobs,
            results: totals.results,
            dropped: self.shared.dropped.load(Ordering::Relaxed),
        }
    }

    /// The counters as they were saved when the store was opened.
    pub fn statistics(&self) -> Statistics {
        self.statistics.clone()
    }

    /// Saves the counters, within about a second.
    pub fn save_statistics(&self, statistics: &Statistics) {
        self.shared.note(|notes| notes.statistics = Some(statistics.clone()));
    }

    /// Leaves something for the next daemon, within about a second. It may be gone by then, and nothing may rest on its
    /// being there.
    pub fn remember(&self, key: Digest, value: Vec<u8>) {
        if value.len() > limits::MEMORY_BYTES {
            return;
        }
        self.shared.note(|notes| {
            notes.memories.insert(key, value);
        });
    }

    /// What a daemon before this one left.
    pub fn recall(&self, key: &Digest) -> Option<Vec<u8>> {
        self.shared.ask(|tables| memory(tables, key)).flatten()
    }

    /// Finishes the eviction and the sweep under way, and makes everything durable. The last is also done when the store
    /// is dropped.
    pub fn flush(&self) {
        self.shared.writer().flush(&self.shared);
    }

    fn drop_damaged(&self, damaged: Vec<Victim>) {
        self.shared.count_dropped(damaged.len() as u64);
        for victim in damaged {
            self.drop_victim(victim);
        }
    }

    fn drop_victim(&self, victim: Victim) {
        if let Err(error) = self.shared.change(|answer| Change::Drop(victim, answer)) {
            tracing::warn!(%error, "a damaged part of the cache stays until it is met again");
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let told = self.shared.bell.send(Bell::End).is_ok();
        let ended = self.keeper.take().map(JoinHandle::join);
        if !told || matches!(ended, Some(Err(_))) {
            tracing::error!("the store's keeper had ended before; the last changes may be lost");
        }
    }
}

/// Takes the folder for this process, for as long as the file is open.
fn lock(root: &Path) -> Result<File, StoreError> {
    let path = root.join("lock");
    let failed = |source: io::Error| StoreError::Folder { path: path.clone(), source };
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let holder = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
            return Err(StoreError::Locked { path: root.to_owned(), holder });
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
    }
    let written = file.set_len(0).and_then(|()| file.rewind());
    written.and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
    Ok(file)
}

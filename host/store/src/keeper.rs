//! What is done beside the callers: durable commits, eviction, the sweep for blobs that no result names. A thread of its own
//! does it a little at a time, so that those who record wait for no more than a step.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use redb::Durability;

use crate::index::{Keep, Rows};
use crate::shared::{Notes, Shared};
use crate::writer::{DURABLE_AFTER, Writer};

/// What the keeper is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bell {
    /// There is something to write or to evict.
    Work,
    /// The store is dropped.
    End,
}

/// Most results dropped in one transaction of an eviction: so long do others wait, about a millisecond.
const EVICTION_BATCH: usize = 64;

/// Works beside the callers until the store is dropped.
pub(crate) fn keep(shared: &Shared, bell: &Receiver<Bell>) {
    let mut wait = Some(Duration::ZERO);
    loop {
        let rung = match wait {
            Some(wait) => bell.recv_timeout(wait),
            None => bell.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let mut writer = shared.writer();
        if matches!(rung, Ok(Bell::End) | Err(RecvTimeoutError::Disconnected)) {
            return writer.make_durable(shared);
        }
        wait = writer.work(shared);
        drop(writer);
        // Callers that wait for the lock go first.
        std::thread::yield_now();
    }
}

impl Writer {
    /// Finishes the eviction and the sweep under way, and makes everything durable.
    pub(crate) fn flush(&mut self, shared: &Shared) {
        self.sweep(shared);
        while self.evicting {
            self.evict(shared);
        }
        self.make_durable(shared);
    }

    /// Does a little of what is to be done. How long nothing will be, unless the bell rings; none: for ever.
    fn work(&mut self, shared: &Shared) -> Option<Duration> {
        if self.due.is_none() && shared.has_notes() {
            self.due = Some(Instant::now() + DURABLE_AFTER);
        }
        if self.due.is_some_and(|due| due <= Instant::now()) {
            self.make_durable(shared);
        }
        if self.evicting {
            self.evict(shared);
        } else if let Some(folder) = self.unswept.pop() {
            shared.drop_unnamed(shared.blobs.in_folder(&folder));
        }
        if self.evicting || !self.unswept.is_empty() {
            return Some(Duration::ZERO);
        }
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Writes the notes and makes all that was committed durable.
    fn make_durable(&mut self, shared: &Shared) {
        self.due = None;
        let undurable = self.undurable;
        let notes = std::mem::take(&mut *shared.notes());
        let now = shared.clock.seconds();
        let written = self.write(shared, Durability::Immediate, |rows| {
            let keep = write_notes(rows, &notes, now)?;
            Ok(((), if undurable { Keep::Changes } else { keep }))
        });
        self.undurable = false;
        if written.is_err()
            && let Some(statistics) = notes.statistics
        {
            // Not noted as a change: whatever is written next takes them along.
            shared.notes().statistics.get_or_insert(statistics);
        }
    }

    /// Drops the results that were not used for the longest time, a few at a time, until nine tenths of the limit are left.
    fn evict(&mut self, shared: &Shared) {
        let target = eviction_target(shared.limit);
        let done = self.write(shared, Durability::None, |rows| {
            for _ in 0..EVICTION_BATCH {
                if rows.totals().bytes <= target {
                    return Ok((Eviction::Done, Keep::Changes));
                }
                if !rows.drop_oldest()? {
                    return Ok((Eviction::NothingLeft, Keep::Changes));
                }
            }
            Ok((Eviction::GoesOn, Keep::Changes))
        });
        self.is_dirty(shared);
        // After trouble it begins again with the next change.
        self.evicting = matches!(done, Ok(Eviction::GoesOn));
        if matches!(done, Ok(Eviction::NothingLeft))
            && let Err(error) = self.clear(shared)
        {
            // The totals count what damaged rows held. With no result left, a fresh index costs nothing.
            tracing::warn!(%error, "a damaged index stays");
        }
    }

    pub(crate) fn sweep(&mut self, shared: &Shared) {
        for folder in std::mem::take(&mut self.unswept) {
            shared.drop_unnamed(shared.blobs.in_folder(&folder));
        }
    }
}

/// How far an eviction has come.
enum Eviction {
    /// There is room again.
    Done,
    /// More has to go.
    GoesOn,
    /// There is no result left, and still too much is counted.
    NothingLeft,
}

/// Eviction goes on until this much is left.
pub(crate) fn eviction_target(limit: u64) -> u64 {
    limit - limit / 10
}

/// Whether that changed anything.
fn write_notes(rows: &mut Rows<'_>, notes: &Notes, now: u64) -> Result<Keep, redb::Error> {
    let mut keep = Keep::Nothing;
    for key in &notes.uses {
        keep = keep.or(rows.note_use(key, now)?);
    }
    for (context, list) in &notes.preferred {
        keep = keep.or(rows.prefer(context, list)?);
    }
    for (key, value) in &notes.memories {
        rows.remember(key, value)?;
        keep = Keep::Changes;
    }
    if let Some(statistics) = &notes.statistics {
        rows.save_statistics(statistics)?;
        keep = Keep::Changes;
    }
    Ok(keep)
}

//! What the system tells of changes, so that what was looked at once need not be looked at again.
//!
//! The watcher never says what is at a path. It says of something that was looked at before whether it *may* have changed
//! since: [`Watch::survey`] begins a look, in which every path is claimed before it is looked at; what the look came to holds
//! as long as [`Watch::holds`] says so. Where it cannot know, it refuses, and whoever asked looks again, as if there were
//! no watcher. `docs/watching.md` argues case by case why no stale answer is possible.

mod mounts;
mod report;
mod survey;
mod table;
mod way;

#[cfg_attr(target_os = "linux", path = "inotify.rs")]
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod source;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use report::{Loss, Refusal, WatchReport};
pub use survey::{Survey, Vouched};

use table::Table;

/// Tells what may have changed. One for the life of a daemon, shared by all its threads.
pub struct Watch {
    table: Result<Mutex<Table>, Refusal>,
}

impl Watch {
    /// Asks the system to tell of changes. Where it cannot, nothing is ever vouched for.
    pub(crate) fn begin() -> Watch {
        let table = source::Source::open().and_then(Table::new);
        if let Err(error) = &table {
            tracing::warn!(%error, "the system tells of no changes; every file is looked at for every compile");
        }
        Watch { table: table.map(Mutex::new).map_err(|_| Refusal::Unavailable) }
    }

    /// Vouches for nothing.
    pub(crate) fn off() -> Watch {
        Watch { table: Err(Refusal::Off) }
    }

    /// Begins a look at the world. None: nothing would be vouched for.
    pub fn survey(self: &Arc<Self>) -> Option<Survey> {
        let mut table = self.lock()?;
        table.drain();
        Some(Survey::new(Arc::clone(self), table.now()))
    }

    /// Whether all that a survey claimed is as it was. Every change that was over before this call counts: the system has
    /// an event in its queue by the time a write returns, and the queue is emptied first.
    pub fn holds(&self, vouched: &Vouched) -> bool {
        self.lock().is_some_and(|mut table| {
            table.drain();
            table.holds(vouched)
        })
    }

    /// Takes note of what has happened, so that the system's queue does not run over while nobody asks.
    pub fn tend(&self) {
        if let Some(mut table) = self.lock() {
            table.drain();
        }
    }

    /// How much is watched, and what is not.
    pub fn report(&self) -> WatchReport {
        match &self.table {
            Ok(_) => self.lock().map(|table| table.report()).unwrap_or_default(),
            Err(refusal) => WatchReport { off: Some(*refusal), ..WatchReport::default() },
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, Table>> {
        let shared = self.table.as_ref().ok()?;
        Some(shared.lock().unwrap_or_else(|poisoned: PoisonError<MutexGuard<'_, Table>>| {
            // A panic may have left an event half noted: nothing that was claimed before holds any more.
            let mut table = poisoned.into_inner();
            table.lose(Loss::Trouble);
            shared.clear_poison();
            table
        }))
    }
}

#[cfg(test)]
mod tests;

//! Counting outcomes, exactly, also while a build runs: whoever asks waits for the requests that have been answered and
//! are not counted yet.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zccache_model::outcome::{Outcome, Statistics};

/// Longest that a question waits for answered requests to be counted.
const SETTLE: Duration = Duration::from_secs(10);

/// The counters of a cache.
pub struct Tally {
    state: Mutex<State>,
    settled: Condvar,
}

struct State {
    statistics: Statistics,
    /// Compiles that a client is told to run or is running.
    running: u64,
    /// Requests that have been answered for good and are still being recorded.
    recording: u64,
    changed: bool,
}

impl Tally {
    /// Counts on from what was counted before.
    pub fn new(statistics: Statistics) -> Tally {
        let state = State { statistics, running: 0, recording: 0, changed: false };
        Tally { state: Mutex::new(state), settled: Condvar::new() }
    }

    /// Counts an outcome.
    pub fn count(&self, plugin: Option<&str>, outcome: &Outcome) {
        let mut state = self.lock();
        state.statistics.count(plugin, outcome);
        state.changed = true;
    }

    /// Notes a compile that is going on, until the guard is dropped.
    pub fn running(&self) -> Running<'_> {
        self.lock().running += 1;
        Running { tally: self, recording: false }
    }

    /// Compiles that are going on.
    pub fn running_now(&self) -> u64 {
        self.lock().running
    }

    /// What was counted, once every answered request is. `zero`: counting starts afresh.
    pub fn report(&self, zero: bool) -> Statistics {
        let mut state = self.settle();
        if zero {
            state.changed = true;
            std::mem::take(&mut state.statistics)
        } else {
            state.statistics.clone()
        }
    }

    /// Waits until every answered request is recorded.
    pub fn wait_for_recordings(&self) {
        drop(self.settle());
    }

    /// What was counted, if it changed since this was last asked.
    pub fn unsaved(&self) -> Option<Statistics> {
        let mut state = self.lock();
        std::mem::take(&mut state.changed).then(|| state.statistics.clone())
    }

    fn settle(&self) -> MutexGuard<'_, State> {
        let waited = self.settled.wait_timeout_while(self.lock(), SETTLE, |state| state.recording > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Counters are whole after every statement that holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A compile that is going on.
pub struct Running<'a> {
    tally: &'a Tally,
    recording: bool,
}

impl Running<'_> {
    /// The client is about to be answered for good; what is left is recording.
    pub fn answered(&mut self) {
        self.recording = true;
        self.tally.lock().recording += 1;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.tally.lock();
        state.running -= 1;
        if self.recording {
            state.recording -= 1;
            self.tally.settled.notify_all();
        }
    }
}

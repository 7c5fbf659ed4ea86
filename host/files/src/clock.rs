//! The clock that stamps are compared with. Always the coarse wall clock: it never runs ahead of what the kernel writes
//! into a stamp, so a change after a reading of it never looks older than the reading by more than one tick.

use std::sync::Arc;

use crate::unix;

/// Nanoseconds since 1970. Injected, so that tests can make files look old or fresh.
pub(crate) type Clock = Arc<dyn Fn() -> i128 + Send + Sync>;

/// The clock of the system.
pub(crate) fn system() -> Clock {
    Arc::new(unix::now)
}

/// When a run was released: nanoseconds since 1970 on the coarse wall clock, read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Started(pub i128);

impl Started {
    /// A run that is released after this call.
    pub fn now() -> Self {
        Started(unix::now())
    }

    /// Whether something with this change time may have changed after the run was released.
    pub(crate) fn is_not_after(self, ctime: i128) -> bool {
        self.0 <= ctime
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Looks until the coarse clock is past this moment, so that what is written next has a later stamp than everything
    /// before: where a stamp was looked at, newer kernels give the next one by the fine clock, ahead of the coarse one.
    pub(crate) fn next_tick() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        while unix::now() <= i128::try_from(now.as_nanos()).unwrap() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_change_in_the_tick_of_the_release_counts_as_after_it() {
        let started = Started::now();
        assert!(started.is_not_after(started.0));
        assert!(!started.is_not_after(started.0 - 1));
    }
}

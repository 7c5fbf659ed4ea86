//! The clock that stamps are compared with. Always the coarse wall clock: it never runs ahead of what the kernel writes
//! into a stamp, so a change after a reading of it never looks older than the reading by more than one tick.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zccache_model::limits;
use zccache_model::plan::Input;

use crate::place::Place;
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

/// How often it is looked whether the clock has gone on. A tick is 1 to 10 ms.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

impl Started {
    /// A run that is released after this call.
    pub fn now() -> Self {
        Started(unix::now())
    }

    /// The same, once the tick is over in which one of these inputs was changed last: nobody could tell else whether the
    /// change came before the release. Builds make a file and use it at once.
    pub fn after_changes(place: &Place<'_>, inputs: &[Input]) -> Self {
        let newest = newest_change(place, inputs);
        let begun = Instant::now();
        loop {
            let now = unix::now();
            // A time that is further ahead is no matter of a tick, and is not waited for.
            if newest < now || begun.elapsed() > limits::QUIET {
                return Started(now);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Whether one of these inputs was changed less than `soon` before the release.
    pub fn is_soon_after_changes(self, place: &Place<'_>, inputs: &[Input], soon: Duration) -> bool {
        let soon = i128::try_from(soon.as_nanos()).unwrap_or(i128::MAX);
        newest_change(place, inputs).saturating_add(soon) > self.0
    }

    /// Whether something with this change time may have changed after the run was released.
    pub(crate) fn is_not_after(self, ctime: i128) -> bool {
        self.0 <= ctime
    }
}

/// The newest change time of these inputs.
fn newest_change(place: &Place<'_>, inputs: &[Input]) -> i128 {
    let stamps = inputs.iter().filter_map(|input| unix::stat_if_there(&place.at(&input.path)).ok().flatten());
    stamps.map(|stamp| stamp.ctime).max().unwrap_or(i128::MIN)
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
    fn a_run_is_released_when_the_last_change_of_its_inputs_is_a_tick_old() {
        let folder = tempfile::tempdir().unwrap();
        let absence = zccache_model::plan::Absence::MayBeAbsent;
        let observe = zccache_model::plan::Observe::Content;
        let inputs = ["x", "gone"].map(|path| Input { path: path.into(), observe, absence });
        for _ in 0..20 {
            std::fs::write(folder.path().join("x"), "one").unwrap();
            let started = Started::after_changes(&crate::place::tests::place(folder.path()), &inputs);
            let changed = unix::stat(&folder.path().join("x")).unwrap().ctime;
            assert!(!started.is_not_after(changed));
        }
    }

    #[test]
    fn a_change_in_the_tick_of_the_release_counts_as_after_it() {
        let started = Started::now();
        assert!(started.is_not_after(started.0));
        assert!(!started.is_not_after(started.0 - 1));
    }
}

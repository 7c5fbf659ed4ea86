//! Lets a fixed number of calls run at once; the others wait, for a bounded time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts free places.
pub(crate) struct Gate {
    free: Mutex<usize>,
    left: Condvar,
}

/// A place that is taken until this is dropped.
pub(crate) struct Place<'a>(&'a Gate);

impl Gate {
    pub(crate) fn new(places: usize) -> Gate {
        Gate { free: Mutex::new(places), left: Condvar::new() }
    }

    /// A place; none if there was none for that long.
    pub(crate) fn enter(&self, wait: Duration) -> Option<Place<'_>> {
        // A count is whole whoever panicked while holding it.
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, _) =
            self.left.wait_timeout_while(free, wait, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        if *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use std::time::Duration;

    #[test]
    fn no_more_enter_than_there_are_places_and_a_place_that_is_left_is_free_again() {
        let gate = Gate::new(2);
        let first = gate.enter(Duration::ZERO);
        let second = gate.enter(Duration::ZERO);
        assert!(first.is_some() && second.is_some());
        assert!(gate.enter(Duration::ZERO).is_none());
        drop(first);
        assert!(gate.enter(Duration::ZERO).is_some());
    }
}

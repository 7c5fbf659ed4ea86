//! Single flight: of callers that want the same thing at once, one works and the others wait for it.

use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

/// What is being worked on.
pub struct Flights<K: Eq + Hash + Clone> {
    flights: DashMap<K, Arc<Flight>>,
}

/// What a caller is to do.
pub enum Turn<'a, K: Eq + Hash + Clone> {
    /// Work. The others wait until this is dropped.
    Lead(Lead<'a, K>),
    /// Somebody else has worked in the meantime, well or not: look again.
    Waited,
    /// Somebody else works for longer than this caller is to wait: work without waiting any more.
    TooLong,
}

/// The right, and the duty, to work for all who wait.
pub struct Lead<'a, K: Eq + Hash + Clone> {
    flights: &'a Flights<K>,
    key: K,
    flight: Arc<Flight>,
}

#[derive(Default)]
struct Flight {
    over: Mutex<bool>,
    ended: Condvar,
}

impl Flight {
    fn over(&self) -> MutexGuard<'_, bool> {
        // The flag is set in one step: a panic elsewhere cannot have left it half set.
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Flights<K> {
    /// Nothing is being worked on.
    pub fn new() -> Self {
        Flights { flights: DashMap::new() }
    }

    /// Takes the lead for `key`, or waits for the one who has it.
    pub fn join(&self, key: &K, wait: Duration) -> Turn<'_, K> {
        let flight = match self.flights.entry(key.clone()) {
            Entry::Vacant(vacant) => {
                let flight = Arc::new(Flight::default());
                vacant.insert(Arc::clone(&flight));
                return Turn::Lead(Lead { flights: self, key: key.clone(), flight });
            }
            Entry::Occupied(occupied) => Arc::clone(occupied.get()),
        };
        let (over, _) =
            flight.ended.wait_timeout_while(flight.over(), wait, |over| !*over).unwrap_or_else(PoisonError::into_inner);
        if *over { Turn::Waited } else { Turn::TooLong }
    }
}

impl<K: Eq + Hash + Clone> Drop for Lead<'_, K> {
    fn drop(&mut self) {
        // Out of the table first: whoever comes from here on takes a new lead and sees what this one stored.
        self.flights.flights.remove(&self.key);
        *self.flight.over() = true;
        self.flight.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn one_works_and_all_others_wait_for_it() {
        let flights = Flights::new();
        let worked = AtomicU32::new(0);
        let Turn::Lead(lead) = flights.join(&1, LONG) else { panic!("nobody else works") };
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| match flights.join(&1, LONG) {
                        Turn::Lead(_) => worked.fetch_add(1, Ordering::SeqCst),
                        Turn::Waited => 0,
                        Turn::TooLong => panic!("the lead was dropped long before"),
                    })
                })
                .collect();
            drop(lead);
            for waiter in waiters {
                waiter.join().unwrap();
            }
        });
        assert!(flights.flights.is_empty());
    }

    #[test]
    fn another_key_does_not_wait_and_a_long_flight_is_not_waited_for() {
        let flights = Flights::new();
        let Turn::Lead(_lead) = flights.join(&1, LONG) else { panic!("nobody else works") };
        assert!(matches!(flights.join(&2, LONG), Turn::Lead(_)));
        assert!(matches!(flights.join(&1, Duration::ZERO), Turn::TooLong));
    }
}

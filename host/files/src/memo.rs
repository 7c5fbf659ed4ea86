//! A bounded memory that many threads share. What is forgotten is only looked at again.

use std::hash::Hash;

use dashmap::DashMap;
use zccache_model::limits;

/// Values by key.
pub(crate) struct Memo<K, V> {
    known: DashMap<K, V>,
    at_most: usize,
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// Of small values.
    pub(crate) fn new() -> Self {
        Memo::of_at_most(limits::MEMO_ENTRIES)
    }

    pub(crate) fn of_at_most(at_most: usize) -> Self {
        Memo { known: DashMap::new(), at_most }
    }

    /// The value, copied out: no lock is held while it is used.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.known.get(key).map(|value| value.clone())
    }

    /// Remembers a value. A memory that is full forgets everything: that is as right as forgetting the oldest, costs
    /// nothing on the way of a hit, and happens once in a very large build.
    pub(crate) fn insert(&self, key: K, value: V) {
        if self.known.len() >= self.at_most {
            self.known.clear();
        }
        self.known.insert(key, value);
    }
}

//! A bounded memory that many threads share. What is forgotten is only looked at again.

use std::hash::Hash;

use dashmap::DashMap;
use zccache_model::limits;

/// Values by key, at most [`limits::MEMO_ENTRIES`].
pub(crate) struct Memo<K, V>(DashMap<K, V>);

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    pub(crate) fn new() -> Self {
        Memo(DashMap::new())
    }

    /// The value, copied out: no lock is held while it is used.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.0.get(key).map(|value| value.clone())
    }

    /// Remembers a value. A memory that is full forgets everything: that is as right as forgetting the oldest, costs
    /// nothing on the way of a hit, and happens once in a very large build.
    pub(crate) fn insert(&self, key: K, value: V) {
        if self.0.len() >= limits::MEMO_ENTRIES {
            self.0.clear();
        }
        self.0.insert(key, value);
    }
}

//! What this daemon leaves for the next one: values that mean something on this machine only, and only until it is started
//! anew. A cache folder travels; what is left in it by another machine or before a restart of this one is never found.

use std::fs;
use std::sync::Arc;

use zccache_files::Archive;
use zccache_model::digest::Digest;
use zccache_model::key::KeyBuilder;
use zccache_store::Store;

/// Leaves values with the store.
pub struct Memories {
    store: Arc<Store>,
    /// Tells this machine, since it was started, from all others; none: nothing is left or found.
    machine: Option<String>,
}

impl Memories {
    /// With this store.
    pub fn new(store: Arc<Store>) -> Memories {
        // Drawn at random whenever Linux starts.
        let machine = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        Memories { store, machine: machine.filter(|id| !id.trim().is_empty()) }
    }

    fn here(&self, key: &Digest) -> Option<Digest> {
        let machine = self.machine.as_ref()?;
        Some(KeyBuilder::new("memory v1").text("machine", machine).digest("key", key).finish())
    }
}

impl Archive for Memories {
    fn recall(&self, key: &Digest) -> Option<Vec<u8>> {
        self.store.recall(&self.here(key)?)
    }

    fn keep(&self, key: Digest, value: Vec<u8>) {
        if let Some(key) = self.here(&key) {
            self.store.remember(key, value);
        }
    }
}

//! What this daemon leaves for the next one: values that mean something on this machine only, and only until it is started
//! anew. A cache folder travels; what is left in it by another machine or before a restart of this one is never found.

use std::fs::{self, File};
use std::io::Read;
use std::sync::Arc;

use zccache_files::Archive;
use zccache_model::digest::Digest;
use zccache_model::key::KeyBuilder;
use zccache_store::Store;

/// Enough for what is said of one processor.
const PROCESSOR_BYTES: u64 = 4 << 10;

/// Leaves values with the store.
pub struct Memories {
    store: Arc<Store>,
    /// Tells this machine, since it was started, from all others; none: nothing is left or found.
    machine: Option<String>,
}

impl Memories {
    /// With this store.
    pub fn new(store: Arc<Store>) -> Memories {
        Memories { store, machine: machine() }
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

/// What Linux draws at random whenever it starts, and the processor: a virtual machine may get another one while it runs.
fn machine() -> Option<String> {
    let started = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let mut processors = Vec::new();
    // The first one's lines. To list hundreds of them takes long.
    File::open("/proc/cpuinfo").and_then(|list| list.take(PROCESSOR_BYTES).read_to_end(&mut processors)).ok()?;
    let processors = String::from_utf8_lossy(&processors);
    let first = processors.split("\n\n").next().unwrap_or_default().lines();
    // How fast it runs at this moment.
    let lasting: Vec<&str> = first.filter(|line| !line.contains("MHz")).collect();
    Some(format!("{started}{}", lasting.join("\n")))
}

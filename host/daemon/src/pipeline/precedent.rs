//! What a context came to last. Its manifests are found by the state of what is read first: a script that tries a compiler out
//! compiles a hundred sources under one name, and each has a manifest of its own. What the last of them read is the best guess
//! at what the next one will read. Nothing rests on it.

use std::sync::Arc;

use quick_cache::sync::Cache;
use zccache_files::Archive;
use zccache_model::digest::{ContextKey, Digest, ManifestKey};
use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::manifest::Manifest;

use crate::services::Services;

/// The last manifest of each context.
pub struct Precedents {
    last: Cache<ContextKey, ManifestKey>,
}

impl Precedents {
    /// Nothing was stored yet.
    pub fn new() -> Precedents {
        Precedents { last: Cache::new(limits::MEMO_ENTRIES) }
    }

    /// Notes that a result was stored.
    pub fn note(&self, services: &Services, context: &ContextKey, manifest: &ManifestKey) {
        self.last.insert(*context, *manifest);
        services.memories.keep(memory(context), manifest.0.as_bytes().to_vec());
    }

    /// What a context came to last; none: it is new.
    pub fn of(&self, services: &Services, context: &ContextKey) -> Option<Arc<Manifest>> {
        let key = self.last.get(context).or_else(|| {
            let bytes = services.memories.recall(&memory(context))?;
            Some(ManifestKey(Digest::from_bytes(bytes.try_into().ok()?)))
        })?;
        services.store.manifest(&key)
    }
}

fn memory(context: &ContextKey) -> Digest {
    KeyBuilder::new("precedent v1").digest("context", &context.0).finish()
}

//! Manifests and results that were decoded lately.
//!
//! Whoever does not find one here holds its place while reading the index. The writer takes what it changed out of here
//! after the commit, held places too, so that nobody can put back what was read before it.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::{Cache, GuardResult};
use zccache_model::digest::{ManifestKey, ResultKey};
use zccache_model::manifest::Manifest;
use zccache_model::result::StoredResult;

/// What is remembered, bounded by its size.
pub(crate) struct Memory {
    manifests: Cache<ManifestKey, Arc<Manifest>, Size>,
    results: Cache<ResultKey, Arc<StoredResult>, Size>,
}

/// Most that all remembered manifests take, bytes: some 2,400 of one list with 300 paths.
const MANIFEST_BYTES: u64 = 64 << 20;
/// Most that all remembered results take, bytes: some 100,000 without diagnostics.
const RESULT_BYTES: u64 = 32 << 20;

/// How many bytes a value takes, roughly.
#[derive(Clone)]
struct Size;

impl Weighter<ManifestKey, Arc<Manifest>> for Size {
    fn weight(&self, _: &ManifestKey, manifest: &Arc<Manifest>) -> u64 {
        let mut bytes = 128;
        for list in &manifest.lists {
            bytes += list.inputs.iter().map(|input| 40 + input.path.len()).sum::<usize>();
            for absences in &list.absences {
                bytes += 64 + absences.folder.len();
                bytes += absences.names.iter().map(|name| 32 + name.len()).sum::<usize>();
            }
        }
        bytes as u64
    }
}

impl Weighter<ResultKey, Arc<StoredResult>> for Size {
    fn weight(&self, _: &ResultKey, result: &Arc<StoredResult>) -> u64 {
        let outputs: usize = result.outputs.iter().map(|output| 88 + output.role.len()).sum();
        (160 + outputs + result.stdout.len() + result.stderr.len()) as u64
    }
}

impl Memory {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Memory {
            manifests: Cache::with_weighter(2_400, MANIFEST_BYTES, Size),
            results: Cache::with_weighter(100_000, RESULT_BYTES, Size),
        }
    }

    /// The manifest of a manifest: remembered, or else what `read` finds.
    pub(crate) fn manifest(
        &self,
        manifest: &ManifestKey,
        read: impl FnOnce() -> Option<Arc<Manifest>>,
    ) -> Option<Arc<Manifest>> {
        remembered(&self.manifests, manifest, read)
    }

    /// The result of a key: remembered, or else what `read` finds.
    pub(crate) fn result(
        &self,
        key: &ResultKey,
        read: impl FnOnce() -> Option<Arc<StoredResult>>,
    ) -> Option<Arc<StoredResult>> {
        remembered(&self.results, key, read)
    }

    /// Forgets a manifest that changed.
    pub(crate) fn forget_manifest(&self, manifest: &ManifestKey) {
        self.manifests.remove(manifest);
    }

    /// Forgets a result that is gone.
    pub(crate) fn forget_result(&self, key: &ResultKey) {
        self.results.remove(key);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.manifests.clear();
        self.results.clear();
    }
}

fn remembered<K: Copy + Eq + std::hash::Hash, V>(
    cache: &Cache<K, Arc<V>, Size>,
    key: &K,
    read: impl FnOnce() -> Option<Arc<V>>,
) -> Option<Arc<V>>
where
    Size: Weighter<K, Arc<V>>,
{
    match cache.get_value_or_guard(key, None) {
        GuardResult::Value(value) => Some(value),
        GuardResult::Guard(place) => {
            let value = read()?;
            // Refused where the writer took the place away: the value is what was there when it was asked for.
            drop(place.insert(Arc::clone(&value)));
            Some(value)
        }
        GuardResult::Timeout => None,
    }
}

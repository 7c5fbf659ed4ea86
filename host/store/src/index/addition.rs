//! A result and the way to it, encoded before the writer's lock is taken.

use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::manifest::InputList;
use zccache_model::result::StoredResult;

use super::tables::{RESULT_BYTES, Sealed, seal};

/// The way to a result: its manifest and the input list.
#[derive(Debug)]
pub(crate) struct Lead {
    pub(super) manifest: ManifestKey,
    pub(super) list: Digest,
    pub(super) sealed: Vec<u8>,
}

/// A result on its way into the index.
#[derive(Debug)]
pub(crate) struct NewResult {
    pub(super) sealed: Vec<u8>,
    pub(super) blobs: Vec<(Digest, u64)>,
}

impl Lead {
    /// The way over `list`.
    pub(crate) fn new(manifest: ManifestKey, list: &InputList) -> Option<Self> {
        let digest = list.digest();
        let sealed = seal(Sealed::List, &[manifest.0.as_bytes(), digest.as_bytes()], list)?;
        Some(Lead { manifest, list: digest, sealed })
    }

    pub(super) fn key(&self) -> (&[u8; 32], &[u8; 32]) {
        (self.manifest.0.as_bytes(), self.list.as_bytes())
    }
}

impl NewResult {
    /// The stored form of a result.
    pub(crate) fn new(key: &ResultKey, result: &StoredResult) -> Option<Self> {
        let sealed = seal(Sealed::Result, &[key.0.as_bytes()], result)?;
        let blobs = result.outputs.iter().map(|output| (output.blob, output.size)).collect();
        Some(NewResult { sealed, blobs })
    }

    /// What it counts for against the limit, if none of its blobs was there before.
    pub(crate) fn bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, size)| size).sum::<u64>() + self.sealed.len() as u64 + RESULT_BYTES
    }
}

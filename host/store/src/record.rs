//! Storing an entry: the contents first, then the result and the way to it in one transaction.
//!
//! So the index never names what is not there, whatever happens in between. What a crash leaves are contents that nothing
//! names, and those are swept at the next start.

use std::sync::Arc;

use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::manifest::InputList;
use zccache_model::result::{StoredOutput, StoredResult};

use crate::error::StoreError;
use crate::index::{Added, Lead, NewResult, has_result};
use crate::keeper::eviction_target;
use crate::shared::Shared;
use crate::snapshot::{Held, Snapshot};
use crate::writer::Change;

/// A run that is to be stored.
#[derive(Debug)]
pub struct NewEntry {
    /// What was known before the run.
    pub manifest: ManifestKey,
    /// What the run read and looked for.
    pub list: InputList,
    /// The key that the state of those gives.
    pub result: ResultKey,
    /// The code that it ended with.
    pub code: i32,
    /// What it wrote, by role.
    pub outputs: Vec<(String, Snapshot)>,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// Stores an entry.
pub(crate) fn record(shared: &Shared, entry: NewEntry) -> Result<(), StoreError> {
    let NewEntry { manifest, list, result: key, code, outputs, stdout, stderr } = entry;
    let (outputs, snapshots): (Vec<_>, Vec<_>) = outputs.into_iter().map(split).unzip();
    let result = StoredResult { code, outputs, stdout, stderr };
    let (Some(lead), Some(new)) = (Lead::new(manifest, &list), NewResult::new(&key, &result)) else {
        return Err(shared.index_error("the entry cannot be encoded"));
    };
    if new.bytes() > eviction_target(shared.limit) {
        return Err(StoreError::TooLarge { bytes: new.bytes(), limit: shared.limit });
    }
    let lead = Arc::new(lead);
    if shared.ask(|tables| has_result(tables, &key)).unwrap_or(false) && add(shared, &lead, key, None)? == Added::Known
    {
        return Ok(());
    }
    let digests: Vec<Digest> = result.outputs.iter().map(|output| output.blob).collect();
    let pins = shared.blobs.pin(digests.clone());
    let mut added = Ok(Added::Gone);
    for (digest, held) in snapshots {
        if let Err(error) = put(shared, &digest, held) {
            added = Err(error);
            break;
        }
    }
    if added.is_ok() {
        added = add(shared, &lead, key, Some(new));
    }
    drop(pins);
    match added {
        Ok(Added::New) => Ok(()),
        // The twin that was there first keeps its contents, and these may be others.
        other => {
            shared.drop_unnamed(digests);
            other.map(drop)
        }
    }
}

fn split((role, snapshot): (String, Snapshot)) -> (StoredOutput, (Digest, Held)) {
    let Snapshot { digest, size, mode, replaced, held } = snapshot;
    (StoredOutput { role, blob: digest, size, mode, replaced }, (digest, held))
}

fn put(shared: &Shared, digest: &Digest, held: Held) -> Result<(), StoreError> {
    if shared.blobs.is_sound(digest) {
        return Ok(());
    }
    match held {
        Held::Memory(bytes) => shared.blobs.put_bytes(digest, &bytes),
        Held::File(temporary) => shared.blobs.put(digest, temporary),
    }
    .map_err(|source| StoreError::Blob { path: shared.blobs.path(digest), source })
}

fn add(shared: &Shared, lead: &Arc<Lead>, key: ResultKey, result: Option<NewResult>) -> Result<Added, StoreError> {
    let lead = Arc::clone(lead);
    shared.change(|answer| Change::Add { lead, key, result, answer })
}

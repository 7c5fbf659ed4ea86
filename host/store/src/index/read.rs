//! Questions to the index.

use redb::{Error, ReadTransaction};
use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::manifest::Manifest;
use zccache_model::outcome::Statistics;
use zccache_model::result::StoredResult;

use super::rows::Counts;
use super::tables::{BLOBS, LISTS, MANIFESTS, MEMORIES, RESULTS, STATISTICS, Sealed, TOTALS, Totals, unseal};

/// What is under a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// Nothing.
    Nothing,
    /// Something that is not what was stored.
    Damaged,
    /// What was stored.
    Value(T),
}

/// The manifest of this key, and the lists of it that are damaged.
pub(crate) fn find_manifest(
    transaction: &ReadTransaction,
    key: &ManifestKey,
) -> Result<(Found<Manifest>, Vec<Digest>), Error> {
    let key = key.0.as_bytes();
    let Some(row) = transaction.open_table(MANIFESTS)?.get(key)? else {
        return Ok((Found::Nothing, Vec::new()));
    };
    let (digests, rest) = row.value().as_chunks::<32>();
    if !rest.is_empty() {
        return Ok((Found::Damaged, Vec::new()));
    }
    let table = transaction.open_table(LISTS)?;
    let mut manifest = Manifest::default();
    let mut damaged = Vec::new();
    for digest in digests {
        let Some(row) = table.get((key, digest))? else { continue };
        match unseal(Sealed::List, &[key, digest], row.value()) {
            Some(list) => manifest.lists.push(list),
            None => damaged.push(Digest::from_bytes(*digest)),
        }
    }
    let found = if manifest.lists.is_empty() { Found::Nothing } else { Found::Value(manifest) };
    Ok((found, damaged))
}

/// A stored result.
pub(crate) fn find_result(transaction: &ReadTransaction, key: &ResultKey) -> Result<Found<StoredResult>, Error> {
    let key = key.0.as_bytes();
    let Some(row) = transaction.open_table(RESULTS)?.get(key)? else { return Ok(Found::Nothing) };
    Ok(unseal(Sealed::Result, &[key], row.value()).map_or(Found::Damaged, Found::Value))
}

/// Whether there is a result under the key.
pub(crate) fn has_result(transaction: &ReadTransaction, key: &ResultKey) -> Result<bool, Error> {
    Ok(transaction.open_table(RESULTS)?.get(key.0.as_bytes())?.is_some())
}

/// Whether any result names the blob.
pub(crate) fn is_named(transaction: &ReadTransaction, blob: &Digest) -> Result<bool, Error> {
    Ok(transaction.open_table(BLOBS)?.get(blob.as_bytes())?.is_some())
}

/// How much is stored.
pub(crate) fn totals(transaction: &ReadTransaction) -> Result<Totals, Error> {
    let row = transaction.open_table(TOTALS)?.get("totals")?;
    let (bytes, blobs, results) = row.map_or((0, 0, 0), |row| row.value());
    Ok(Totals { bytes, blobs, results })
}

/// The counters as they were last saved.
pub(crate) fn statistics(transaction: &ReadTransaction) -> Result<Found<Statistics>, Error> {
    let Some(row) = transaction.open_table(STATISTICS)?.get("statistics")? else { return Ok(Found::Nothing) };
    let counts: Option<Counts> = unseal(Sealed::Statistics, &[], row.value());
    Ok(counts.map_or(Found::Damaged, |Counts { total, plugins }| Found::Value(Statistics { total, plugins })))
}

/// What a daemon left under a key. A damaged memory is none.
pub(crate) fn memory(transaction: &ReadTransaction, key: &Digest) -> Result<Option<Vec<u8>>, Error> {
    let key = key.as_bytes();
    let row = transaction.open_table(MEMORIES)?.get(key)?;
    Ok(row.and_then(|row| unseal(Sealed::Memory, &[key], row.value())))
}

//! The tables of the index and the format of their values, version 1.
//!
//! ```text
//! manifests   manifest                  -> list*          list digests, most recently useful first
//! lists       (manifest, list)          -> sealed InputList
//! leads       (manifest, list)          -> count:u32      stored results that the list leads to; > 0
//! results     result                   -> sealed StoredResult
//! entries     result                   -> sealed Entry   what must be known to drop the result
//! recency     (seconds:u64, result)    -> nothing        the same moments as in entries, in order
//! blobs       blob                     -> (references:u64, bytes:u64)   how often outputs of results name it; > 0
//! totals      "totals"                 -> (bytes:u64, blobs:u64, results:u64)
//! statistics  "statistics"             -> sealed Counts
//! memories    memory                   -> sealed bytes   what a daemon left for the next one; any of them may go
//!
//! manifest, list, result, blob, memory ::= 32 bytes, a digest
//! sealed X ::= check:16 bytes, X in postcard's encoding
//! check    ::= the first bytes of the digest of ("row v1", table, key, X in postcard's encoding)
//! ```
//!
//! InputList and StoredResult are encoded as the model declares them, Entry and Counts as here. The check finds bits that
//! flipped on the disk and rows that got under another key: what does not match is as good as absent. Any change of a
//! format is a new name of the folder that holds the index.
//!
//! `bytes` of the totals is what counts against the limit: the content of blobs, the values of `results` and `lists`, and
//! [`RESULT_BYTES`] for each result.

use redb::{TableDefinition, TableError, WriteTransaction};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zccache_model::digest::{Digest, ManifestKey};
use zccache_model::key::KeyBuilder;

/// A digest as a key.
pub(super) type Name = &'static [u8; 32];

pub(super) const MANIFESTS: TableDefinition<'_, Name, &[u8]> = TableDefinition::new("manifests");
pub(super) const LISTS: TableDefinition<'_, (Name, Name), &[u8]> = TableDefinition::new("lists");
pub(super) const LEADS: TableDefinition<'_, (Name, Name), u32> = TableDefinition::new("leads");
pub(super) const RESULTS: TableDefinition<'_, Name, &[u8]> = TableDefinition::new("results");
pub(super) const ENTRIES: TableDefinition<'_, Name, &[u8]> = TableDefinition::new("entries");
pub(super) const RECENCY: TableDefinition<'_, (u64, Name), ()> = TableDefinition::new("recency");
pub(super) const BLOBS: TableDefinition<'_, Name, (u64, u64)> = TableDefinition::new("blobs");
pub(super) const TOTALS: TableDefinition<'_, &str, (u64, u64, u64)> = TableDefinition::new("totals");
pub(super) const STATISTICS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("statistics");
pub(super) const MEMORIES: TableDefinition<'_, Name, &[u8]> = TableDefinition::new("memories");

/// The table that is made last: where it is, all are.
pub(super) const LAST_MADE: TableDefinition<'_, Name, &[u8]> = MEMORIES;

/// What the rows of one result take beside its value: keys, the entry, pages not full. An estimate, so that results
/// without any content cannot grow without bound either.
pub(super) const RESULT_BYTES: u64 = 512;

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// What counts against the limit.
    pub(crate) bytes: u64,
    /// Different contents.
    pub(crate) blobs: u64,
    /// Stored results.
    pub(crate) results: u64,
}

/// What must be known to drop a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// When it was last used, seconds since 1970.
    pub(super) used: u64,
    /// The manifest that it belongs to.
    pub(super) manifest: ManifestKey,
    /// The input list that leads to it.
    pub(super) list: Digest,
    /// The blob and the size of each output.
    pub(super) blobs: Vec<(Digest, u64)>,
}

/// The tables that hold sealed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    List,
    Result,
    Entry,
    Statistics,
    Memory,
}

impl Sealed {
    fn name(self) -> &'static str {
        match self {
            Sealed::List => "lists",
            Sealed::Result => "results",
            Sealed::Entry => "entries",
            Sealed::Statistics => "statistics",
            Sealed::Memory => "memories",
        }
    }
}

const CHECK_BYTES: usize = 16;

/// The stored form of a value. None: it cannot be encoded, which no type of ours brings about.
pub(super) fn seal(table: Sealed, key: &[&[u8; 32]], value: &impl Serialize) -> Option<Vec<u8>> {
    let mut row = postcard::to_extend(value, vec![0; CHECK_BYTES]).ok()?;
    let check = check(table, key, &row[CHECK_BYTES..]);
    row[..CHECK_BYTES].copy_from_slice(&check);
    Some(row)
}

/// The value of a stored form. None: it was damaged, or put there by something else.
pub(super) fn unseal<T: DeserializeOwned>(table: Sealed, key: &[&[u8; 32]], row: &[u8]) -> Option<T> {
    let (found, payload) = row.split_at_checked(CHECK_BYTES)?;
    if found != check(table, key, payload) {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(payload).ok()?;
    rest.is_empty().then_some(value)
}

fn check(table: Sealed, key: &[&[u8; 32]], payload: &[u8]) -> [u8; CHECK_BYTES] {
    let mut builder = KeyBuilder::new("row v1");
    builder.text("table", table.name());
    for part in key {
        builder.part("key", *part);
    }
    let digest = builder.part("value", payload).finish();
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest.as_bytes()[..CHECK_BYTES]);
    check
}

/// Makes every table that is not there.
pub(super) fn make(transaction: &WriteTransaction) -> Result<(), TableError> {
    transaction.open_table(MANIFESTS)?;
    transaction.open_table(LISTS)?;
    transaction.open_table(LEADS)?;
    transaction.open_table(RESULTS)?;
    transaction.open_table(ENTRIES)?;
    transaction.open_table(RECENCY)?;
    transaction.open_table(BLOBS)?;
    transaction.open_table(TOTALS)?;
    transaction.open_table(STATISTICS)?;
    transaction.open_table(MEMORIES)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_sealed_value_is_found_again_under_its_own_key_and_table_only() {
        let row = seal(Sealed::Entry, &[&KEY], &"value").expect("text can be encoded");
        assert_eq!(unseal::<String>(Sealed::Entry, &[&KEY], &row).as_deref(), Some("value"));
        assert_eq!(unseal::<String>(Sealed::Entry, &[&[8; 32]], &row), None);
        assert_eq!(unseal::<String>(Sealed::Entry, &[&KEY, &KEY], &row), None);
        assert_eq!(unseal::<String>(Sealed::Result, &[&KEY], &row), None);
    }

    #[test]
    fn a_sealed_value_with_any_flipped_bit_or_any_other_length_is_no_value() {
        let row = seal(Sealed::Entry, &[&KEY], &"value").expect("text can be encoded");
        for bit in 0..row.len() * 8 {
            let mut bad = row.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(unseal::<String>(Sealed::Entry, &[&KEY], &bad), None, "bit {bit}");
        }
        for length in 0..row.len() {
            assert_eq!(unseal::<String>(Sealed::Entry, &[&KEY], &row[..length]), None, "{length} bytes");
        }
    }
}

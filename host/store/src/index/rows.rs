//! Changes of the index: what a result is made of, and that every row goes when the last thing that needs it does.

use std::collections::{BTreeMap, BTreeSet};

use redb::{Error, ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use serde::{Deserialize, Serialize};
use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::limits;
use zccache_model::outcome::{Counters, Statistics};

use super::addition::{Lead, NewResult};
use super::database::Keep;
use super::tables::{
    BLOBS, ENTRIES, Entry, LEADS, LISTS, MANIFESTS, MEMORIES, Name, RECENCY, RESULT_BYTES, RESULTS, STATISTICS, Sealed,
    TOTALS, Totals, seal, unseal,
};

/// All tables, open for writing in one transaction.
pub(crate) struct Rows<'t> {
    manifests: Table<'t, Name, &'static [u8]>,
    lists: Table<'t, (Name, Name), &'static [u8]>,
    leads: Table<'t, (Name, Name), u32>,
    results: Table<'t, Name, &'static [u8]>,
    entries: Table<'t, Name, &'static [u8]>,
    recency: Table<'t, (u64, Name), ()>,
    blobs: Table<'t, Name, (u64, u64)>,
    totals: Table<'t, &'static str, (u64, u64, u64)>,
    statistics: Table<'t, &'static str, &'static [u8]>,
    memories: Table<'t, Name, &'static [u8]>,
    changes: Changes,
}

/// What a transaction did, for those who remember or hold something.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// How much is stored now.
    pub(crate) totals: Totals,
    /// Contexts whose manifests are others now.
    pub(crate) manifests: BTreeSet<ManifestKey>,
    /// Results that are gone.
    pub(crate) results: BTreeSet<ResultKey>,
    /// Blobs that lost their last result.
    pub(crate) unnamed: Vec<Digest>,
    /// Rows that could not be decoded and are gone.
    pub(crate) damaged: u64,
}

/// What became of a result that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is there now.
    New,
    /// It was there before; its list is the preferred one now.
    Known,
    /// It was thought to be there and is not.
    Gone,
}

/// [`Statistics`] as they are stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) total: Counters,
    pub(super) plugins: BTreeMap<String, Counters>,
}

/// Uses nearer to each other than this, in seconds, are one: it saves writing three rows at each hit.
const USE_GRAIN: u64 = 60;

impl<'t> Rows<'t> {
    /// The tables of a transaction.
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, Error> {
        let totals = transaction.open_table(TOTALS)?;
        let (bytes, blobs, results) = totals.get("totals")?.map_or((0, 0, 0), |row| row.value());
        let changes = Changes { totals: Totals { bytes, blobs, results }, ..Changes::default() };
        Ok(Rows {
            manifests: transaction.open_table(MANIFESTS)?,
            lists: transaction.open_table(LISTS)?,
            leads: transaction.open_table(LEADS)?,
            results: transaction.open_table(RESULTS)?,
            entries: transaction.open_table(ENTRIES)?,
            recency: transaction.open_table(RECENCY)?,
            blobs: transaction.open_table(BLOBS)?,
            totals,
            statistics: transaction.open_table(STATISTICS)?,
            memories: transaction.open_table(MEMORIES)?,
            changes,
        })
    }

    /// Writes the totals. What the transaction did, once it is committed.
    pub(crate) fn close(mut self) -> Result<Changes, Error> {
        let Totals { bytes, blobs, results } = self.changes.totals;
        self.totals.insert("totals", (bytes, blobs, results))?;
        Ok(self.changes)
    }

    /// How much is stored.
    pub(crate) fn totals(&self) -> Totals {
        self.changes.totals
    }

    /// Adds a result, and puts its list first. One that is there stays as it is. Without `result` it must be there.
    pub(crate) fn add(
        &mut self,
        lead: &Lead,
        key: &ResultKey,
        result: Option<&NewResult>,
        now: u64,
    ) -> Result<Added, Error> {
        let name = key.0.as_bytes();
        if self.results.get(name)?.is_some() {
            self.lead(lead)?;
            self.note_use(key, now)?;
            return Ok(Added::Known);
        }
        let Some(result) = result else { return Ok(Added::Gone) };
        let blobs = result.blobs.clone();
        let entry = Entry { used: now, manifest: lead.manifest, list: lead.list, blobs };
        let entry_row = sealed_entry(name, &entry)?;
        self.entries.insert(name, entry_row.as_slice())?;
        self.recency.insert((now, name), ())?;
        self.results.insert(name, result.sealed.as_slice())?;
        self.changes.totals.results += 1;
        self.changes.totals.bytes += result.sealed.len() as u64 + RESULT_BYTES;
        for (blob, size) in &result.blobs {
            self.hold_blob(blob, *size)?;
        }
        let count = self.leads.get(lead.key())?.map_or(0, |row| row.value());
        self.leads.insert(lead.key(), count.saturating_add(1))?;
        self.lead(lead)?;
        Ok(Added::New)
    }

    /// Moves a list to the front of its manifest, if it is in it.
    pub(crate) fn prefer(&mut self, manifest: &ManifestKey, list: &Digest) -> Result<Keep, Error> {
        let mut digests = self.digests(manifest)?;
        if let Some(place) = digests.iter().position(|digest| digest == list.as_bytes())
            && place > 0
        {
            digests[..=place].rotate_right(1);
            self.set_digests(manifest, &digests)?;
            return Ok(Keep::Changes);
        }
        Ok(Keep::Nothing)
    }

    /// Notes that a result was used.
    pub(crate) fn note_use(&mut self, key: &ResultKey, now: u64) -> Result<Keep, Error> {
        let name = key.0.as_bytes();
        let entry = self.entries.get(name)?.and_then(|row| unseal::<Entry>(Sealed::Entry, &[name], row.value()));
        let Some(mut entry) = entry else { return Ok(Keep::Nothing) };
        if entry.used.abs_diff(now) < USE_GRAIN {
            return Ok(Keep::Nothing);
        }
        self.recency.remove((entry.used, name))?;
        self.recency.insert((now, name), ())?;
        entry.used = now;
        let entry_row = sealed_entry(name, &entry)?;
        self.entries.insert(name, entry_row.as_slice())?;
        Ok(Keep::Changes)
    }

    /// Drops the result that was not used for the longest time. False: there is none.
    pub(crate) fn drop_oldest(&mut self) -> Result<bool, Error> {
        let Some((used, name)) = self.recency.first()?.map(|(row, _)| (row.value().0, *row.value().1)) else {
            return Ok(false);
        };
        self.drop_result(&ResultKey(Digest::from_bytes(name)))?;
        // It goes with the entry; but the entry may have been damaged, and then it would be the oldest for ever.
        self.recency.remove((used, &name))?;
        Ok(true)
    }

    /// Drops a result and all that nothing else needs.
    pub(crate) fn drop_result(&mut self, key: &ResultKey) -> Result<(), Error> {
        let name = key.0.as_bytes();
        if let Some(bytes) = self.results.remove(name)?.map(|row| row.value().len() as u64) {
            let totals = &mut self.changes.totals;
            totals.results = totals.results.saturating_sub(1);
            totals.bytes = totals.bytes.saturating_sub(bytes + RESULT_BYTES);
            self.changes.results.insert(*key);
        }
        let Some(entry) = self.entries.remove(name)?.map(|row| unseal::<Entry>(Sealed::Entry, &[name], row.value()))
        else {
            return Ok(());
        };
        let Some(entry) = entry else {
            // Its blobs stay counted until the cache is cleared.
            self.changes.damaged += 1;
            return Ok(());
        };
        self.recency.remove((entry.used, name))?;
        for (blob, _) in &entry.blobs {
            self.release_blob(blob)?;
        }
        self.release_lead(&entry.manifest, &entry.list)
    }

    /// Drops a list, and its manifest with the last one.
    pub(crate) fn drop_list(&mut self, manifest: &ManifestKey, list: &Digest) -> Result<(), Error> {
        let mut digests = self.digests(manifest)?;
        digests.retain(|digest| digest != list.as_bytes());
        self.set_digests(manifest, &digests)?;
        self.remove_list(manifest, list.as_bytes())
    }

    /// Drops a manifest. Its lists become what no manifest names; they go with their results.
    pub(crate) fn drop_manifest(&mut self, manifest: &ManifestKey) -> Result<(), Error> {
        self.set_digests(manifest, &[])
    }

    /// Leaves something for the next daemon. Where there is too much, all that was left before goes.
    pub(crate) fn remember(&mut self, key: &Digest, value: &[u8]) -> Result<(), Error> {
        if self.memories.len()? >= limits::MEMORIES {
            self.memories.retain(|_, _| false)?;
        }
        let name = key.as_bytes();
        if let Some(row) = seal(Sealed::Memory, &[name], &value) {
            self.memories.insert(name, row.as_slice())?;
        }
        Ok(())
    }

    /// Saves the counters.
    pub(crate) fn save_statistics(&mut self, statistics: &Statistics) -> Result<(), Error> {
        let counts = Counts { total: statistics.total.clone(), plugins: statistics.plugins.clone() };
        if let Some(row) = seal(Sealed::Statistics, &[], &counts) {
            self.statistics.insert("statistics", row.as_slice())?;
        }
        Ok(())
    }

    /// Puts a list first in its manifest, and forgets the one least recently useful if there are too many.
    fn lead(&mut self, lead: &Lead) -> Result<(), Error> {
        let mut digests = self.digests(&lead.manifest)?;
        digests.retain(|digest| digest != lead.list.as_bytes());
        digests.insert(0, *lead.list.as_bytes());
        let surplus = digests.split_off(digests.len().min(limits::MANIFEST_LISTS));
        for digest in &surplus {
            self.remove_list(&lead.manifest, digest)?;
        }
        if self.lists.get(lead.key())?.is_none() {
            self.lists.insert(lead.key(), lead.sealed.as_slice())?;
            self.changes.totals.bytes += lead.sealed.len() as u64;
        }
        self.set_digests(&lead.manifest, &digests)
    }

    fn release_lead(&mut self, manifest: &ManifestKey, list: &Digest) -> Result<(), Error> {
        let key = (manifest.0.as_bytes(), list.as_bytes());
        let count = self.leads.get(key)?.map_or(0, |row| row.value());
        if count > 1 {
            self.leads.insert(key, count - 1)?;
            return Ok(());
        }
        self.leads.remove(key)?;
        self.drop_list(manifest, list)
    }

    fn remove_list(&mut self, manifest: &ManifestKey, list: &[u8; 32]) -> Result<(), Error> {
        if let Some(row) = self.lists.remove((manifest.0.as_bytes(), list))? {
            let totals = &mut self.changes.totals;
            totals.bytes = totals.bytes.saturating_sub(row.value().len() as u64);
        }
        Ok(())
    }

    fn hold_blob(&mut self, blob: &Digest, size: u64) -> Result<(), Error> {
        let (references, size) = self.blobs.get(blob.as_bytes())?.map_or((0, size), |row| row.value());
        if references == 0 {
            self.changes.totals.blobs += 1;
            self.changes.totals.bytes += size;
        }
        self.blobs.insert(blob.as_bytes(), (references + 1, size))?;
        Ok(())
    }

    fn release_blob(&mut self, blob: &Digest) -> Result<(), Error> {
        let Some((references, size)) = self.blobs.get(blob.as_bytes())?.map(|row| row.value()) else { return Ok(()) };
        if references > 1 {
            self.blobs.insert(blob.as_bytes(), (references - 1, size))?;
            return Ok(());
        }
        self.blobs.remove(blob.as_bytes())?;
        let totals = &mut self.changes.totals;
        totals.blobs = totals.blobs.saturating_sub(1);
        totals.bytes = totals.bytes.saturating_sub(size);
        self.changes.unnamed.push(*blob);
        Ok(())
    }

    fn digests(&self, manifest: &ManifestKey) -> Result<Vec<[u8; 32]>, Error> {
        let row = self.manifests.get(manifest.0.as_bytes())?;
        Ok(row.map_or_else(Vec::new, |row| row.value().as_chunks::<32>().0.to_vec()))
    }

    fn set_digests(&mut self, manifest: &ManifestKey, digests: &[[u8; 32]]) -> Result<(), Error> {
        self.changes.manifests.insert(*manifest);
        if digests.is_empty() {
            self.manifests.remove(manifest.0.as_bytes())?;
        } else {
            self.manifests.insert(manifest.0.as_bytes(), digests.as_flattened())?;
        }
        Ok(())
    }
}

fn sealed_entry(name: &[u8; 32], entry: &Entry) -> Result<Vec<u8>, Error> {
    seal(Sealed::Entry, &[name], entry).ok_or_else(|| Error::Corrupted("an entry cannot be encoded".to_owned()))
}

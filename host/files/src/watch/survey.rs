//! A look at the world in which everything is claimed before it is looked at.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Watch;
use super::report::Refusal;
use super::table::{Claim, Table};

/// A look that was begun.
pub struct Survey {
    watch: Arc<Watch>,
    /// The moment before anything was looked at.
    since: u64,
    claimed: Mutex<Claimed>,
}

#[derive(Default)]
struct Claimed {
    claims: Vec<Claim>,
    /// Why it will come to nothing.
    refused: Option<Refusal>,
}

/// What a look rests on.
#[derive(Debug)]
pub struct Vouched {
    pub(super) since: u64,
    pub(super) claims: Box<[Claim]>,
}

impl Vouched {
    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        size_of::<Vouched>() + self.claims.len() * size_of::<Claim>()
    }
}

impl Survey {
    pub(super) fn new(watch: Arc<Watch>, since: u64) -> Survey {
        Survey { watch, since, claimed: Mutex::default() }
    }

    /// What is at a path, links followed, and the content of a file.
    pub(crate) fn claim(&self, path: &Path) {
        self.with_table(|table| Ok(table.way(path)?.claims.to_vec()));
    }

    /// The names in a folder besides.
    pub(crate) fn claim_entries(&self, path: &Path) {
        self.with_table(|table| {
            let way = table.way(path)?;
            let mut claims = way.claims.to_vec();
            if let Some(folder) = way.folder() {
                claims.extend(table.entries(folder)?);
            }
            Ok(claims)
        });
    }

    /// That a folder has none of these names.
    pub(crate) fn claim_absences(&self, path: &Path, names: &[String]) {
        self.with_table(|table| {
            let way = table.way(path)?;
            let mut claims = way.claims.to_vec();
            for name in names {
                match way.folder() {
                    Some(folder) if !name.contains('/') => claims.extend(table.name(folder, OsStr::new(name))?),
                    _ => claims.extend_from_slice(&table.way(&path.join(name))?.claims),
                }
            }
            Ok(claims)
        });
    }

    /// Something was looked at that cannot be vouched for.
    pub fn refuse(&self, refusal: Refusal) {
        self.claimed().refused.get_or_insert(refusal);
    }

    /// What the look rests on; none: something cannot be vouched for.
    pub fn finish(self) -> Option<Vouched> {
        let Claimed { mut claims, refused } = std::mem::take(&mut *self.claimed());
        if let Some(refusal) = refused {
            if let Some(mut table) = self.watch.lock() {
                table.refuse(refusal);
            }
            return None;
        }
        claims.sort_unstable();
        claims.dedup();
        Some(Vouched { since: self.since, claims: claims.into() })
    }

    fn with_table(&self, claim: impl FnOnce(&mut Table) -> Result<Vec<Claim>, Refusal>) {
        if self.claimed().refused.is_some() {
            return;
        }
        let claimed = self.watch.lock().map(|mut table| claim(&mut table));
        match claimed {
            Some(Ok(claims)) => self.claimed().claims.extend(claims),
            Some(Err(refusal)) => self.refuse(refusal),
            None => self.refuse(Refusal::Unavailable),
        }
    }

    fn claimed(&self) -> MutexGuard<'_, Claimed> {
        // Claims are whole after every statement that holds the lock.
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

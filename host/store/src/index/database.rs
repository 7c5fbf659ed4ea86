//! The database file: opening it, replacing it when it is damaged, and opening it again after trouble.
//!
//! redb refuses everything after one failed read or write, until the file is opened again. It also trusts its pages: a
//! flipped bit can make it panic. Both end here, as errors.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use redb::{Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, StorageError, WriteTransaction};

use super::tables;
use crate::disk::{Disk, IndexFile};
use crate::error::StoreError;

/// The index. Readers never wait for the writer; only while the file is opened again does everybody.
pub(crate) struct Index {
    path: PathBuf,
    disk: Disk,
    /// None: the file could not be opened again after trouble.
    database: RwLock<Option<Database>>,
}

/// Enough for the hot pages of an index of 100,000 results; the default would hold 158 MB of them.
const CACHE_BYTES: usize = 16 << 20;

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is committed.
    Changes,
    /// It is given up: a durable commit waits for the disk, and there is nothing to make durable.
    Nothing,
}

impl Keep {
    /// What becomes of a transaction that two things were done in.
    pub(crate) fn or(self, other: Keep) -> Keep {
        if self == Keep::Nothing { other } else { self }
    }
}

/// How the index was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// As it was left.
    Sound,
    /// It was damaged, and is now a fresh one.
    Replaced,
}

/// Why the index could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// What the database said.
    #[error(transparent)]
    Database(#[from] redb::Error),
    /// The database found itself in a state that cannot be.
    #[error("it is damaged")]
    Damaged,
    /// It could not be opened again after earlier trouble.
    #[error("it could not be opened again after an earlier error")]
    Gone,
}

impl IndexError {
    /// The file is not what it was when it was written.
    pub(crate) fn is_damage(&self) -> bool {
        use redb::Error::{
            Corrupted, TableDoesNotExist, TableIsMultimap, TableIsNotMultimap, TableTypeMismatch, TypeDefinitionChanged,
        };
        match self {
            IndexError::Damaged => true,
            // Every table was made when the index was, with the types that this version gives them.
            IndexError::Database(
                Corrupted(_)
                | TableDoesNotExist(_)
                | TableIsMultimap(_)
                | TableIsNotMultimap(_)
                | TableTypeMismatch { .. }
                | TypeDefinitionChanged { .. },
            ) => true,
            _ => false,
        }
    }
}

impl Index {
    /// Opens the index, or makes it. A damaged one is removed and a fresh one begun.
    pub(crate) fn open(path: PathBuf, disk: Disk) -> Result<(Index, Opened), StoreError> {
        let index = Index { path, disk, database: RwLock::new(None) };
        let opened = index.open_file()?;
        Ok((index, opened))
    }

    /// The index file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the index again after `trouble`. What was not durable is lost.
    pub(crate) fn reopen(&self, trouble: &IndexError) -> Result<Opened, StoreError> {
        tracing::warn!(path = %self.path.display(), %trouble, "the index is opened again");
        if trouble.is_damage() {
            self.replace()?;
            return Ok(Opened::Replaced);
        }
        self.close();
        self.open_file()
    }

    /// Begins a fresh index in place of this one. It also gives the file's room back, which deleting rows does not.
    pub(crate) fn replace(&self) -> Result<(), StoreError> {
        self.close();
        self.remove()?;
        self.open_file().map(drop)
    }

    /// Runs a function over the tables as they are now.
    pub(crate) fn read<T>(
        &self,
        function: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(IndexError::Gone)?;
        caught(|| {
            let transaction = database.begin_read()?;
            Ok(function(&transaction)?)
        })
    }

    /// Runs a function over the tables and keeps what it did, where it says so. Nothing is kept where it fails.
    pub(crate) fn write<T>(
        &self,
        durability: Durability,
        function: impl FnOnce(&WriteTransaction) -> Result<(T, Keep), redb::Error>,
    ) -> Result<T, IndexError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(IndexError::Gone)?;
        caught(|| {
            let mut transaction = database.begin_write()?;
            // The allocator's state goes with each durable commit, so that opening after a SIGKILL takes 0.5 ms with
            // 100,000 results instead of 67 to 111.
            transaction.set_quick_repair(matches!(durability, Durability::Immediate));
            transaction.set_durability(durability).map_err(redb::Error::from)?;
            let (value, keep) = function(&transaction)?;
            match keep {
                Keep::Changes => transaction.commit()?,
                Keep::Nothing => transaction.abort()?,
            }
            Ok(value)
        })
    }

    fn open_file(&self) -> Result<Opened, StoreError> {
        let database = match self.open_once() {
            Ok(database) => (database, Opened::Sound),
            Err(OpenError::Damaged(why)) => {
                tracing::warn!(path = %self.path.display(), why, "the index is damaged; a fresh one is begun");
                self.remove()?;
                let fresh = self.open_once().map_err(|error| match error {
                    OpenError::Damaged(why) => StoreError::Index { path: self.path.clone(), why },
                    OpenError::Io(source) => StoreError::Folder { path: self.path.clone(), source },
                })?;
                (fresh, Opened::Replaced)
            }
            Err(OpenError::Io(source)) => return Err(StoreError::Folder { path: self.path.clone(), source }),
        };
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = Some(database.0);
        Ok(database.1)
    }

    fn open_once(&self) -> Result<Database, OpenError> {
        let file = IndexFile::open(&self.path, &self.disk).map_err(OpenError::Io)?;
        let open = || -> Result<Database, redb::Error> {
            let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(file)?;
            let whole = database.begin_read()?.open_table(tables::LAST_MADE).is_ok();
            if !whole {
                let mut transaction = database.begin_write()?;
                transaction.set_quick_repair(true);
                tables::make(&transaction)?;
                transaction.commit()?;
            }
            Ok(database)
        };
        match catch_unwind(AssertUnwindSafe(open)) {
            Ok(Ok(database)) => Ok(database),
            Ok(Err(error)) => Err(OpenError::of(error)),
            Err(_) => Err(OpenError::Damaged("the database panicked".to_owned())),
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.disk.remove_all(&self.path).map_err(|source| StoreError::Folder { path: self.path.clone(), source })
    }

    fn close(&self) {
        let database = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        if catch_unwind(AssertUnwindSafe(|| drop(database))).is_err() {
            tracing::warn!(path = %self.path.display(), "the damaged index could not be closed in order");
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}

/// Why the file could not be opened.
enum OpenError {
    /// It is not what we left there.
    Damaged(String),
    /// The system refused.
    Io(io::Error),
}

impl OpenError {
    fn of(error: redb::Error) -> Self {
        match error {
            // What is no database, and one that is shorter than it says, is reported as an error of these kinds.
            redb::Error::Io(error)
                if !matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                OpenError::Io(error)
            }
            other => OpenError::Damaged(other.to_string()),
        }
    }
}

/// Runs a function that may panic over a damaged file.
fn caught<T>(function: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
    catch_unwind(AssertUnwindSafe(function)).unwrap_or(Err(IndexError::Damaged))
}

macro_rules! into_index_error {
    ($($error:ty),*) => {$(
        impl From<$error> for IndexError {
            fn from(error: $error) -> Self {
                IndexError::Database(error.into())
            }
        }
    )*};
}

into_index_error!(StorageError, DatabaseError, redb::TransactionError, redb::CommitError);

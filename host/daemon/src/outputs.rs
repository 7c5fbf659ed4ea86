//! Which files are being written at this moment, by a run or by a hit. Where two write one path at overlapping times,
//! nobody can say whose content it holds in the end: neither is stored.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The folder that holds a file, by device and inode, and the file's name: the same for every spelling of its path.
type Slot = (u64, u64, OsString);

/// All writings that are going on.
#[derive(Default)]
pub struct OutputsInFlight {
    slots: Mutex<HashMap<Slot, Vec<Arc<AtomicBool>>>>,
}

/// One writing that is going on, until it is dropped.
pub struct Writing<'a> {
    table: &'a OutputsInFlight,
    slots: Vec<Slot>,
    overlapped: Arc<AtomicBool>,
}

impl OutputsInFlight {
    /// Notes that these files are written from now on. A path whose folder is not there cannot be written by anybody.
    pub fn enter<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Writing<'_> {
        let slots = slots(paths);
        let overlapped = Arc::new(AtomicBool::new(false));
        let mut table = self.lock();
        for slot in &slots {
            let others = table.entry(slot.clone()).or_default();
            for other in others.iter() {
                other.store(true, Ordering::Release);
                overlapped.store(true, Ordering::Release);
            }
            others.push(Arc::clone(&overlapped));
        }
        Writing { table: self, slots, overlapped }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Slot, Vec<Arc<AtomicBool>>>> {
        // Entries are whole after every statement that holds the lock.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writing<'_> {
    /// Whether anybody else wrote one of the files at the same time.
    pub fn overlapped(&self) -> bool {
        self.overlapped.load(Ordering::Acquire)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let mut table = self.table.lock();
        for slot in &self.slots {
            if let Some(writers) = table.get_mut(slot) {
                writers.retain(|writer| !Arc::ptr_eq(writer, &self.overlapped));
                if writers.is_empty() {
                    table.remove(slot);
                }
            }
        }
    }
}

/// The slot of each path whose folder is there. Outputs of one call mostly share a folder, which is looked at once.
fn slots<'p>(paths: impl Iterator<Item = &'p Path>) -> Vec<Slot> {
    let mut last: Option<(&Path, Option<(u64, u64)>)> = None;
    let mut slots = Vec::new();
    for path in paths {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let found = match last {
            Some((known, found)) if known == folder => found,
            _ => std::fs::metadata(folder).ok().map(|metadata| (metadata.dev(), metadata.ino())),
        };
        last = Some((folder, found));
        if let (Some((device, inode)), Some(name)) = (found, path.file_name()) {
            slots.push((device, inode, name.to_owned()));
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_of_one_path_know_of_each_other_however_it_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let table = OutputsInFlight::default();
        let (path, spelled) = (folder.path().join("x"), folder.path().join("sub/../x"));
        let first = table.enter([path.as_path()].into_iter());
        let other = table.enter([folder.path().join("y").as_path()].into_iter());
        assert!(!first.overlapped());
        let second = table.enter([spelled.as_path()].into_iter());
        assert!(first.overlapped() && second.overlapped() && !other.overlapped());
        drop((first, second, other));
        assert!(!table.enter([path.as_path()].into_iter()).overlapped());
        assert!(table.lock().is_empty());
    }
}

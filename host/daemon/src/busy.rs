//! Folders that builds write into at the moment. Names are looked for in such a folder while others make entries in it, so what it
//! held when a run had ended must be known, also where the plan does not say that it is searched.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zccache_model::limits;

/// Folders by when something was last written into them.
#[derive(Default)]
pub struct BusyFolders {
    /// The latest first.
    recent: Mutex<VecDeque<PathBuf>>,
}

impl BusyFolders {
    /// Notes that something is made in a folder.
    pub fn note(&self, folder: &Path) {
        let mut recent = self.lock();
        match recent.iter().position(|known| known == folder) {
            Some(0) => return,
            Some(place) => drop(recent.remove(place)),
            None => recent.truncate(limits::BUSY_FOLDERS - 1),
        }
        recent.push_front(folder.to_owned());
    }

    /// All that are known.
    pub fn all(&self) -> Vec<PathBuf> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<PathBuf>> {
        // The list is whole after every statement that holds the lock.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_folders_are_kept_each_once() {
        let busy = BusyFolders::default();
        for number in (0..limits::BUSY_FOLDERS + 5).chain([7, 7]) {
            busy.note(Path::new(&number.to_string()));
        }
        let all = busy.all();
        assert_eq!(all.len(), limits::BUSY_FOLDERS);
        assert_eq!(all[0], Path::new("7"));
        assert_eq!(all.iter().filter(|folder| **folder == Path::new("7")).count(), 1);
        assert!(!all.contains(&PathBuf::from("0")));
    }
}

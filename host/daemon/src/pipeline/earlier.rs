//! What earlier runs of a tool left for later ones: with its help a tool may make something else than without, so nothing is
//! stored of a run that took any up.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zccache_model::path;
use zccache_model::plan::EarlierState;

use crate::call::Call;

/// The state that was there before a run and that it could begin with.
pub struct Earlier {
    folders: Vec<(PathBuf, Stamp)>,
    /// Not all folders could be looked at.
    unknown: bool,
}

/// Tells whether something was made, renamed or removed in a folder.
#[derive(PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Earlier {
    /// What is there now.
    pub fn before(call: &Call, states: &[EarlierState]) -> Earlier {
        let mut earlier = Earlier { folders: Vec::new(), unknown: false };
        for state in states {
            if let Err(error) = earlier.look(&path::from_directory(&call.directory, &state.folder), state) {
                tracing::debug!(folder = state.folder, %error, "what earlier runs left is not known");
                earlier.unknown = true;
            }
        }
        earlier
    }

    /// Whether the run may have begun with it. A tool leaves its own state in the folder that it found some in, so one that has not
    /// changed is another call's.
    pub fn is_taken_up(&self) -> bool {
        self.unknown || self.folders.iter().any(|(folder, before)| Stamp::at(folder).ok().as_ref() != Some(before))
    }

    fn look(&mut self, folder: &Path, state: &EarlierState) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(state.prefix.as_bytes()) {
                continue;
            }
            let folder = entry.path();
            // Before its names: what comes meanwhile shows as a change.
            let stamp = Stamp::at(&folder)?;
            if entry.file_type()?.is_dir() && holds_state(&folder, &state.unfinished)? {
                self.folders.push((folder, stamp));
            }
        }
        Ok(())
    }
}

fn holds_state(folder: &Path, unfinished: &[String]) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !unfinished.iter().any(|end| name.as_encoded_bytes().ends_with(end.as_bytes())) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Stamp {
    fn at(folder: &Path) -> io::Result<Stamp> {
        let metadata = fs::symlink_metadata(folder)?;
        Ok(Stamp {
            file: (metadata.dev(), metadata.ino()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

//! Which program is this? Not only its file: what it loads before its first instruction, and the interpreter of a script.
//! What a program opens later is for the plugin to name.

mod identity;
mod image;
mod libraries;
mod loader_cache;
mod script;
mod trail;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zccache_model::digest::Digest;
use zccache_model::invocation::ProgramKind;
use zccache_model::key::KeyBuilder;

pub(crate) use image::Image;
pub(crate) use loader_cache::LoaderCache;

use crate::files::Files;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::watch::Refusal;
pub(crate) use trail::Trail;

/// What is run when a path is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The file behind all links.
    pub real: PathBuf,
    /// What the system does with it.
    pub kind: ProgramKind,
    /// Of its content and of everything that is loaded with it.
    pub digest: Digest,
}

/// A program and what tells that it is still the same.
pub(crate) struct KnownProgram {
    pub(crate) program: Program,
    /// Of the program's own file.
    pub(crate) stamp: Stamp,
    /// The newest change time of all files involved.
    pub(crate) newest: i128,
    pub(crate) trail: Trail,
}

impl Files {
    /// Which program is at a path, absolute or from the working directory. Remembered by the stamps of all files
    /// involved: about ten stats.
    pub fn program(&self, place: &Place<'_>, path: &Path) -> io::Result<Program> {
        self.known_program(place, &place.directory.join(path)).map(|known| known.program.clone())
    }

    pub(crate) fn known_program(&self, place: &Place<'_>, path: &Path) -> io::Result<Arc<KnownProgram>> {
        let key = caller_key(place, path);
        let known = self.programs.get(&key).or_else(|| {
            let recalled = Arc::new(self.recall_program(&key)?);
            self.programs.insert(key, Arc::clone(&recalled));
            Some(recalled)
        });
        if let Some(known) = known
            && known.trail.is_unchanged(place)
        {
            return Ok(known);
        }
        // What is looked at now claims nothing: the next look will.
        place.refuse(Refusal::Fresh);
        let (known, lasting) = self.identify(place, path)?;
        let known = Arc::new(known);
        if lasting {
            self.programs.insert(key, Arc::clone(&known));
            self.keep_program(&key, &known);
        }
        Ok(known)
    }
}

/// Everything of the caller that decides what is run when `path` is run.
pub(crate) fn caller_key(place: &Place<'_>, path: &Path) -> Digest {
    let bytes = |value: Option<&std::ffi::OsStr>| value.map(|value| value.as_encoded_bytes().to_vec());
    KeyBuilder::new("program of a caller v1")
        .part("path", path.as_os_str().as_encoded_bytes())
        .part("directory", place.directory.as_os_str().as_encoded_bytes())
        .optional("programs", bytes(place.path).as_deref())
        .optional("libraries", bytes(place.library_path).as_deref())
        .optional("preload", bytes(place.preload).as_deref())
        .finish()
}

#[cfg(test)]
mod tests;

//! The state of one path: what of it a tool depends on.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use zccache_model::digest::Digest;
use zccache_model::key::KeyBuilder;
use zccache_model::manifest::ObservedPath;
use zccache_model::plan::{FileKind, Observe};
use zccache_model::state::InputState;

use crate::check::claim;
use crate::files::{FileId, Files};
use crate::lookup::in_path;
use crate::place::Place;
use crate::quiet;
use crate::stamp::Stamp;
use crate::unix;

/// The state of a path, and which file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPath {
    /// What of it matters. Of a path that cannot be looked at, a state that no other observation equals.
    pub state: InputState,
    /// Device and inode behind all links; none where nothing is.
    pub file: Option<(u64, u64)>,
}

/// The state of a path with what tells how old it is.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) state: InputState,
    /// Of what is at the path; none where nothing is.
    pub(crate) stamp: Option<Stamp>,
    /// The newest change time of everything that the state was made of.
    pub(crate) newest: i128,
}

impl Seen {
    pub(crate) const ABSENT: Seen = Seen { state: InputState::Absent, stamp: None, newest: i128::MIN };

    /// Where a name leads, given what it would be in the working directory.
    pub(crate) fn leads(place: &Place<'_>, whole: &Path) -> Seen {
        let name = whole.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let found = in_path(place, name);
        let bytes = found.as_ref().map_or(&[][..], |path| path.as_os_str().as_encoded_bytes());
        Seen { state: InputState::Leads(Digest::of(bytes)), ..Seen::ABSENT }
    }

    pub(crate) fn of(state: InputState, stamp: Stamp) -> Seen {
        Seen { state, stamp: Some(stamp), newest: stamp.ctime }
    }

    pub(crate) fn file(&self) -> Option<FileId> {
        self.stamp.map(|stamp| stamp.file())
    }
}

impl Files {
    /// The state of one path now.
    pub fn observe(&self, place: &Place<'_>, input: &ObservedPath) -> SeenPath {
        match self.look(place, &place.at(&input.path), input.observe) {
            Ok(seen) => SeenPath { file: seen.file(), state: seen.state },
            Err(error) => {
                tracing::debug!(path = input.path, %error, "cannot look at an input");
                SeenPath { state: unknowable(), file: None }
            }
        }
    }

    /// The state of each of a plan's assumptions now.
    pub fn assumptions(&self, place: &Place<'_>, inputs: &[ObservedPath]) -> Vec<InputState> {
        inputs.iter().map(|input| self.observe(place, input).state).collect()
    }

    /// The state of `path`, absolute. An error: it cannot be told.
    pub(crate) fn look(&self, place: &Place<'_>, path: &Path, observe: Observe) -> io::Result<Seen> {
        match observe {
            Observe::InPath => return Ok(Seen::leads(place, path)),
            Observe::ProgramInPath => return self.program_in_path(place, path),
            _ => {}
        }
        claim(place, path, observe);
        let Some(stamp) = unix::stat_if_there(path)? else { return Ok(Seen::ABSENT) };
        match self.remembered(&stamp, observe) {
            Some(state) => Ok(Seen::of(state, stamp)),
            None => self.look_closely(place, path, observe, stamp),
        }
    }

    /// Where a name leads, given what it would be in the working directory, and the program there.
    fn program_in_path(&self, place: &Place<'_>, whole: &Path) -> io::Result<Seen> {
        let name = whole.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(file) = in_path(place, name) else { return Ok(Seen::ABSENT) };
        let known = self.known_program(place, &file)?;
        let mut leads = KeyBuilder::new("program in path v1");
        leads.part("path", file.as_os_str().as_encoded_bytes()).digest("program", &known.program.digest);
        Ok(Seen { state: InputState::Leads(leads.finish()), stamp: None, newest: known.newest })
    }

    /// The state, where the stamp alone gives it.
    pub(crate) fn remembered(&self, stamp: &Stamp, observe: Observe) -> Option<InputState> {
        match (observe, stamp.kind) {
            (Observe::Identity, _) => Some(InputState::Identity(stamp.letter(), stamp.device, stamp.inode)),
            (Observe::Kind, _) => Some(InputState::Kind(stamp.letter())),
            (Observe::Content | Observe::ContentAndTime | Observe::Tree | Observe::Made, FileKind::File) => {
                self.remembered_content(stamp).map(|digest| content_state(observe, digest, stamp))
            }
            (Observe::Listing, FileKind::Folder) => {
                let (known, names) = self.listings.get(&stamp.file())?;
                (known == *stamp).then_some(InputState::Listing(names))
            }
            (Observe::Listing, _) => Some(InputState::Kind(stamp.letter())),
            (Observe::Tree, FileKind::Folder) => None,
            (_, FileKind::Folder) => Some(InputState::Kind(b'd')),
            _ => None,
        }
    }

    /// The state of something that was there a moment ago, read.
    pub(crate) fn look_closely(
        &self,
        place: &Place<'_>,
        path: &Path,
        observe: Observe,
        stamp: Stamp,
    ) -> io::Result<Seen> {
        let seen = match observe {
            Observe::Listing => self.listing(path),
            Observe::Tree if stamp.kind == FileKind::Folder => self.tree(place, path),
            Observe::Content | Observe::ContentAndTime | Observe::Tree | Observe::Made => {
                self.content(path).map(|(stamp, digest)| Seen::of(content_state(observe, digest, &stamp), stamp))
            }
            Observe::Program => self.known_program(place, path).map(|known| {
                let state = InputState::Program(known.program.digest);
                Seen { state, stamp: Some(known.stamp), newest: known.newest }
            }),
            Observe::InPath => Ok(Seen::leads(place, path)),
            Observe::ProgramInPath => self.program_in_path(place, path),
            Observe::Kind | Observe::Identity => {
                let letter = stamp.letter();
                let identity = InputState::Identity(letter, stamp.device, stamp.inode);
                Ok(Seen::of(if observe == Observe::Kind { InputState::Kind(letter) } else { identity }, stamp))
            }
        };
        match seen {
            // It went away since the stat.
            Err(error) if error.kind() == io::ErrorKind::NotFound && unix::stat_if_there(path)?.is_none() => {
                Ok(Seen::ABSENT)
            }
            seen => seen,
        }
    }

    /// The digest of the sorted names in a folder, remembered under its stamp as the content of a file is.
    fn listing(&self, path: &Path) -> io::Result<Seen> {
        let now = (self.clock)();
        let stamp = unix::stat(path)?;
        let mut names = std::fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        let mut key = KeyBuilder::new("listing v1");
        for name in &names {
            key.part("name", name.as_encoded_bytes());
        }
        let digest = key.finish();
        if unix::stat(path)? != stamp {
            let changing = format!("'{}' changes while it is read", path.display());
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, changing));
        }
        if quiet::vouches_at(&stamp, now, path) {
            self.listings.insert(stamp.file(), (stamp, digest));
        }
        Ok(Seen::of(InputState::Listing(digest), stamp))
    }
}

fn content_state(observe: Observe, digest: Digest, stamp: &Stamp) -> InputState {
    if observe == Observe::ContentAndTime {
        InputState::ContentAndTime(digest, stamp.mtime)
    } else {
        InputState::Content(digest)
    }
}

/// A state that equals no other: nothing is ever found under it.
fn unknowable() -> InputState {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = unix::now().unsigned_abs() as u64;
    InputState::Identity(b'?', now, COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::place::tests::place;

    fn state(files: &Files, folder: &Path, path: &str, observe: Observe) -> InputState {
        files.observe(&place(folder), &ObservedPath { path: path.into(), observe }).state
    }

    #[test]
    fn each_way_of_observing_sees_what_it_is_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "one").unwrap();
        let files = Files::new();
        let see = |observe| state(&files, folder.path(), "x", observe);
        let stamp = unix::stat(&folder.path().join("x")).unwrap();
        assert_eq!(see(Observe::Content), InputState::Content(Digest::of(b"one")));
        assert_eq!(see(Observe::ContentAndTime), InputState::ContentAndTime(Digest::of(b"one"), stamp.mtime));
        assert_eq!(see(Observe::Kind), InputState::Kind(b'f'));
        assert_eq!(see(Observe::Identity), InputState::Identity(b'f', stamp.device, stamp.inode));
        assert_eq!(see(Observe::Listing), InputState::Kind(b'f'));
        assert!(matches!(see(Observe::Program), InputState::Program(_)));
        assert_eq!(state(&files, folder.path(), "", Observe::Content), InputState::Kind(b'd'));
        assert_eq!(state(&files, folder.path(), "x/y", Observe::Content), InputState::Absent);
    }

    #[test]
    fn a_listing_changes_with_the_names_and_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "one").unwrap();
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        let list = || state(&files, folder.path(), "", Observe::Listing);
        let before = list();
        std::fs::write(folder.path().join("x"), "two").unwrap();
        assert_eq!(list(), before);
        let stamp = unix::stat(folder.path()).unwrap();
        assert!(files.remembered(&stamp, Observe::Listing).is_some());
        std::fs::write(folder.path().join("y"), "").unwrap();
        // A fresh instance, so that the test does not rest on the fineness of this file system's stamps.
        assert_ne!(state(&Files::new(), folder.path(), "", Observe::Listing), before);
    }

    #[test]
    fn a_touched_file_differs_only_where_time_is_observed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "one").unwrap();
        let files = Files::new();
        let see = |observe| state(&files, folder.path(), "x", observe);
        let before = (see(Observe::Content), see(Observe::ContentAndTime));
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(past).unwrap();
        assert_eq!(see(Observe::Content), before.0);
        assert_ne!(see(Observe::ContentAndTime), before.1);
    }

    #[test]
    fn what_cannot_be_looked_at_is_never_twice_the_same() {
        let folder = tempfile::tempdir().unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        let files = Files::new();
        let see = || state(&files, folder.path(), "loop", Observe::Content);
        assert_ne!(see(), see());
        assert_ne!(see(), InputState::Absent);
    }
}

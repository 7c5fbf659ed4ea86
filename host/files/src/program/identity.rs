//! The digest of a program.

use std::io;
use std::path::{Path, PathBuf};

use zccache_model::digest::Digest;
use zccache_model::invocation::ProgramKind;
use zccache_model::key::KeyBuilder;
use zccache_model::plan::FileKind;
use zccache_model::program::{Candidate, Search, search};

use super::image::Image;
use super::libraries::Libraries;
use super::script::program_of_env;
use super::trail::Tracker;
use super::{KnownProgram, Program};
use crate::files::Files;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::unix;

/// Scripts whose interpreter is a script, and so on; the kernel's own limit.
const INTERPRETERS: usize = 5;

/// One program of a chain of interpreters.
struct Identity {
    stamp: Stamp,
    kind: ProgramKind,
    digest: Digest,
}

impl Files {
    /// Looks at a program afresh, and whether what was seen may be remembered.
    pub(super) fn identify(&self, place: &Place<'_>, path: &Path) -> io::Result<(KnownProgram, bool)> {
        let mut tracker = Tracker::new(self);
        let real = tracker.real(path)?;
        let identity = identity(&mut tracker, place, path, 0)?;
        let program = Program { real, kind: identity.kind, digest: identity.digest };
        let (newest, lasting) = (tracker.trail.newest(), tracker.lasting);
        Ok((KnownProgram { program, stamp: identity.stamp, newest, trail: tracker.trail }, lasting))
    }
}

fn identity(tracker: &mut Tracker<'_>, place: &Place<'_>, path: &Path, depth: usize) -> io::Result<Identity> {
    if depth > INTERPRETERS {
        return Err(invalid(path, "has too many interpreters"));
    }
    let (stamp, content, image) = tracker.image(path)?;
    let mut key = KeyBuilder::new("program v1");
    // Permissions decide whether a search by name takes the file.
    key.digest("content", &content).number("executable", u64::from(unix::is_executable(path)));
    let kind = match &*image {
        Image::Object(object) => {
            Libraries::new(tracker, place).write(&mut key, path, object)?;
            ProgramKind::Binary
        }
        Image::Script { interpreter, argument } => {
            write_interpreters(tracker, place, &mut key, (interpreter, argument), depth)?;
            ProgramKind::Script
        }
        Image::Opaque => ProgramKind::Binary,
        Image::Broken => return Err(invalid(path, "is not whole")),
    };
    Ok(Identity { stamp, kind, digest: key.finish() })
}

/// Adds what runs a script: its interpreter, and what `env` finds for it.
fn write_interpreters(
    tracker: &mut Tracker<'_>,
    place: &Place<'_>,
    key: &mut KeyBuilder,
    (interpreter, argument): (&str, &str),
    depth: usize,
) -> io::Result<()> {
    let path = place.at(interpreter);
    write_program(tracker, place, key, Some(&path), depth)?;
    if path.file_name().is_some_and(|name| name == "env")
        && let Some(program) = program_of_env(argument)
    {
        let found = find_program(tracker, place, program)?;
        write_program(tracker, place, key, found.as_deref(), depth)?;
    }
    Ok(())
}

fn write_program(
    tracker: &mut Tracker<'_>,
    place: &Place<'_>,
    key: &mut KeyBuilder,
    path: Option<&Path>,
    depth: usize,
) -> io::Result<()> {
    let there = match path {
        Some(path) => tracker.look(path)?.map(|_| path),
        None => None,
    };
    match there {
        Some(path) => key.digest("interpreter", &identity(tracker, place, path, depth + 1)?.digest),
        None => key.text("missing interpreter", ""),
    };
    Ok(())
}

/// What a name means by the caller's PATH. Everything that was looked at on the way is on the trail.
fn find_program(tracker: &mut Tracker<'_>, place: &Place<'_>, name: &str) -> io::Result<Option<PathBuf>> {
    let mut failed = None;
    let found = search(name.as_ref(), place.path, place.directory, |candidate| match tracker.look(candidate) {
        Ok(Some(stamp)) if stamp.kind == FileKind::Folder || (place.passed_over)(candidate) => Candidate::PassOver,
        Ok(Some(_)) if unix::is_executable(candidate) => Candidate::Executable,
        Ok(Some(_)) => Candidate::NotExecutable,
        Ok(None) => Candidate::PassOver,
        Err(error) => {
            failed = Some(error);
            Candidate::PassOver
        }
    });
    match (failed, found) {
        (Some(error), _) => Err(error),
        (None, Search::Found(path)) => Ok(Some(path)),
        (None, Search::NotExecutable(_) | Search::NotFound) => Ok(None),
    }
}

fn invalid(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("'{}' {what}", path.display()))
}

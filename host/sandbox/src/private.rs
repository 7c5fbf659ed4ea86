//! The private folder that native images lie in: made for its owner alone, and nothing in it is trusted that another user
//! could have written. Everything here is particular to Unix.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::error::SandboxError;

/// Makes the folder, mode 0700, unless it is there, and makes sure that no other user can write in it.
pub(crate) fn make_folder(folder: &Path) -> Result<(), SandboxError> {
    let failed = |source| SandboxError::Folder { folder: folder.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    // A link would lead to a folder that was not looked at.
    let metadata = fs::symlink_metadata(folder).map_err(failed)?;
    let why = if metadata.is_dir() { others_can_write(&metadata) } else { Some("is not a folder") };
    match why {
        Some(why) => Err(SandboxError::NotPrivate { folder: folder.to_owned(), why }),
        None => Ok(()),
    }
}

/// The bytes of a regular file that only its owner, this user, can write.
pub(crate) fn read_file(file: &Path) -> io::Result<Vec<u8>> {
    // A pipe under the name would keep `open` waiting without NONBLOCK.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(file, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    let why = if metadata.is_file() { others_can_write(&metadata) } else { Some("is not a file") };
    if let Some(why) = why {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("it {why}")));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn others_can_write(metadata: &Metadata) -> Option<&'static str> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Some("belongs to another user");
    }
    (metadata.mode() & 0o022 != 0).then_some("can be written by others")
}

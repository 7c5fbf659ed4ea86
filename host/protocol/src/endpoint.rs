//! Where the daemon of a cache folder listens: a socket in a folder that only its user can enter.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The files through which client and daemon of one cache folder meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The private folder that holds them.
    pub folder: PathBuf,
    /// The daemon listens here.
    pub socket: PathBuf,
    /// Locked by a client while it starts the daemon.
    pub start_lock: PathBuf,
    /// Locked by the daemon for as long as it lives.
    pub life_lock: PathBuf,
    /// Where runs write what only the daemon reads.
    pub scratch: PathBuf,
}

impl Endpoint {
    /// The endpoint of the daemon that keeps `cache_folder`. `runtime` is the user's folder for such files.
    ///
    /// Its names are short, whatever the cache folder is called: a socket's path has at most 107 bytes.
    pub fn of(runtime: &Path, cache_folder: &Path) -> Endpoint {
        let digest = blake3::hash(cache_folder.as_os_str().as_encoded_bytes()).to_hex();
        let folder = runtime.join(&digest[..16]);
        Endpoint {
            socket: folder.join("socket"),
            start_lock: folder.join("start.lock"),
            life_lock: folder.join("life.lock"),
            scratch: folder.join("scratch"),
            folder,
        }
    }

    /// Makes the folder, or makes sure that nobody else can have put a socket there.
    pub fn prepare(&self) -> io::Result<()> {
        if let Some(runtime) = self.folder.parent() {
            private_folder(runtime)?;
        }
        private_folder(&self.folder)
    }
}

/// Makes a folder that only this user can enter, or checks that it is one.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let metadata = fs::symlink_metadata(folder)?;
    let ours = metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw();
    if ours && metadata.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} is not a folder that only this user can enter; remove it", folder.display()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn two_cache_folders_have_two_endpoints_in_private_folders_and_open_ones_are_refused() {
        let runtime = tempfile::tempdir().unwrap();
        let base = runtime.path().join("zccache");
        let one = Endpoint::of(&base, Path::new("/cache/one"));
        assert_ne!(one, Endpoint::of(&base, Path::new("/cache/two")));
        one.prepare().unwrap();
        one.prepare().unwrap();
        fs::set_permissions(&one.folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(one.prepare().unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}

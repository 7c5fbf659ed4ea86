//! The content of one file: read whole, in one state, and remembered under the stamp of that state.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use zccache_model::digest::Digest;
use zccache_model::plan::FileKind;

use crate::files::Files;
use crate::place::Place;
use crate::program::Image;
use crate::quiet;
use crate::stamp::Stamp;
use crate::unix;

/// How often a file that changes while it is read is read again.
const ATTEMPTS: usize = 5;
/// Hashed at a time, bytes. BLAKE3 is fastest with at least 16 KiB, and larger buffers leave the processor's cache.
const CHUNK: usize = 128 << 10;

/// Something read of a file in one state.
pub(crate) struct Settled<T> {
    pub(crate) stamp: Stamp,
    pub(crate) value: T,
    /// The stamp vouches for it.
    pub(crate) lasting: bool,
}

impl Files {
    /// The digest of a file's content. Read only if its stamp is not known.
    pub fn digest(&self, place: &Place<'_>, path: &Path) -> io::Result<Digest> {
        place.claim(path);
        self.content(path).map(|(_, digest)| digest)
    }

    /// The digest of a file's content with the stamp of the state that has it.
    pub(crate) fn content(&self, path: &Path) -> io::Result<(Stamp, Digest)> {
        let stamp = unix::stat(path)?;
        if let Some(digest) = self.remembered_content(&stamp) {
            return Ok((stamp, digest));
        }
        let settled = self.read_settled(path, |file, _| hash(file))?;
        self.remember_content(&settled, settled.value);
        Ok((settled.stamp, settled.value))
    }

    /// A file's bytes with their digest and stamp.
    pub(crate) fn bytes(&self, path: &Path) -> io::Result<(Stamp, Digest, Vec<u8>)> {
        let settled = self.read_settled(path, |file, stamp| {
            let mut bytes = Vec::with_capacity(usize::try_from(stamp.size).unwrap_or(0).saturating_add(1));
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        })?;
        let digest = Digest::of(&settled.value);
        self.remember_content(&settled, digest);
        Ok((settled.stamp, digest, settled.value))
    }

    /// What the system does with a file's content, with the digest and the stamp of that.
    pub(crate) fn read_image(&self, path: &Path) -> io::Result<(Stamp, Digest, Arc<Image>)> {
        let settled = self.read_settled(path, |file, stamp| {
            let digest = self.remembered_content(stamp).map_or_else(|| hash(file), Ok)?;
            Ok((digest, Image::read(file)?))
        })?;
        let (stamp, (digest, image)) = if settled.lasting {
            self.remember_content(&settled, settled.value.0);
            (settled.stamp, settled.value)
        } else {
            // Two readings of a file that was just written may be of two contents.
            let (stamp, digest, bytes) = self.bytes(path)?;
            (stamp, (digest, Image::read(&mut io::Cursor::new(bytes))?))
        };
        let image = Arc::new(image);
        self.images.insert(digest, Arc::clone(&image));
        Ok((stamp, digest, image))
    }

    /// The digest that this stamp vouches for.
    pub(crate) fn remembered_content(&self, stamp: &Stamp) -> Option<Digest> {
        let file = stamp.file();
        let (known, digest) = self.contents.get(&file).or_else(|| {
            let recalled = self.recall_content(file)?;
            self.contents.insert(file, recalled);
            Some(recalled)
        })?;
        (known == *stamp).then_some(digest)
    }

    fn remember_content<T>(&self, settled: &Settled<T>, digest: Digest) {
        if settled.lasting {
            self.contents.insert(settled.stamp.file(), (settled.stamp, digest));
            self.keep_content(&settled.stamp, digest);
        }
    }

    /// Reads a regular file with `read`, again until its stamp is the same before and after.
    pub(crate) fn read_settled<T>(
        &self,
        path: &Path,
        read: impl Fn(&mut File, &Stamp) -> io::Result<T>,
    ) -> io::Result<Settled<T>> {
        for _ in 0..ATTEMPTS {
            let now = (self.clock)();
            let mut file = unix::open(path)?;
            let stamp = unix::stat_open(&file)?;
            if stamp.kind != FileKind::File {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("'{}' is no file", path.display())));
            }
            let value = read(&mut file, &stamp)?;
            if unix::stat_open(&file)? == stamp {
                let lasting = quiet::vouches(&stamp, now, &file);
                return Ok(Settled { stamp, value, lasting });
            }
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, format!("'{}' keeps changing", path.display())))
    }
}

fn hash(file: &mut File) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest::from_bytes(*hasher.finalize().as_bytes())),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Write;

    use super::*;

    fn folder_with(content: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn a_digest_is_remembered_only_for_a_file_that_was_quiet() {
        let (_folder, path) = folder_with("one");
        let stamp = unix::stat(&path).unwrap();
        for (age, remembered) in [(0, false), (4_000_000, false), (19_000_000, false), (3_000_000_000, true)] {
            let files = Files::with_clock(move || stamp.ctime + age);
            assert_eq!(files.content(&path).map(|(_, digest)| digest).unwrap(), Digest::of(b"one"));
            assert_eq!(files.remembered_content(&stamp).is_some(), remembered, "{age} ns after the write");
        }
    }

    #[test]
    fn a_file_dated_into_the_future_is_hashed_every_time() {
        let (_folder, path) = folder_with("one");
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(7_200);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        let files = Files::with_clock(|| unix::now() + 3_600_000_000_000);
        files.content(&path).map(|(_, digest)| digest).unwrap();
        assert!(files.remembered_content(&unix::stat(&path).unwrap()).is_none());
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_again() {
        let (_folder, path) = folder_with("one");
        let rounds = Cell::new(0);
        let settled = Files::new().read_settled(&path, |file, _| {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            rounds.set(rounds.get() + 1);
            if rounds.get() == 1 {
                File::options().append(true).open(&path)?.write_all(b"two")?;
            }
            Ok(text)
        });
        assert_eq!((settled.unwrap().value.as_str(), rounds.get()), ("onetwo", 2));
    }

    #[test]
    fn a_file_that_never_comes_to_rest_is_an_error() {
        let (_folder, path) = folder_with("one");
        let read = Files::new()
            .read_settled(&path, |_, _| File::options().append(true).open(&path)?.write_all(b"more"))
            .map(|settled| settled.value);
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    }

    #[test]
    fn a_pipe_is_refused_without_waiting_for_its_other_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(status.success());
        assert!(Files::new().content(&path).is_err());
    }

    #[test]
    fn large_content_has_the_digest_of_its_bytes() {
        let content = vec![7_u8; 3 * CHUNK + 5];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, &content).unwrap();
        let files = Files::new();
        assert_eq!(files.content(&path).map(|(_, digest)| digest).unwrap(), Digest::of(&content));
        assert_eq!(files.bytes(&path).unwrap().1, Digest::of(&content));
    }
}

//! Reading whole contents.

use std::fs::File;
use std::io;

use zccache_model::digest::Digest;

use crate::disk::Disk;

/// Bytes hashed at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// Reads a file that should have `size` bytes to its end, or one byte further than that.
pub(crate) fn read_all(disk: &Disk, file: &File, size: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; size + 1];
    let mut filled = 0;
    while filled < bytes.len() {
        match disk.read(file, &mut bytes[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// The digest of a file from where it stands.
pub(crate) fn hash(disk: &Disk, file: &File) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match disk.read(file, &mut buffer)? {
            0 => return Ok(Digest::from_bytes(*hasher.finalize().as_bytes())),
            count => hasher.update(&buffer[..count]),
        };
    }
}

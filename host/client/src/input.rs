//! Standard input, where the daemon needs to know what is on it: taken whole, and kept for the compiler.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsFd;

use rustix::fs::{MemfdFlags, memfd_create};
use zccache_model::limits;
use zccache_protocol::message::Input;

/// Takes all of standard input, and puts what was taken in its place, from the beginning. Nothing is taken from a terminal, nor
/// where there is no place to keep it.
pub fn take() -> Input {
    let bytes = if rustix::termios::isatty(rustix::stdio::stdin()) { None } else { kept().unwrap_or_default() };
    Input { bytes: bytes.filter(|bytes| bytes.len() as u64 <= limits::READ_BYTES) }
}

/// None: there is nothing that can be read.
fn kept() -> io::Result<Option<Vec<u8>>> {
    // Made first: what was taken and cannot be kept would be lost to the compiler.
    let mut place = File::from(memfd_create("standard input", MemfdFlags::CLOEXEC)?);
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    place.write_all(&bytes)?;
    place.rewind()?;
    rustix::stdio::dup2_stdin(place.as_fd())?;
    read.map(|_| Some(bytes))
}

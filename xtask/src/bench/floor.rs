//! The floor: a client that only asks, and a server that only puts one file in place. No key, no lookup, no check. What a
//! hit costs above it is ours.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::process;

/// As `floor.c` sends.
const REQUEST_BYTES: usize = 6000;

/// The client's program and the socket that our server listens on.
pub(crate) struct Floor {
    client: PathBuf,
    socket: PathBuf,
}

impl Floor {
    /// Compiles the client and starts the server, on a thread that ends with this process. It puts `object` in place.
    pub(crate) fn build(folder: &Path, object: &Path) -> Result<Floor> {
        let (client, socket) = (folder.join("floor"), folder.join("floor.socket"));
        let source = folder.join("floor.c");
        fs::write(&source, include_str!("floor.c")).with_context(|| source.display().to_string())?;
        process::run(Command::new("gcc").args(["-O2", "-static", "-o"]).arg(&client).arg(&source))?;
        if socket.exists() {
            fs::remove_file(&socket).with_context(|| socket.display().to_string())?;
        }
        let listener = UnixListener::bind(&socket).with_context(|| socket.display().to_string())?;
        let (object, place) = (object.to_owned(), folder.join("floor.o"));
        thread::spawn(move || {
            for connection in listener.incoming() {
                // The client is answered or fails: the benchmark sees it.
                if let Err(error) = connection.and_then(|connection| serve(connection, &object, &place)) {
                    eprintln!("the floor's server: {error}");
                }
            }
        });
        Ok(Floor { client, socket })
    }

    /// One request.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.client);
        command.arg(&self.socket);
        command
    }
}

/// Copies inside the kernel to a temporary name, unlinks the old file and renames: on ext4 a third of what renaming over
/// an existing file costs.
fn serve(mut connection: UnixStream, object: &Path, place: &Path) -> io::Result<()> {
    connection.read_exact(&mut [0; REQUEST_BYTES])?;
    let temporary = place.with_extension("temporary");
    io::copy(&mut File::open(object)?, &mut File::create(&temporary)?)?;
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(&temporary, place)?;
    connection.write_all(&[0])
}

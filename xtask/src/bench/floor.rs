//! The floor: a client that only asks, and a server that only puts files in place. No key, no lookup, no check. What a
//! hit costs above it is ours.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::bench::unit::Unit;
use crate::process;

/// As `floor.c` sends.
const REQUEST_BYTES: usize = 6000;

/// The word that makes this program the floor's server.
pub(crate) const SERVE: &str = "floor-server";

/// The client's program, and the server that it asks: a process of its own, as a cache's daemon is.
pub(crate) struct Floor {
    client: PathBuf,
    socket: PathBuf,
    files: Vec<OsString>,
    server: Child,
}

impl Floor {
    /// Compiles the client and starts a server that puts the outputs of this unit in place.
    pub(crate) fn of(unit: &Unit) -> Result<Floor> {
        let client = unit.folder.join("floor");
        let source = unit.folder.join("floor.c");
        fs::write(&source, include_str!("floor.c")).with_context(|| source.display().to_string())?;
        process::quietly(Command::new("gcc").args(["-O2", "-static", "-o"]).arg(&client).arg(&source))?;
        let files = unit.outputs().iter().map(|output| output.as_os_str().to_owned()).collect();
        // Relative, since a socket's path must be short: both sides run in the unit's folder.
        let socket = PathBuf::from("floor.socket");
        let server = start(&unit.folder, &socket, &files)?;
        Ok(Floor { client, socket, files, server })
    }

    /// One request for outputs of this name, without their suffix.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.client);
        command.arg(&self.socket).arg(name);
        command
    }

    /// How long a server takes to start.
    pub(crate) fn start_time(&self, folder: &Path) -> Result<Duration> {
        let begun = Instant::now();
        let mut server = start(folder, Path::new("second.socket"), &self.files)?;
        let time = begun.elapsed();
        end(&mut server);
        Ok(time)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

fn end(server: &mut Child) {
    // It may have ended by itself, of an error that it has told.
    let _ended = server.kill();
    let _waited = server.wait();
}

fn start(folder: &Path, socket: &Path, files: &Vec<OsString>) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe().context("this program")?);
    command.arg(SERVE).arg(socket).args(files).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("the floor's server")?;
    let stdout = child.stdout.take().expect("the output of a child spawned with a pipe is a pipe");
    let mut said = String::new();
    BufReader::new(stdout).read_line(&mut said).context("the floor's server")?;
    ensure!(said == "ready\n", "the floor's server does not start");
    Ok(child)
}

/// The server: answers until it is killed. The files are what is put in place, each under its own suffix.
pub(crate) fn serve(socket: &Path, files: &[PathBuf]) -> Result<()> {
    if socket.exists() {
        fs::remove_file(socket).with_context(|| socket.display().to_string())?;
    }
    let listener = Arc::new(UnixListener::bind(socket).with_context(|| socket.display().to_string())?);
    let files: Arc<[PathBuf]> = files.into();
    // As many as our daemon has.
    let threads = 2 * thread::available_parallelism().map_or(2, usize::from) + 2;
    let threads: Vec<_> = (0..threads)
        .map(|_| {
            let (listener, files) = (Arc::clone(&listener), Arc::clone(&files));
            thread::spawn(move || {
                for connection in listener.incoming() {
                    // The client is answered or fails: the benchmark sees it.
                    if let Err(error) = connection.and_then(|connection| answer(connection, &files)) {
                        eprintln!("the floor's server: {error}");
                    }
                }
            })
        })
        .collect();
    println!("ready");
    for thread in threads {
        if thread.join().is_err() {
            bail!("the floor's server panicked");
        }
    }
    Ok(())
}

fn answer(mut connection: UnixStream, files: &[PathBuf]) -> io::Result<()> {
    let mut request = [0; REQUEST_BYTES];
    connection.read_exact(&mut request)?;
    let name = request.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = Path::new(OsStr::from_bytes(name));
    for file in files {
        put_in_place(file, &name.with_extension(file.extension().unwrap_or_default()))?;
    }
    connection.write_all(&[0])
}

/// Copies inside the kernel to a temporary name, unlinks the old file and renames: on ext4 a third of what renaming over
/// an existing file costs.
fn put_in_place(file: &Path, place: &Path) -> io::Result<()> {
    let mut temporary = place.as_os_str().to_owned();
    temporary.push(".temporary");
    io::copy(&mut File::open(file)?, &mut File::create(&temporary)?)?;
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(&temporary, place)
}

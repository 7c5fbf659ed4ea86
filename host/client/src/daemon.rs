//! Finding the daemon of a cache folder, starting it where there is none.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::FlockOperation;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
use zccache_model::limits;
use zccache_protocol::endpoint::Endpoint;
use zccache_protocol::frame::{self, FrameError};
use zccache_settings::{Folders, Settings};

/// How long a connection may take to be accepted by a daemon that is there.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// Why there is no daemon to talk to.
#[derive(Debug)]
pub enum DaemonError {
    /// It cannot be started; in its own words, or why not even those came.
    Start(String),
    /// Its socket cannot be reached.
    Connect {
        /// Which socket.
        socket: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It speaks another version of the protocol.
    Version {
        /// The daemon's.
        theirs: u16,
    },
    /// Talking to it failed.
    Talk(FrameError),
}

impl std::fmt::Display for DaemonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DaemonError::Start(why) => write!(f, "the cache daemon cannot be started: {why}"),
            DaemonError::Connect { socket, error } => {
                write!(f, "the cache daemon cannot be reached: {}: {error}", socket.display())
            }
            DaemonError::Version { theirs } => write!(
                f,
                "the running cache daemon speaks version {theirs} of the protocol, this zccache {}; run `zccache stop`",
                frame::VERSION
            ),
            DaemonError::Talk(FrameError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                write!(f, "the cache daemon does not answer")
            }
            DaemonError::Talk(error) => write!(f, "the cache daemon gave no answer: {error}"),
        }
    }
}

impl<E: Into<FrameError>> From<E> for DaemonError {
    fn from(error: E) -> Self {
        DaemonError::Talk(error.into())
    }
}

/// A connection to the daemon, which is started if there is none.
pub fn connect_or_start(folders: &Folders, settings: &Settings) -> Result<UnixStream, DaemonError> {
    let endpoint = Endpoint::of(&folders.runtime, &settings.cache_folder);
    match try_connect(&endpoint.socket) {
        Ok(connection) => Ok(connection),
        Err(error) if is_absent(&error) => start(folders, settings, &endpoint),
        Err(error) => Err(unreachable(&endpoint, error)),
    }
}

/// A connection to the daemon if there is one.
pub fn connect_if_running(folders: &Folders, settings: &Settings) -> Result<Option<UnixStream>, DaemonError> {
    let endpoint = Endpoint::of(&folders.runtime, &settings.cache_folder);
    match try_connect(&endpoint.socket) {
        Ok(connection) => Ok(Some(connection)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreachable(&endpoint, error)),
    }
}

fn unreachable(endpoint: &Endpoint, error: io::Error) -> DaemonError {
    DaemonError::Connect { socket: endpoint.socket.clone(), error }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn try_connect(socket: &Path) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(socket)?;
    let connection = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    // Without it, connecting to a daemon that accepts nothing any more would block for ever.
    set_socket_timeout(&connection, Timeout::Send, Some(CONNECT_WAIT))?;
    connect(&connection, &address)?;
    Ok(connection.into())
}

/// Starts the daemon. One client at a time: the others find it when their turn comes.
fn start(folders: &Folders, settings: &Settings, endpoint: &Endpoint) -> Result<UnixStream, DaemonError> {
    let failed = |why: &dyn std::fmt::Display| DaemonError::Start(why.to_string());
    endpoint.prepare().map_err(|error| failed(&error))?;
    let lock = File::create(&endpoint.start_lock).map_err(|error| failed(&error))?;
    lock_within(&lock, limits::START_WAIT).map_err(|error| failed(&error))?;
    match try_connect(&endpoint.socket) {
        Ok(connection) => return Ok(connection),
        Err(error) if is_absent(&error) => {}
        Err(error) => return Err(unreachable(endpoint, error)),
    }
    let said = spawn(&program().map_err(|error| failed(&error))?, folders, settings).map_err(|error| failed(&error))?;
    if said != "ready" {
        return Err(DaemonError::Start(said));
    }
    try_connect(&endpoint.socket).map_err(|error| unreachable(endpoint, error))
}

fn lock_within(lock: &File, wait: Duration) -> io::Result<()> {
    let until = Instant::now() + wait;
    loop {
        match rustix::fs::flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The daemon's program: beside this one, or in PATH.
fn program() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside = own.canonicalize().unwrap_or(own).with_file_name("zccached");
    if beside.is_file() { Ok(beside) } else { Ok(PathBuf::from("zccached")) }
}

/// Starts the daemon's process and waits for the one line in which it says that it is ready, or why it cannot be.
fn spawn(program: &Path, folders: &Folders, settings: &Settings) -> Result<String, String> {
    let mut command = Command::new(program);
    command.env_clear().current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // The daemon serves many builds: what is particular to this one must not reach it.
    let kept = |name: &str| {
        ["HOME", "PATH", "TMPDIR", "USER"].contains(&name) || name.starts_with("XDG_") || name.starts_with("ZCCACHE_")
    };
    command.envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(kept)));
    command.env("ZCCACHE_CACHE_DIR", &settings.cache_folder);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{} is not installed beside zccache", program.display()),
        _ => format!("{}: {error}", program.display()),
    })?;
    let mut stdout = child.stdout.take().expect("standard output was asked for");
    let wait = Timespec { tv_sec: limits::START_WAIT.as_secs() as i64, tv_nsec: 0 };
    let ready = poll(&mut [PollFd::new(&stdout, PollFlags::IN)], Some(&wait));
    if ready != Ok(1) {
        return Err(format!(
            "it was not ready within {} s; see {}",
            limits::START_WAIT.as_secs(),
            folders.state.join("zccached.log").display()
        ));
    }
    let mut said = String::new();
    stdout.read_to_string(&mut said).map_err(|error| error.to_string())?;
    // What was started here has left the daemon behind as nobody's child and ended: this process may become a compiler,
    // which must find no child that it did not start.
    child.wait().map_err(|error| error.to_string())?;
    if said.is_empty() { Err("it ended without a word".to_owned()) } else { Ok(said.trim_end().to_owned()) }
}

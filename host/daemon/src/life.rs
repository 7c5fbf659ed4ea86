//! The daemon's life: one per cache folder, from the first client's need until nobody has needed it for long.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use tokio::runtime::Runtime;
use zccache_protocol::endpoint::{Endpoint, private_folder};
use zccache_protocol::namespace::Namespace;
use zccache_settings::{CopyMode, Folders, Settings};
use zccache_store::{Store, StoreOptions};

use crate::services::Services;
use crate::surveyor::Surveyor;
use crate::{component, detach, log, process, serve};

/// How long a new daemon waits for one that is leaving.
const PREDECESSOR_WAIT: Duration = Duration::from_secs(5);
/// How often counters are saved and idleness is looked at.
const TICK: Duration = Duration::from_secs(1);

/// The word that makes this program live as the daemon.
pub const LIVE: &str = "live";

/// Starts the daemon as nobody's child, and ends: whoever called this program may become another, which would wait for
/// a child that it never started. The daemon says on the same standard output how its start went.
pub fn leave_behind() -> ExitCode {
    let left = detach::close_inherited().and_then(|()| process::leave_behind(LIVE));
    match left {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            detach::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Lives until told to stop, or until idle for long. `plugins`: a folder of further components to load.
pub fn live(plugins: Option<PathBuf>) -> ExitCode {
    let begun = detach::detach().map_err(|error| error.to_string()).and_then(|()| begin(plugins.as_deref()));
    match begun {
        Ok(daemon) => {
            detach::say("ready");
            daemon.serve();
            ExitCode::SUCCESS
        }
        Err(why) => {
            tracing::error!(why, "the daemon cannot start");
            detach::say(&why);
            ExitCode::FAILURE
        }
    }
}

struct Daemon {
    services: Arc<Services>,
    listener: UnixListener,
    socket: Socket,
    runtime: Runtime,
    /// Held for as long as the daemon lives.
    _life: File,
}

fn begin(plugins: Option<&Path>) -> Result<Daemon, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let folders = Folders::of_user().ok_or("the user has no home folder")?;
    let settings = Settings::read(&folders).map_err(|error| text(&error))?;
    log::begin(&folders.state, &settings.log)
        .map_err(|error| format!("no log can be written to {}: {error}", folders.state.display()))?;
    let endpoint = Endpoint::of(&folders.runtime, &settings.cache_folder);
    endpoint.prepare().map_err(|error| format!("{}: {error}", endpoint.folder.display()))?;
    let life = take_life_lock(&endpoint)?;
    fresh_scratch(&endpoint.scratch).map_err(|error| format!("{}: {error}", endpoint.scratch.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| text(&error))?;
    let store = Store::open(&settings.cache_folder, store_options(&settings)).map_err(|error| text(&error))?;
    let registry =
        component::load_all(&folders.state.join("images"), plugins, runtime.handle()).map_err(|error| text(&error))?;
    let namespace = Namespace::of_process().map_err(|error| text(&error))?;
    let (listener, socket) =
        listen(&endpoint.socket).map_err(|error| format!("{}: {error}", endpoint.socket.display()))?;
    let (surveyor, waiting) = Surveyor::new();
    let services = Services::new(settings, endpoint, store, registry, runtime.handle().clone(), namespace, surveyor);
    let services = Arc::new(services);
    waiting.work(&services).map_err(|error| text(&error))?;
    tracing::info!(cache = %services.settings.cache_folder.display(), "ready");
    Ok(Daemon { services, listener, socket, runtime, _life: life })
}

fn store_options(settings: &Settings) -> StoreOptions {
    let copy = match settings.copy {
        CopyMode::Auto => zccache_store::CopyMode::Auto,
        CopyMode::Copy => zccache_store::CopyMode::Copy,
        CopyMode::Reflink => zccache_store::CopyMode::Reflink,
        CopyMode::Link => zccache_store::CopyMode::Link,
    };
    StoreOptions { limit_bytes: settings.cache_bytes, copy }
}

fn take_life_lock(endpoint: &Endpoint) -> Result<File, String> {
    let lock = File::create(&endpoint.life_lock).map_err(|error| error.to_string())?;
    let until = Instant::now() + PREDECESSOR_WAIT;
    loop {
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(lock),
            Err(rustix::io::Errno::WOULDBLOCK) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err("another daemon of this cache folder is alive and does not answer".to_owned());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Scratch files of a daemon that was killed are nobody's.
fn fresh_scratch(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private_folder(folder)
}

/// Listens on the socket. Whoever holds the life lock may remove one that a dead daemon left.
fn listen(path: &Path) -> std::io::Result<(UnixListener, Socket)> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    Ok((listener, Socket { path: path.to_owned(), file: file_at(path) }))
}

/// Where clients find the daemon.
struct Socket {
    path: PathBuf,
    /// Device and inode.
    file: Option<(u64, u64)>,
}

impl Socket {
    /// Whether clients still find this one there: where a user logs out, systems remove the folder for sockets.
    fn is_there(&self) -> bool {
        file_at(&self.path) == self.file
    }

    /// New clients start a new daemon, which waits for the life lock.
    fn remove(&self) {
        if self.is_there()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "the socket cannot be removed");
        }
    }
}

fn file_at(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

impl Daemon {
    /// Serves until it is time to leave, then leaves everything on disk.
    fn serve(self) {
        let Daemon { services, listener, socket, runtime, _life } = self;
        let (leave, mut told_to_leave) = tokio::sync::mpsc::channel(1);
        serve::start(&services, listener, &leave);
        // Who asked waits for the end of this connection, which is the end of this process.
        let _asked = runtime.block_on(async {
            let mut tick = tokio::time::interval(TICK);
            let mut terminated = terminations();
            loop {
                tokio::select! {
                    _ = tick.tick() => {}
                    asked = told_to_leave.recv() => break asked,
                    () = &mut terminated => break None,
                }
                save_counters(&services);
                services.files.watch().tend();
                if !socket.is_there() {
                    tracing::info!("no client finds the daemon any more");
                    break None;
                }
                if services.idle() > services.settings.idle {
                    tracing::info!("nobody has needed the daemon for long");
                    break None;
                }
            }
        });
        socket.remove();
        services.tally.wait_for_recordings();
        save_counters(&services);
        services.store.flush();
        tracing::info!("left");
        // Threads that still wait for compilers have nothing left to do here: their clients go on by themselves.
        std::process::exit(0);
    }
}

/// Ends when the system or a user asks this process to end.
fn terminations() -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    Box::pin(async {
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn save_counters(services: &Services) {
    if let Some(statistics) = services.tally.unsaved() {
        services.store.save_statistics(&statistics);
    }
}

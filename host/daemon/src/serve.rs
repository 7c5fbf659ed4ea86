//! Connections: one is one request. A few plain threads accept and answer whatever needs no waiting, hits above all
//! (a blocking thread answers in 11 us where an async runtime takes 16 to 99, measured); the rest moves to a pool.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use rustix::net::sockopt::socket_peercred;
use tokio::sync::mpsc::Sender;
use zccache_model::limits;
use zccache_protocol::frame::{self, Frame, FrameError, Kind, VERSION};
use zccache_protocol::message::{CompileRequest, Reply, Request};

use crate::control;
use crate::pipeline::{self, Begun};
use crate::services::Services;

/// Asked for by a client: leave. The connection closes when the daemon has left.
pub type Leave = UnixStream;

/// Starts the threads that accept.
pub fn start(services: &Arc<Services>, listener: UnixListener, leave: &Sender<Leave>) {
    let listener = Arc::new(listener);
    let threads = 2 * std::thread::available_parallelism().map_or(2, usize::from) + 2;
    for _ in 0..threads {
        let (services, listener, leave) = (Arc::clone(services), Arc::clone(&listener), leave.clone());
        std::thread::spawn(move || {
            loop {
                match listener.accept() {
                    Ok((connection, _)) => guarded(|| answer(&services, connection, &leave)),
                    Err(error) => {
                        // Out of descriptors, as a rule: there will be some again when running compiles have ended.
                        tracing::error!(%error, "no connection can be accepted");
                        std::thread::sleep(std::time::Duration::from_millis(500));
                    }
                }
            }
        });
    }
}

/// A bug that panics costs one request its caching, never the daemon: the connection closes and the client runs the
/// compiler itself.
pub fn guarded(work: impl FnOnce()) {
    if std::panic::catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!("a request ended in a panic; its compiler runs uncached");
    }
}

fn answer(services: &Arc<Services>, connection: UnixStream, leave: &Sender<Leave>) {
    match receive(&connection) {
        Ok(frame) => dispatch(services, connection, &frame, leave),
        // A client that only looked whether there is a daemon, or was killed.
        Err(FrameError::Io(error)) => tracing::debug!(%error, "a connection is closed"),
        Err(error) => tracing::warn!(%error, "a connection is closed"),
    }
}

fn receive(mut connection: &UnixStream) -> Result<Frame, FrameError> {
    let peer = socket_peercred(connection).map_err(std::io::Error::from)?;
    if peer.uid != rustix::process::geteuid() {
        return Err(FrameError::Io(std::io::ErrorKind::PermissionDenied.into()));
    }
    connection.set_read_timeout(Some(limits::REQUEST_WAIT))?;
    frame::read(&mut connection)
}

fn dispatch(services: &Arc<Services>, mut connection: UnixStream, frame: &Frame, leave: &Sender<Leave>) {
    match frame.header.kind {
        Kind::Stop => {
            // The receiver is gone only when the daemon is leaving already.
            let _leaving = leave.try_send(connection);
            return;
        }
        Kind::Message if frame.header.version == VERSION => {}
        Kind::Message | Kind::Refusal => {
            // A client that cannot be told has gone.
            let _gone = connection.write_all(&frame::bare(Kind::Refusal));
            return;
        }
    }
    services.requested();
    match frame::decode(&frame.payload) {
        Ok(Request::Compile(request)) => compile(services, connection, &request),
        Ok(Request::Status) => reply(&mut connection, &control::status(services)),
        Ok(Request::Stats { zero }) => later(services, connection, move |services| control::stats(services, zero)),
        Ok(Request::Clear) => later(services, connection, control::clear),
        Err(error) => tracing::warn!(%error, "a connection is closed"),
    }
}

fn compile(services: &Arc<Services>, mut connection: UnixStream, request: &CompileRequest<'_>) {
    match pipeline::begin(services, request) {
        Begun::Answered(answer) => reply(&mut connection, &answer),
        Begun::Waits(waiting) => {
            let services = Arc::clone(services);
            let runtime = services.runtime.clone();
            drop(runtime.spawn_blocking(move || guarded(|| pipeline::go_on(&services, connection, waiting))));
        }
    }
}

/// Answers on a thread that may wait.
fn later(services: &Arc<Services>, mut connection: UnixStream, work: impl FnOnce(&Services) -> Reply + Send + 'static) {
    let services = Arc::clone(services);
    let runtime = services.runtime.clone();
    drop(runtime.spawn_blocking(move || guarded(|| reply(&mut connection, &work(&services)))));
}

fn reply(connection: &mut UnixStream, answer: &Reply) {
    if let Err(error) = frame::write(connection, answer) {
        tracing::warn!(%error, "a client did not get its answer");
    }
}

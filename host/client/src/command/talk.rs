//! One question of a command to the daemon, and its answer.

use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use zccache_protocol::frame::{self, FrameError};
use zccache_protocol::message::{Reply, Request};
use zccache_settings::{Folders, Settings};

use crate::daemon::{self, DaemonError};
use crate::wrap;

/// Emptying a large cache takes its time.
const ANSWER_WAIT: Duration = Duration::from_secs(300);
/// A daemon that was killed accepts connections until the system has taken it apart, and none of them is answered. That
/// takes milliseconds: what hangs up for longer is no dying daemon.
const DYING_WAIT: Duration = Duration::from_secs(1);
/// Between two questions to a daemon that may be dying.
const DYING_STEP: Duration = Duration::from_millis(5);

/// The folders and settings of this process.
pub fn settings() -> Result<(Folders, Settings), String> {
    wrap::settings().map_err(|error| error.to_string())
}

/// Asks the daemon, which is started if there is none.
pub fn ask(request: &Request<'_>) -> Result<Reply, String> {
    let (folders, settings) = settings()?;
    let until = Instant::now() + DYING_WAIT;
    loop {
        let connection = daemon::connect_or_start(&folders, &settings).map_err(|error| error.to_string())?;
        if let Some(reply) = ask_on(connection, request, until)? {
            return Ok(reply);
        }
    }
}

/// Asks the daemon if there is one.
pub fn ask_if_running(request: &Request<'_>) -> Result<Option<Reply>, String> {
    let (folders, settings) = settings()?;
    let until = Instant::now() + DYING_WAIT;
    loop {
        let connection = daemon::connect_if_running(&folders, &settings).map_err(|error| error.to_string())?;
        let Some(connection) = connection else { return Ok(None) };
        if let Some(reply) = ask_on(connection, request, until)? {
            return Ok(Some(reply));
        }
    }
}

/// The answer on this connection. None: the daemon died over the question, which is to be asked again; nothing that
/// commands ask for does harm when it is done twice.
fn ask_on(mut connection: UnixStream, request: &Request<'_>, until: Instant) -> Result<Option<Reply>, String> {
    match exchange(&mut connection, request) {
        Ok(Reply::Trouble(why)) => Err(why),
        Ok(reply) => Ok(Some(reply)),
        Err(error) if error.is_end() && Instant::now() < until => {
            thread::sleep(DYING_STEP);
            Ok(None)
        }
        Err(FrameError::Version { theirs }) => Err(DaemonError::Version { theirs }.to_string()),
        Err(error) => Err(DaemonError::from(error).to_string()),
    }
}

fn exchange(connection: &mut UnixStream, request: &Request<'_>) -> Result<Reply, FrameError> {
    connection.set_read_timeout(Some(ANSWER_WAIT))?;
    frame::write(connection, request)?;
    let payload = frame::read_message(connection)?;
    frame::decode(&payload)
}

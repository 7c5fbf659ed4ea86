//! One question of a command to the daemon, and its answer.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use zccache_protocol::frame::{self, FrameError};
use zccache_protocol::message::{Reply, Request};
use zccache_settings::{Folders, Settings};

use crate::daemon::{self, DaemonError};
use crate::wrap;

/// Emptying a large cache takes its time.
const ANSWER_WAIT: Duration = Duration::from_secs(300);

/// The folders and settings of this process.
pub fn settings() -> Result<(Folders, Settings), String> {
    wrap::settings().map_err(|error| error.to_string())
}

/// Asks the daemon, which is started if there is none.
pub fn ask(request: &Request<'_>) -> Result<Reply, String> {
    let (folders, settings) = settings()?;
    let connection = daemon::connect_or_start(&folders, &settings).map_err(|error| error.to_string())?;
    ask_on(connection, request)
}

/// Asks the daemon if there is one.
pub fn ask_if_running(request: &Request<'_>) -> Result<Option<Reply>, String> {
    let (folders, settings) = settings()?;
    match daemon::connect_if_running(&folders, &settings).map_err(|error| error.to_string())? {
        Some(connection) => ask_on(connection, request).map(Some),
        None => Ok(None),
    }
}

fn ask_on(mut connection: UnixStream, request: &Request<'_>) -> Result<Reply, String> {
    match exchange(&mut connection, request) {
        Ok(Reply::Trouble(why)) => Err(why),
        Ok(reply) => Ok(reply),
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

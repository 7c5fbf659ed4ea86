//! `zccache stop`. Works with a daemon of any version: that is what one does when versions differ.

use std::io::{Read, Write};

use zccache_protocol::frame::{self, Kind};

use crate::command::talk;
use crate::daemon;

/// Asks the daemon to stop, and waits until it has.
pub fn run() -> Result<(), String> {
    let (folders, settings) = talk::settings()?;
    let Some(mut connection) = daemon::connect_if_running(&folders, &settings).map_err(|error| error.to_string())?
    else {
        println!("no daemon of {} runs", settings.cache_folder.display());
        return Ok(());
    };
    connection.write_all(&frame::bare(Kind::Stop)).map_err(|error| error.to_string())?;
    // The daemon says nothing more; the connection ends when it has left.
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest).map_err(|error| format!("the daemon does not stop: {error}"))?;
    println!("the daemon of {} has stopped", settings.cache_folder.display());
    Ok(())
}

//! `zccache start`.

use crate::command::talk;
use crate::daemon;

/// Starts the daemon if it does not run.
pub fn run() -> Result<(), String> {
    let (folders, settings) = talk::settings()?;
    daemon::connect_or_start(&folders, &settings).map_err(|error| error.to_string())?;
    println!("the daemon of {} runs", settings.cache_folder.display());
    Ok(())
}

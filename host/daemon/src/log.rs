//! The daemon's log: one file in the user's state folder.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// A log that has grown to this size, bytes, is set aside when the daemon starts; the one set aside before is dropped.
const ROTATE_BYTES: u64 = 8 << 20;

/// Writes what `filter` lets through to `zccached.log` in `folder`: at level `debug` also how long each stage took.
pub fn begin(folder: &Path, filter: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join("zccached.log");
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > ROTATE_BYTES) {
        fs::rename(&path, folder.join("zccached.log.1"))?;
    }
    let file: File = OpenOptions::new().create(true).append(true).open(path)?;
    let filter = EnvFilter::try_new(filter).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    // Stages are spans of level `debug`: with that level the log says how long each took.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::CLOSE);
    log.with_ansi(false).with_writer(Mutex::new(file)).init();
    Ok(())
}

//! The other jobs of a build: while a compile runs, they write objects and headers beside what it reads and writes, of names that
//! nothing looks for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, park_timeout, spawn};
use std::time::Duration;

/// The names of their files begin so.
pub const PREFIX: &str = "job-";

/// Folders they write to.
pub const FOLDERS: [&str; 7] = [".", "src", "objs", "objs/src", "build/gen", ".libs", "out"];

/// So many files of one kind are there at a time.
const FILES: u64 = 3;

/// Between two files.
const PAUSE: Duration = Duration::from_micros(300);

/// Jobs that work as long as this value lives. What they made goes with it.
pub struct Jobs {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    /// Begins.
    pub fn start(root: &Path) -> Jobs {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let folders = FOLDERS.map(|folder| root.join(folder));
        let thread = spawn(move || {
            for number in 0.. {
                for folder in &folders {
                    // The folder may have gone.
                    let _gone = write(folder, number);
                    park_timeout(PAUSE);
                    if stopped.load(Ordering::Acquire) {
                        folders.iter().for_each(|folder| remove(folder, number));
                        return;
                    }
                }
            }
        });
        Jobs { stop, thread: Some(thread) }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            thread.join().expect("jobs do not panic");
        }
    }
}

/// Whether a file of this name is one of theirs.
pub fn is_of_jobs(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

fn paths(folder: &Path, number: u64) -> [PathBuf; 2] {
    ["o", "h"].map(|suffix| folder.join(format!("{PREFIX}{number}.{suffix}")))
}

/// An object is written in place, a header elsewhere and renamed. Older ones go.
fn write(folder: &Path, number: u64) -> io::Result<()> {
    let [object, header] = paths(folder, number);
    fs::write(object, format!("object {number}"))?;
    let new = folder.join(format!("{PREFIX}new"));
    fs::write(&new, format!("#define JOB {number}\n"))?;
    fs::rename(new, header)?;
    match number.checked_sub(FILES) {
        Some(old) => paths(folder, old).into_iter().try_for_each(fs::remove_file),
        None => Ok(()),
    }
}

fn remove(folder: &Path, number: u64) {
    for number in number.saturating_sub(FILES)..=number {
        for path in paths(folder, number) {
            // It was not written yet, or is gone.
            let _gone = fs::remove_file(path);
        }
    }
}

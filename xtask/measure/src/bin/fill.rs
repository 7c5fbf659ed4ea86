//! Fills a cache folder with results that nobody made, so that `cargo xtask bench` can measure a daemon that has many.
//!
//! `fill <folder> <first> <end>` stores those of these numbers, the last left out. They look as those of a large project
//! do: each has a list of about a hundred inputs, most of them shared with the others, and names that some folders did
//! not have; only their contents are small.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::manifest::{Absences, InputList, ObservedPath};
use zccache_model::plan::Observe;
use zccache_store::{CopyMode, NewEntry, Store, StoreError, StoreOptions};

/// Whatever goes wrong ends the program; it crosses threads on the way.
type Failure = Box<dyn Error + Send + Sync>;

/// Each waits for the index most of the time, which takes what many have for it in one transaction.
const THREADS: u64 = 16;
/// More than anybody fills in.
const LIMIT_BYTES: u64 = 64 << 30;
const UMASK: u32 = 0o022;
/// How long a store may be in other hands.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Folders that headers lie in, and how many lie in each.
const FOLDERS: u64 = 24;
const HEADERS: u64 = 40;
/// Inputs of one list.
const INPUTS: u64 = 100;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, first, end] = arguments.as_slice() else { return Err("usage: fill <folder> <first> <end>".into()) };
    fill(Path::new(folder), first.parse()?..end.parse()?)
}

fn fill(folder: &Path, numbers: Range<u64>) -> Result<(), Failure> {
    let store = open(folder)?;
    let next = AtomicU64::new(numbers.start);
    let work = |thread: u64| -> Result<(), Failure> {
        let output = folder.join(format!("output {thread}"));
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                break;
            }
            store.record(entry(&store, &output, number)?)?;
        }
        // There is none if all had been taken before its first.
        let _absent = fs::remove_file(&output);
        Ok(())
    };
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into())))
    })?;
    store.flush();
    let usage = store.usage();
    println!("{} results, {} contents, {} MB", usage.results, usage.blobs, usage.bytes / 1_000_000);
    Ok(())
}

/// What a run would have left, written to `output` as it would.
fn entry(store: &Store, output: &Path, number: u64) -> Result<NewEntry, Failure> {
    fs::write(output, format!("content of result {number}\n").repeat(16))?;
    let snapshot = store.snapshot(output, UMASK)?;
    Ok(NewEntry {
        manifest: ManifestKey(digest("manifest", number)),
        list: list(number),
        result: ResultKey(digest("result", number)),
        code: 0,
        outputs: vec![("object".to_owned(), snapshot)],
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

/// The source, and headers of all folders that are some way apart from each other.
fn list(number: u64) -> InputList {
    let input = |path| ObservedPath { path, observe: Observe::Content };
    let mut inputs = vec![input(format!("/home/user/project/source/part-{}/unit-{number}.c", number % 50))];
    let stride = 1 + 2 * (number % 4);
    for step in 0..INPUTS - 1 {
        let header = (number * 37 + step * stride) % (FOLDERS * HEADERS);
        inputs.push(input(format!("{}/header-{header}.h", folder(header / HEADERS))));
    }
    let absences = (0..4).map(|folder_number| Absences {
        folder: folder(folder_number),
        names: (0..30).map(|name| format!("header-{:04}.h", (number * 37 + name) % 4000)).collect(),
    });
    InputList { inputs, absences: absences.collect(), ..InputList::default() }
}

fn folder(number: u64) -> String {
    format!("/home/user/project/include/library-{number}/detail")
}

fn digest(kind: &str, number: u64) -> Digest {
    Digest::of(format!("{kind} {number}").as_bytes())
}

/// Opens the store. A daemon that has ended can hold it for a moment longer, until the last of its threads has.
fn open(folder: &Path) -> Result<Store, StoreError> {
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match Store::open(folder, StoreOptions { limit_bytes: LIMIT_BYTES, copy: CopyMode::Auto }) {
            Err(StoreError::Locked { .. }) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            opened => return opened,
        }
    }
}

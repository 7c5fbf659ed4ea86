//! The store as a whole: a world of one folder for the cache and one for the build.

mod damage;
mod destinations;
mod eviction;
mod faults;
mod links;
mod model;
mod parallel;
mod roundtrip;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::manifest::{InputList, ObservedPath};
use zccache_model::plan::Observe;
use zccache_model::result::StoredResult;

use crate::clock::Clock;
use crate::copy::CopyMode;
use crate::disk::Disk;
use crate::disk::faults::Faults;
use crate::{MaterializeError, NewEntry, Placement, Store, StoreError, StoreOptions};

const UMASK: u32 = 0o022;
const ROOMY: u64 = 1 << 30;

/// Folders, a clock and a disk under the test's control.
struct World {
    folder: TempDir,
    seconds: Arc<AtomicU64>,
    faults: Faults,
    limit: u64,
    copy: CopyMode,
}

/// An entry as a test thinks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sample {
    manifest: u32,
    list: u32,
    result: u32,
    outputs: Vec<Vec<u8>>,
    stderr: Vec<u8>,
}

impl World {
    fn new() -> Self {
        World {
            folder: tempfile::tempdir().expect("a temporary folder"),
            seconds: Arc::new(AtomicU64::new(1_000_000)),
            faults: Faults::default(),
            limit: ROOMY,
            copy: CopyMode::Auto,
        }
    }

    fn open(&self) -> Store {
        self.try_open().expect("the store opens")
    }

    fn try_open(&self) -> Result<Store, StoreError> {
        let options = StoreOptions { limit_bytes: self.limit, copy: self.copy };
        let disk = Disk { faults: self.faults.clone() };
        Store::open_with(&self.cache(), options, disk, Clock::Manual(Arc::clone(&self.seconds)))
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// A path in the build's folder.
    fn path(&self, name: &str) -> PathBuf {
        let build = self.folder.path().join("build");
        fs::create_dir_all(&build).expect("a build folder");
        build.join(name)
    }

    /// A later moment, far enough for uses to be told apart.
    fn later(&self) {
        self.seconds.fetch_add(1000, Ordering::Relaxed);
    }

    /// All files below the cache's blob folders.
    fn blobs(&self) -> Vec<PathBuf> {
        files_below(&self.cache().join("v3/blobs"))
    }

    /// Files that are there only for a while.
    fn temporaries(&self) -> Vec<PathBuf> {
        let mut found = files_below(&self.cache().join("v3/tmp"));
        let build = files_below(&self.path(""));
        found.extend(build.into_iter().filter(|path| path.to_string_lossy().contains(".zccache-")));
        found
    }
}

impl Sample {
    fn new(number: u32) -> Self {
        Sample {
            manifest: number,
            list: number,
            result: number,
            outputs: vec![format!("content {number}").into_bytes()],
            stderr: format!("warning {number}").into_bytes(),
        }
    }

    fn with_outputs(number: u32, outputs: &[&[u8]]) -> Self {
        Sample { outputs: outputs.iter().map(|output| output.to_vec()).collect(), ..Sample::new(number) }
    }

    fn manifest(&self) -> ManifestKey {
        ManifestKey(digest("manifest", self.manifest))
    }

    fn key(&self) -> ResultKey {
        ResultKey(digest("result", self.result))
    }

    fn input_list(&self) -> InputList {
        let path = format!("header {}", self.list);
        InputList { inputs: vec![ObservedPath { path, observe: Observe::Content }], ..InputList::default() }
    }

    /// Writes the outputs as a run would, and takes them.
    fn entry(&self, world: &World, store: &Store) -> Result<NewEntry, crate::SnapshotError> {
        let mut outputs = Vec::new();
        for (index, content) in self.outputs.iter().enumerate() {
            let path = world.path(&format!("out {:?} {} {index}", std::thread::current().id(), self.result));
            fs::write(&path, content).expect("an output");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("permissions");
            outputs.push((format!("role {index}"), store.snapshot(&path, UMASK)?.of_replaced(true)));
            fs::remove_file(&path).expect("the output is ours");
        }
        Ok(NewEntry {
            manifest: self.manifest(),
            list: self.input_list(),
            result: self.key(),
            code: 0,
            outputs,
            stdout: Vec::new(),
            stderr: self.stderr.clone(),
        })
    }

    fn record(&self, world: &World, store: &Store) {
        let entry = self.entry(world, store).expect("a snapshot");
        store.record(entry).expect("the entry is recorded");
    }

    /// What is served for this sample, if it is: every output put in place and read back.
    fn serve(&self, world: &World, store: &Store) -> Option<(StoredResult, Vec<Vec<u8>>)> {
        let result = store.result(&self.key())?;
        let paths: Vec<PathBuf> = (0..result.outputs.len())
            .map(|index| world.path(&format!("served {:?} {} {index}", std::thread::current().id(), self.result)))
            .collect();
        let placements: Vec<Placement<'_>> =
            result.outputs.iter().zip(&paths).map(|(output, path)| Placement { output, destination: path }).collect();
        match store.materialize(&placements, UMASK) {
            Ok(()) => {}
            Err(MaterializeError::Corrupt { .. }) => {
                store.forget(&self.key());
                return None;
            }
            Err(_) => return None,
        }
        let contents = paths.iter().map(|path| fs::read(path).expect("it is in place")).collect();
        Some(((*result).clone(), contents))
    }

    /// Whether the sample is served, as it was stored.
    fn is_served(&self, world: &World, store: &Store) -> bool {
        let Some((result, contents)) = self.serve(world, store) else { return false };
        assert_eq!(contents, self.outputs);
        assert_eq!(result.stderr, self.stderr);
        true
    }

    fn lists(&self, store: &Store) -> Vec<InputList> {
        store.manifest(&self.manifest()).map_or_else(Vec::new, |manifest| manifest.lists.clone())
    }
}

fn digest(kind: &str, number: u32) -> Digest {
    Digest::of(format!("{kind} {number}").as_bytes())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn mode_of(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o7777
}

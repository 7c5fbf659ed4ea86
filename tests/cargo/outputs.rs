//! What a build left in its target folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zccache_tests::Written;

/// What cargo notes down for itself, and what the compiler keeps for its next run. Both hold times and random names.
const NOTES: [&str; 6] =
    [".fingerprint", "incremental", ".rustc_info.json", ".cargo-lock", ".cargo-build-lock", ".cargo-artifact-lock"];

/// Files by their paths below the target folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Outputs(BTreeMap<PathBuf, Written>);

impl Outputs {
    /// All files below a folder, but for notes. None are below a folder that is not there.
    pub fn below(folder: &Path) -> Outputs {
        let mut found = BTreeMap::new();
        let mut waiting = vec![folder.to_owned()];
        while let Some(next) = waiting.pop() {
            for entry in fs::read_dir(&next).into_iter().flatten() {
                let path = entry.unwrap().path();
                if NOTES.iter().any(|note| path.ends_with(note)) {
                    continue;
                }
                let metadata = fs::symlink_metadata(&path).unwrap();
                if metadata.is_dir() {
                    waiting.push(path);
                } else {
                    let written = Written { bytes: fs::read(&path).unwrap(), mode: metadata.mode() };
                    found.insert(path.strip_prefix(folder).unwrap().to_owned(), written);
                }
            }
        }
        Outputs(found)
    }

    /// Those whose names end like this.
    pub fn ending(&self, end: &str) -> impl Iterator<Item = (&Path, &Written)> {
        let files = self.0.iter().map(|(path, written)| (path.as_path(), written));
        files.filter(move |(path, _)| path.to_str().unwrap().ends_with(end))
    }

    /// What differs between these and others, a line for each file.
    pub fn differences(&self, other: &Outputs) -> Vec<String> {
        let paths = self.0.keys().chain(other.0.keys().filter(|path| !self.0.contains_key(*path)));
        let line = |path: &PathBuf| match (self.0.get(path), other.0.get(path)) {
            (Some(one), Some(two)) if one != two => {
                let at = one.bytes.iter().zip(&two.bytes).position(|(one, two)| one != two);
                Some(format!("{}: {one:?} and {two:?}, first at {at:?}", path.display()))
            }
            (Some(_), Some(_)) => None,
            (one, _) => {
                Some(format!("{} is only in the {}", path.display(), if one.is_some() { "first" } else { "second" }))
            }
        };
        paths.filter_map(line).collect()
    }

    /// Whether they are the same files with the same bytes and permissions.
    #[track_caller]
    pub fn assert_same(&self, other: &Outputs) {
        let differences = self.differences(other);
        assert!(differences.is_empty(), "these differ:\n{}", differences.join("\n"));
    }

    /// Whether they are files of the same names.
    #[track_caller]
    pub fn assert_same_names(&self, other: &Outputs) {
        assert_eq!(self.0.keys().collect::<Vec<_>>(), other.0.keys().collect::<Vec<_>>());
    }
}

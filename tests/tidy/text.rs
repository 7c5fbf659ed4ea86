//! The project's files as text.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub struct Source {
    /// From the project's folder on.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project").to_owned()
}

/// Every file below a folder of the project that is text, in order of path.
pub fn below(folder: &str) -> Vec<Source> {
    let root = project();
    let mut waiting = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = String::from_utf8(fs::read(&path).expect("the file can be read")) {
                let path = path.strip_prefix(&root).expect("it lies below the project").display().to_string();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "nothing lies below {folder}");
    found
}

impl Source {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its lines, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Its lines up to the module of its unit tests.
    pub fn lines_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().take_while(|(_, line)| *line != "#[cfg(test)]")
    }
}

/// Fails with all breaches of a rule, if there are any.
#[track_caller]
pub fn assert_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "{rule}:\n{}", breaches.join("\n"));
}

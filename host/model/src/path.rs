//! Rules about paths that need no file system.

use std::path::{Path, PathBuf};

/// `path` as seen from `directory`. Purely textual: nothing is normalised, so links mean what they mean.
pub fn from_directory(directory: &Path, path: &str) -> PathBuf {
    if path.is_empty() { directory.to_path_buf() } else { directory.join(path) }
}

/// The folder that holds `path`, as text: empty where it has no slash.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(slash) => &path[..slash],
        None => "",
    }
}

/// The last component of `path`, as text.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `name` in `folder`, as text, the way tools join them: an empty folder adds nothing.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || name.starts_with('/') {
        name.to_owned()
    } else if folder.ends_with('/') {
        format!("{folder}{name}")
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_joined_as_tools_do() {
        assert_eq!((parent("a/b.c"), parent("b.c"), parent("/b.c")), ("a", "", "/"));
        assert_eq!(file_name("a/b.c"), "b.c");
        assert_eq!(join("", "x.h"), "x.h");
        assert_eq!(join("a", "x.h"), "a/x.h");
        assert_eq!(join("a/", "x.h"), "a/x.h");
        assert_eq!(join("a", "/x.h"), "/x.h");
    }
}

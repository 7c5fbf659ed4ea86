//! Where and for whom a path is looked at.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use zccache_model::path;

use crate::watch::{Refusal, Survey};

/// What of the caller decides what a path or a name means.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Its working directory, absolute: where relative paths start.
    pub directory: &'a Path,
    /// Its PATH: where programs are looked for.
    pub path: Option<&'a OsStr>,
    /// Its LD_LIBRARY_PATH: where the loader looks for shared objects first.
    pub library_path: Option<&'a OsStr>,
    /// Its LD_PRELOAD: what the loader puts into every program.
    pub preload: Option<&'a OsStr>,
    /// Whether this file of the caller's PATH is the cache's own client, which is never what a name means.
    pub passed_over: &'a (dyn Fn(&Path) -> bool + Sync),
    /// Where everything is claimed before it is looked at; none: nobody will ask whether what is seen still holds.
    pub survey: Option<&'a Survey>,
}

impl Place<'_> {
    /// `path` as seen from the working directory.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        path::from_directory(self.directory, path)
    }

    /// The same, into a buffer that is used again.
    pub(crate) fn at_into(&self, path: &str, buffer: &mut PathBuf) {
        buffer.clear();
        buffer.push(self.directory);
        if !path.is_empty() {
            buffer.push(path);
        }
    }

    /// Claims what is at a path, before it is looked at.
    pub fn claim(&self, path: &Path) {
        if let Some(survey) = self.survey {
            survey.claim(path);
        }
    }

    /// Claims the entries of a folder too.
    pub(crate) fn claim_entries(&self, path: &Path) {
        if let Some(survey) = self.survey {
            survey.claim_entries(path);
        }
    }

    /// What is looked at cannot be claimed.
    pub(crate) fn refuse(&self, refusal: Refusal) {
        if let Some(survey) = self.survey {
            survey.refuse(refusal);
        }
    }

    /// The folders of the caller's PATH; an empty one is the working directory. Where the variable is not set, the C
    /// library's default.
    pub(crate) fn programs(&self) -> Vec<PathBuf> {
        std::env::split_paths(self.path.unwrap_or(OsStr::new("/bin:/usr/bin"))).collect()
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("directory", &self.directory).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A caller in this folder with nothing set.
    pub(crate) fn place(directory: &Path) -> Place<'_> {
        Place { directory, path: None, library_path: None, preload: None, passed_over: &|_| false, survey: None }
    }

    #[test]
    fn a_path_of_nothing_is_the_working_directory() {
        let place = place(Path::new("/w"));
        let mut buffer = PathBuf::from("/old");
        for (path, whole) in [("", "/w"), ("a/b", "/w/a/b"), ("/a", "/a"), ("../a", "/w/../a")] {
            place.at_into(path, &mut buffer);
            assert_eq!((buffer.as_path(), place.at(path).as_path()), (Path::new(whole), Path::new(whole)));
        }
    }
}

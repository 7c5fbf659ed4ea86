//! The folders of the search and those on the way to the files that were read: which of them are one, whatever they are
//! called.

use std::collections::{BTreeSet, HashMap};

use zccache_plugin_sdk::contract::Fact;

use crate::context::Context;

/// Paths of folders that the host is asked about: those of the search, and every one above a file that was read.
pub(super) fn questions(context: &Context, paths: &[String]) -> Vec<String> {
    let mut asked: BTreeSet<&str> = context.quote.iter().map(|folder| named(folder)).collect();
    asked.extend(paths.iter().flat_map(|path| above(path)).map(|(folder, _)| named(folder)));
    asked.into_iter().map(str::to_owned).collect()
}

/// What the host said.
pub(super) struct Folders<'a> {
    files: HashMap<&'a str, &'a str>,
    searched: Vec<&'a str>,
}

impl<'a> Folders<'a> {
    /// Of the questions and a fact for each.
    pub(super) fn of(context: &'a Context, questions: &'a [String], facts: &'a [Fact]) -> Self {
        let known = questions.iter().zip(facts).filter_map(|(path, fact)| Some((path.as_str(), fact.file.as_deref()?)));
        let files: HashMap<&str, &str> = known.collect();
        let searched = context.quote.iter().filter_map(|folder| files.get(named(folder)).copied()).collect();
        Folders { files, searched }
    }

    /// The names by which a file can have been found in a folder of the search.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let searched = above(path)
            .filter(|(folder, _)| self.files.get(named(folder)).is_some_and(|file| self.searched.contains(file)));
        searched.map(|(_, name)| name.to_owned()).collect()
    }
}

/// Every folder above a path, with what is left of the path behind it.
fn above(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let relative = (!path.starts_with('/')).then_some(("", path));
    let behind = |slash: usize| path[slash + 1..].trim_start_matches('/');
    let slashes = path.match_indices('/').map(move |(slash, _)| (&path[..slash.max(1)], behind(slash)));
    relative.into_iter().chain(slashes)
}

/// A folder as it is asked about: the working directory has a name.
fn named(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_above_a_path_leaves_a_name() {
        assert_eq!(above("a/b/x.h").collect::<Vec<_>>(), [("", "a/b/x.h"), ("a", "b/x.h"), ("a/b", "x.h")]);
        assert_eq!(above("/a/x.h").collect::<Vec<_>>(), [("/", "a/x.h"), ("/a", "x.h")]);
        assert_eq!(above("x.h").collect::<Vec<_>>(), [("", "x.h")]);
    }
}

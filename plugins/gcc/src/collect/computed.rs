//! Includes whose name is the value of a macro. The name is not in the text, but the file that was read is in the
//! depfile: the name is what is left of its path behind a folder of the search. What is behind the includer's own folder
//! was found at once, and nothing else was looked for.
//!
//! Which folder it is does not show in the spelling: gcc calls files of the system by their real paths, where those are
//! shorter. So it is told by which folder is which on the disk.

use std::collections::{BTreeSet, HashMap};

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, FileKind, Refusal};
use zccache_plugin_sdk::path;

use super::findings::Found;
use super::folders::Folders;
use super::reading::{Place, Reading};

/// Most paths that are asked for and names that are looked for: each is looked at by the host.
const MOST: usize = 100_000;

/// Names by which computed includes may have meant the files that were read: also those that a literal name explains, since
/// both may have meant them.
pub(super) struct Computed {
    names: BTreeSet<String>,
    /// One goes on behind a folder that has the name.
    next: bool,
    /// The source itself has one.
    by_source: bool,
    /// In every folder of a file with such an include, what a name can begin with.
    beginnings: Vec<(String, String)>,
}

impl Computed {
    /// Nothing where there is no such include.
    pub(super) fn of(
        source: &str,
        paths: &[String],
        folders: &Folders<'_>,
        found: &Found,
    ) -> Result<Computed, Refusal> {
        let mut names = BTreeSet::new();
        let computing: BTreeSet<&str> = found.computing.iter().map(|computing| path::folder(&computing.path)).collect();
        if !computing.is_empty() {
            for path in paths {
                let possible = folders.names(path);
                if path.starts_with('/') && possible.is_empty() && !is_beside(&computing, source, path) {
                    return Err(answer::refusal("computed-include", format!("by which name was {path} found?")));
                }
                names.extend(possible);
            }
        }
        let begins: BTreeSet<&str> = names.iter().map(|name| beginning(name)).collect();
        if begins.len() * computing.len() + names.len() > MOST {
            return Err(answer::refusal("computed-include", "too many names are possible"));
        }
        let beginnings = computing.iter().flat_map(|folder| {
            let here = begins.iter().map(|begins| ((*folder).to_owned(), (*begins).to_owned()));
            here.collect::<Vec<_>>()
        });
        let next = found.computing.iter().any(|computing| computing.next);
        let by_source = found.computing.iter().any(|computing| computing.path == source);
        Ok(Computed { beginnings: beginnings.collect(), names, next, by_source })
    }

    /// Paths of which must be known whether they are there.
    pub(super) fn questions(&self) -> Vec<String> {
        self.beginnings.iter().map(|(folder, name)| path::join(folder, name)).collect()
    }

    /// Adds a lookup for every name: beside each file with such an include, where nothing of that name was, and in the
    /// folders of the search.
    pub(super) fn explain(&self, reading: &mut Reading<'_>, found: &mut Found, facts: &[Fact]) -> Result<(), Refusal> {
        let mut by_beginning: HashMap<&str, Vec<&String>> = HashMap::new();
        for name in &self.names {
            by_beginning.entry(beginning(name)).or_default().push(name);
            reading.look(name, Place::QuoteFolders, self.next);
            reading.look(name, Place::Bracket, self.next);
        }
        let mut beside = 0;
        for ((folder, begins), fact) in self.beginnings.iter().zip(facts) {
            if fact.is == FileKind::Absent {
                reading.look(begins, Place::Only(folder.clone()), false);
                continue;
            }
            let names = by_beginning.get(begins.as_str()).map_or(&[][..], Vec::as_slice);
            beside += names.len();
            if beside > MOST {
                return Err(answer::refusal("computed-include", "too many names are possible"));
            }
            for name in names {
                reading.look(name, Place::Only(folder.clone()), false);
            }
        }
        if self.by_source {
            let folder = path::folder(&reading.context.source).to_owned();
            found.direct.extend(self.names.iter().map(|name| (name.clone(), Place::Quote(folder.clone()))));
        }
        Ok(())
    }
}

/// Whether a file may have been found beside one that includes it.
fn is_beside(computing: &BTreeSet<&str>, source: &str, path: &str) -> bool {
    let mut folders = computing.iter().copied().chain([path::folder(source)]);
    path == source || folders.any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The first component of a name.
fn beginning(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_its_first_component() {
        assert_eq!((beginning("sub/x.h"), beginning("x.h")), ("sub", "x.h"));
    }
}

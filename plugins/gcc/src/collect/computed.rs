//! Includes whose name is the value of a macro. The name is not in the text, but the file that was read is in the
//! depfile: the name is what is left of its path behind a folder of the search. What is behind the includer's own folder
//! was found at once, and nothing else was looked for.

use std::collections::{BTreeSet, HashMap};

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, FileKind, Refusal};
use zccache_plugin_sdk::path;

use super::findings::Found;
use super::reading::{Place, Reading};

/// Most paths that are asked for and names that are looked for: each is looked at by the host.
const MOST: usize = 100_000;

/// Names by which computed includes may have meant the files that were read: also those that a literal name explains, since
/// both may have meant them.
pub(super) struct Computed {
    names: BTreeSet<String>,
    /// In every folder of a file with such an include, what a name can begin with.
    beginnings: Vec<(String, String)>,
}

impl Computed {
    /// Nothing where there is no such include.
    pub(super) fn of(reading: &Reading<'_>, paths: &[String], found: &Found) -> Result<Computed, Refusal> {
        let mut names = BTreeSet::new();
        if !found.computing_folders.is_empty() {
            for folder in
                reading.context.quote.iter().flat_map(|folder| [folder.clone(), path::without_detours(folder)])
            {
                names.extend(paths.iter().filter_map(|path| behind(&folder, path)).map(str::to_owned));
            }
            // A name in the working directory, and one that is written with the folder.
            names.extend(paths.iter().filter(|path| !path.starts_with('/')).cloned());
            if let Some(path) = paths.iter().find(|path| !is_explained(reading, found, path)) {
                return Err(answer::refusal("computed-include", format!("by which name was {path} found?")));
            }
        }
        let begins: BTreeSet<&str> = names.iter().map(|name| beginning(name)).collect();
        if begins.len() * found.computing_folders.len() + names.len() > MOST {
            return Err(answer::refusal("computed-include", "too many names are possible"));
        }
        let beginnings = found.computing_folders.iter().flat_map(|folder| {
            let here = begins.iter().map(|begins| (folder.clone(), (*begins).to_owned()));
            here.collect::<Vec<_>>()
        });
        Ok(Computed { beginnings: beginnings.collect(), names })
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
            reading.look(name, Place::QuoteFolders, found.computes_next);
            reading.look(name, Place::Bracket, found.computes_next);
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
        if found.source_computes {
            let folder = path::folder(&reading.context.source).to_owned();
            found.direct.extend(self.names.iter().map(|name| (name.clone(), Place::Quote(folder.clone()))));
        }
        Ok(())
    }
}

/// Whether it can be told from a path by which name it was found: it lies behind a folder of the search, or beside a file that
/// includes. gcc calls files of the system by their real paths, where those are shorter.
fn is_explained(reading: &Reading<'_>, found: &Found, path: &str) -> bool {
    let source = path::folder(&reading.context.source).to_owned();
    let mut folders = reading.context.quote.iter().chain(&found.computing_folders).chain([&source]);
    let leads =
        |folder: &String| behind(folder, path).or_else(|| behind(&path::without_detours(folder), path)).is_some();
    !path.starts_with('/') || path == reading.context.source || folders.any(leads)
}

/// What is left of a path behind a folder. Depfiles leave out a leading `./`.
fn behind<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let folder = folder.trim_start_matches("./");
    let rest = match folder {
        "" | "." => return (!path.starts_with('/')).then_some(path),
        folder => path.trim_start_matches("./").strip_prefix(folder)?,
    };
    if folder.ends_with('/') { Some(rest) } else { rest.strip_prefix('/') }
}

/// The first component of a name.
fn beginning(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_left_of_a_path_behind_a_folder() {
        assert_eq!(behind("inc", "inc/sub/x.h"), Some("sub/x.h"));
        assert_eq!(behind("inc/", "inc/x.h"), Some("x.h"));
        assert_eq!(behind("in", "inc/x.h"), None);
        assert_eq!(behind("", "x.h"), Some("x.h"));
        assert_eq!(behind("", "/x.h"), None);
        assert_eq!((behind(".", "x.h"), behind("./inc", "inc/x.h")), (Some("x.h"), Some("x.h")));
        assert_eq!((beginning("sub/x.h"), beginning("x.h")), ("sub", "x.h"));
    }
}

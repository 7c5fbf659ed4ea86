//! What a lookup comes to now: the names that are not there, and the files that are.

use std::io;
use std::path::{Path, PathBuf};

use dashmap::DashMap;
use zccache_model::manifest::ObservedPath;
use zccache_model::path;
use zccache_model::plan::{Absence, Chain, FileKind, Input, Lookup, Observe};

use crate::error::Unsure;
use crate::files::Files;
use crate::place::Place;
use crate::unix::{self, Entry};

/// One thing that an input or a lookup comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trace {
    /// Nothing is at this path.
    Absent(String),
    /// Something is, and this of it matters.
    Present(ObservedPath),
}

/// What is at a path that a tool may have tried.
#[derive(Clone, Copy)]
enum Candidate {
    Absent,
    Folder,
    /// A file, or a device that reads like one.
    Find,
}

fn candidate(place: &Place<'_>, path: &str) -> Result<Candidate, Unsure> {
    let whole = place.at(path);
    let unreadable = |source: io::Error| Unsure::Unreadable { path: path.to_owned(), source };
    let stamp = match unix::lstat_if_there(&whole).map_err(unreadable)? {
        None => return Ok(Candidate::Absent),
        Some(Entry::Itself(stamp)) => Some(stamp),
        Some(Entry::Link(_)) => unix::stat_if_there(&whole).map_err(unreadable)?,
    };
    match stamp {
        None => Err(Unsure::DanglingLink { path: path.to_owned() }),
        Some(stamp) if stamp.kind == FileKind::Folder => Ok(Candidate::Folder),
        Some(_) => Ok(Candidate::Find),
    }
}

/// What is at the paths that were tried so far, each looked at once however many names lead to it.
#[derive(Default)]
pub(crate) struct Tried {
    known: DashMap<String, Candidate>,
}

impl Tried {
    fn candidate(&self, place: &Place<'_>, path: &str) -> Result<Candidate, Unsure> {
        if let Some(known) = self.known.get(path) {
            return Ok(*known);
        }
        let found = candidate(place, path)?;
        self.known.insert(path.to_owned(), found);
        Ok(found)
    }

    /// Whether the folder of a path is not there, which then need not be looked for itself.
    fn is_below_nothing(&self, place: &Place<'_>, path: &str) -> bool {
        matches!(self.candidate(place, path::parent(path)), Ok(Candidate::Absent))
    }
}

impl Files {
    /// What a named input comes to.
    pub(crate) fn trace_input(&self, place: &Place<'_>, input: &Input, tried: &Tried) -> Result<Trace, Unsure> {
        match (tried.candidate(place, &input.path)?, input.absence) {
            (Candidate::Absent, Absence::MustExist) => Err(Unsure::Missing { path: input.path.clone() }),
            (Candidate::Absent, Absence::MayBeAbsent) => Ok(Trace::Absent(input.path.clone())),
            _ => Ok(present(input.path.clone(), input.observe)),
        }
    }

    /// Walks the chain of a lookup: every folder before the first that has the name, and that one.
    pub(crate) fn trace_lookup(
        &self,
        place: &Place<'_>,
        chains: &[Vec<String>],
        lookup: &Lookup,
        tried: &Tried,
    ) -> Result<Vec<Trace>, Unsure> {
        let mut traces = Vec::new();
        let is_deep = lookup.name.contains('/');
        let candidates = candidates(place, chains, lookup)?;
        let programs = lookup.chain == Chain::Programs && !lookup.name.starts_with('/');
        if programs && !is_deep {
            traces.push(present(lookup.name.clone(), Observe::InPath));
        }
        for path in candidates {
            if is_deep && tried.is_below_nothing(place, &path) {
                traces.push(Trace::Absent(path));
                continue;
            }
            let found = match tried.candidate(place, &path)? {
                Candidate::Absent => {
                    traces.push(Trace::Absent(path));
                    continue;
                }
                // Tools pass over a folder of the name; that it is still one is what they depend on.
                Candidate::Folder => {
                    traces.push(present(path, Observe::Kind));
                    continue;
                }
                Candidate::Find if programs => trace_program(place, path, lookup.observe),
                Candidate::Find => (present(path, lookup.observe), true),
            };
            traces.push(found.0);
            if found.1 && !lookup.all {
                break;
            }
        }
        Ok(traces)
    }
}

/// A file of a program's name in the caller's PATH, and whether it is the one that is run. What is passed over is an
/// input too: it could be replaced by a program, or be made one by a change of its permissions.
fn trace_program(place: &Place<'_>, path: String, observe: Observe) -> (Trace, bool) {
    let whole = place.at(&path);
    if (place.passed_over)(&whole) {
        (present(path, Observe::Identity), false)
    } else if !unix::is_executable(&whole) {
        (present(path, Observe::Program), false)
    } else {
        (present(path, observe), true)
    }
}

fn present(path: String, observe: Observe) -> Trace {
    Trace::Present(ObservedPath { path, observe })
}

/// The file that a name leads to in the caller's PATH; every one on the way there is claimed.
pub(crate) fn in_path(place: &Place<'_>, name: &str) -> Option<PathBuf> {
    let mut files = place.programs().into_iter().map(|folder| place.directory.join(folder).join(name));
    files.find(|file| {
        place.claim(file);
        let is_file = unix::stat(file).is_ok_and(|stamp| stamp.kind == FileKind::File);
        is_file && !(place.passed_over)(file) && unix::is_executable(file)
    })
}

/// The paths that a tool tries, in order.
pub(crate) fn candidates(place: &Place<'_>, chains: &[Vec<String>], lookup: &Lookup) -> Result<Vec<String>, Unsure> {
    if lookup.name.starts_with('/') {
        return Ok(vec![lookup.name.clone()]);
    }
    let listed = |chain: u32| chains.get(chain as usize).map(Vec::as_slice).unwrap_or_default();
    let join = |folder: &String| path::join(folder, &lookup.name);
    Ok(match &lookup.chain {
        Chain::Listed(chain) => listed(*chain).iter().map(join).collect(),
        Chain::Beside(folder, chain) => std::iter::once(folder).chain(listed(*chain)).map(join).collect(),
        Chain::Programs if lookup.name.contains('/') => vec![lookup.name.clone()],
        Chain::Programs => {
            let folders = place.programs();
            folders.iter().map(|folder| Ok(join(&text(folder)?))).collect::<Result<_, Unsure>>()?
        }
    })
}

fn text(folder: &Path) -> Result<String, Unsure> {
    let text = folder.to_str().ok_or_else(|| Unsure::NotUnicode { path: folder.display().to_string() })?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::place::tests::place;

    fn lookup(name: &str, chain: Chain) -> Lookup {
        Lookup { name: name.into(), chain, observe: Observe::Content, all: false }
    }

    fn traces(place: &Place<'_>, lookup: &Lookup) -> Vec<String> {
        let chains = [vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]];
        let traces = Files::new().trace_lookup(place, &chains, lookup, &Tried::default()).unwrap();
        traces
            .into_iter()
            .map(|trace| match trace {
                Trace::Absent(path) => format!("no {path}"),
                Trace::Present(ObservedPath { path, observe }) => format!("{observe:?} {path}"),
            })
            .collect()
    }

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for sub in ["a", "b/folder", "c"] {
            std::fs::create_dir_all(folder.path().join(sub)).unwrap();
        }
        for file in ["b/x", "c/x", "c/folder"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn a_lookup_records_every_folder_before_the_first_that_has_the_name() {
        let tree = tree();
        let place = place(tree.path());
        assert_eq!(traces(&place, &lookup("x", Chain::Listed(0))), ["no a/x", "Content b/x"]);
        assert_eq!(traces(&place, &lookup("y", Chain::Listed(0))), ["no a/y", "no b/y", "no c/y"]);
        assert_eq!(traces(&place, &lookup("x", Chain::Beside("s".into(), 0))), ["no s/x", "no a/x", "Content b/x"]);
        assert_eq!(traces(&place, &lookup("x", Chain::Beside(String::new(), 0)))[0], "no x");
        let all = Lookup { all: true, ..lookup("x", Chain::Listed(0)) };
        assert_eq!(traces(&place, &all), ["no a/x", "Content b/x", "Content c/x"]);
    }

    #[test]
    fn a_folder_of_the_name_is_passed_over_and_remembered_as_one() {
        let tree = tree();
        let found = traces(&place(tree.path()), &lookup("folder", Chain::Listed(0)));
        assert_eq!(found, ["no a/folder", "Kind b/folder", "Content c/folder"]);
    }

    #[test]
    fn an_absolute_name_is_looked_for_as_it_is() {
        let tree = tree();
        let name = tree.path().join("b/x").display().to_string();
        let found = traces(&place(Path::new("/")), &lookup(&name, Chain::Listed(0)));
        assert_eq!(found, [format!("Content {name}")]);
    }

    #[test]
    fn programs_are_looked_for_by_the_callers_path_past_the_cache_and_what_may_not_run() {
        let tree = tree();
        let at = |name: &str| tree.path().join(name);
        std::fs::write(at("a/tool"), "").unwrap();
        std::fs::write(at("b/tool"), "").unwrap();
        std::fs::set_permissions(at("b/tool"), PermissionsExt::from_mode(0o644)).unwrap();
        std::fs::write(at("c/tool"), "").unwrap();
        std::fs::set_permissions(at("c/tool"), PermissionsExt::from_mode(0o755)).unwrap();
        let cache = at("a/tool");
        let passed_over = |path: &Path| path == cache;
        let place = Place { path: Some(OsStr::new("none:a:b:c")), passed_over: &passed_over, ..place(tree.path()) };
        let programs = Lookup { observe: Observe::Program, ..lookup("tool", Chain::Programs) };
        let found = traces(&place, &programs);
        assert_eq!(found, ["InPath tool", "no none/tool", "Identity a/tool", "Program b/tool", "Program c/tool"]);
        assert_eq!(in_path(&place, "tool"), Some(at("c/tool")));
        assert_eq!(in_path(&place, "else"), None);
    }

    #[test]
    fn a_link_to_nothing_leaves_it_unsure() {
        let tree = tree();
        symlink("nowhere", tree.path().join("a/x")).unwrap();
        let chains = [vec!["a".to_owned()]];
        let found =
            Files::new().trace_lookup(&place(tree.path()), &chains, &lookup("x", Chain::Listed(0)), &Tried::default());
        assert!(matches!(found, Err(Unsure::DanglingLink { path }) if path == "a/x"));
    }

    #[test]
    fn an_input_that_must_exist_is_missed_and_one_that_may_be_absent_is_recorded_as_absent() {
        let tree = tree();
        let input = |path: &str, absence| Input { path: path.into(), observe: Observe::Content, absence };
        let trace = |input| Files::new().trace_input(&place(tree.path()), &input, &Tried::default());
        assert!(matches!(trace(input("gone", Absence::MustExist)), Err(Unsure::Missing { .. })));
        assert_eq!(trace(input("gone", Absence::MayBeAbsent)).unwrap(), Trace::Absent("gone".into()));
        assert!(matches!(trace(input("b/x", Absence::MustExist)), Ok(Trace::Present(_))));
    }
}

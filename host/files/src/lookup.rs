//! What a lookup comes to now: the names that are not there, and the files that are.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use zccache_model::manifest::ObservedPath;
use zccache_model::path;
use zccache_model::plan::{Absence, Chain, FileKind, Input, Lookup, Observe};

use crate::error::Unsure;
use crate::ground::{Candidate, Grounds};
use crate::place::Place;
use crate::unix;

/// What a named input comes to; none where nothing is.
pub(crate) fn trace_input<'n>(grounds: &mut Grounds<'_, 'n>, input: &'n Input) -> Result<Option<ObservedPath>, Unsure> {
    match (grounds.look("", &input.path)?, input.absence) {
        (Candidate::Absent, Absence::MustExist) => Err(Unsure::Missing { path: input.path.clone() }),
        (Candidate::Absent, Absence::MayBeAbsent) => Ok(None),
        _ => Ok(Some(present(input.path.clone(), input.observe))),
    }
}

/// Walks the chain of a lookup: passes every folder before the first that has the name, and gives what there is to `see`.
pub(crate) fn trace_lookup<'n>(
    place: &Place<'_>,
    grounds: &mut Grounds<'_, 'n>,
    chains: &[Vec<String>],
    lookup: &'n Lookup,
    see: &mut impl FnMut(ObservedPath),
) -> Result<(), Unsure> {
    let programs = lookup.chain == Chain::Programs && !lookup.name.starts_with('/');
    if programs && !lookup.name.contains('/') {
        see(present(lookup.name.clone(), Observe::InPath));
    }
    for folder in folders(place, chains, lookup)? {
        let path = || path::join(&folder, &lookup.name);
        let is_end = match grounds.look(&folder, &lookup.name)? {
            Candidate::Absent => false,
            // Tools pass over a folder of the name; that it is still one is what they depend on.
            Candidate::Folder => {
                see(present(path(), Observe::Kind));
                false
            }
            Candidate::Find if programs => {
                let (program, runs) = trace_program(place, path(), lookup.observe);
                see(program);
                runs
            }
            Candidate::Find => {
                see(present(path(), lookup.observe));
                true
            }
        };
        if is_end && !lookup.all {
            break;
        }
    }
    Ok(())
}

/// A file of a program's name in the caller's PATH, and whether it is the one that is run. What is passed over is an
/// input too: it could be replaced by a program, or be made one by a change of its permissions.
fn trace_program(place: &Place<'_>, path: String, observe: Observe) -> (ObservedPath, bool) {
    let whole = place.at(&path);
    if (place.passed_over)(&whole) {
        (present(path, Observe::Identity), false)
    } else if !unix::is_executable(&whole) {
        (present(path, Observe::Program), false)
    } else {
        (present(path, observe), true)
    }
}

fn present(path: String, observe: Observe) -> ObservedPath {
    ObservedPath { path, observe }
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

/// The folders in which a tool looks, in order.
fn folders<'c>(place: &Place<'_>, chains: &'c [Vec<String>], lookup: &'c Lookup) -> Result<Vec<Cow<'c, str>>, Unsure> {
    if lookup.name.starts_with('/') {
        return Ok(vec!["".into()]);
    }
    let listed = |chain: u32| chains.get(chain as usize).into_iter().flatten().map(|folder| Cow::from(folder.as_str()));
    Ok(match &lookup.chain {
        Chain::Listed(chain) => listed(*chain).collect(),
        Chain::Beside(folder, chain) => std::iter::once(folder.as_str().into()).chain(listed(*chain)).collect(),
        Chain::Programs if lookup.name.contains('/') => vec!["".into()],
        Chain::Programs => {
            place.programs().iter().map(|folder| text(folder).map(Cow::from)).collect::<Result<_, _>>()?
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

    use zccache_model::manifest::Absences;

    use super::*;
    use crate::files::Files;
    use crate::place::tests::place;

    fn lookup(name: &str, chain: Chain) -> Lookup {
        Lookup { name: name.into(), chain, observe: Observe::Content, all: false }
    }

    /// What is there, in order, and then what is not, by folder and name.
    fn traces(place: &Place<'_>, lookup: &Lookup) -> Vec<String> {
        let chains = [vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]];
        let files = Files::new();
        let (mut grounds, mut traces) = (Grounds::new(&files, place), Vec::new());
        let mut see = |ObservedPath { path, observe }| traces.push(format!("{observe:?} {path}"));
        trace_lookup(place, &mut grounds, &chains, lookup, &mut see).unwrap();
        for Absences { folder, names } in grounds.absences() {
            traces.extend(names.iter().map(|name| format!("no {}", path::join(&folder, name))));
        }
        traces
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
        assert_eq!(traces(&place, &lookup("x", Chain::Listed(0))), ["Content b/x", "no a/x"]);
        assert_eq!(traces(&place, &lookup("y", Chain::Listed(0))), ["no a/y", "no b/y", "no c/y"]);
        assert_eq!(traces(&place, &lookup("x", Chain::Beside("s".into(), 0))), ["Content b/x", "no s", "no a/x"]);
        assert_eq!(traces(&place, &lookup("x", Chain::Beside(String::new(), 0)))[1], "no x");
        let all = Lookup { all: true, ..lookup("x", Chain::Listed(0)) };
        assert_eq!(traces(&place, &all), ["Content b/x", "Content c/x", "no a/x"]);
    }

    #[test]
    fn a_folder_of_the_name_is_passed_over_and_remembered_as_one() {
        let tree = tree();
        let found = traces(&place(tree.path()), &lookup("folder", Chain::Listed(0)));
        assert_eq!(found, ["Kind b/folder", "Content c/folder", "no a/folder"]);
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
        assert_eq!(found, ["InPath tool", "Identity a/tool", "Program b/tool", "Program c/tool", "no none"]);
        assert_eq!(in_path(&place, "tool"), Some(at("c/tool")));
        assert_eq!(in_path(&place, "else"), None);
    }

    #[test]
    fn a_link_to_nothing_leaves_it_unsure() {
        let tree = tree();
        symlink("nowhere", tree.path().join("a/x")).unwrap();
        let chains = [vec!["a".to_owned()]];
        let (files, place, lookup) = (Files::new(), place(tree.path()), lookup("x", Chain::Listed(0)));
        let found = trace_lookup(&place, &mut Grounds::new(&files, &place), &chains, &lookup, &mut |_| {});
        assert!(matches!(found, Err(Unsure::DanglingLink { path }) if path == "a/x"));
    }

    #[test]
    fn an_input_that_must_exist_is_missed_and_one_that_may_be_absent_is_recorded_as_absent() {
        let tree = tree();
        let (files, place) = (Files::new(), place(tree.path()));
        let input = |path: &str, absence| Input { path: path.into(), observe: Observe::Content, absence };
        let inputs =
            [input("gone", Absence::MustExist), input("lost", Absence::MayBeAbsent), input("b/x", Absence::MustExist)];
        let mut grounds = Grounds::new(&files, &place);
        assert!(matches!(trace_input(&mut grounds, &inputs[0]), Err(Unsure::Missing { .. })));
        assert_eq!(trace_input(&mut grounds, &inputs[1]).unwrap(), None);
        assert_eq!(trace_input(&mut grounds, &inputs[2]).unwrap(), Some(present("b/x".into(), Observe::Content)));
        assert_eq!(grounds.absences(), [Absences { folder: String::new(), names: vec!["gone".into(), "lost".into()] }]);
    }
}

//! Random edits of a small tree: after each, what a check says is held against reading everything anew.
//!
//! The instance under test lives through all edits and is made to believe that every file is quiet, wherever the file
//! system's stamps are fine enough to tell one edit from the next; so everything that can be remembered is.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its tree fails")]

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use zccache_files::{Files, Part, Place, Started, Witness, Witnessed};
use zccache_model::digest::Digest;
use zccache_model::key::KeyBuilder;
use zccache_model::manifest::{InputList, SeenInput};
use zccache_model::plan::{Absence, Chain, Input, Lookup, Observe};
use zccache_model::state::InputState;

const FOLDERS: [&str; 4] = ["a", "b", "b/deep", "link"];
const NAMES: [&str; 4] = ["x", "y", "deep", "deep/x"];
const OBSERVED: [Observe; 5] =
    [Observe::Content, Observe::ContentAndTime, Observe::Kind, Observe::Identity, Observe::Listing];

/// One edit of the tree. Those that do not fit what is there do nothing.
#[derive(Clone, Debug)]
enum Edit {
    Write(&'static str, &'static str, u8),
    Remove(&'static str, &'static str),
    MakeFolder(&'static str, &'static str),
    RemoveFolder(&'static str),
    /// Another file of the same size and modification time is put in place.
    RenameOver(&'static str, &'static str, u8),
    /// The file is written in place and its modification time put back.
    WriteInPlace(&'static str, &'static str, u8),
    Touch(&'static str, &'static str, u64),
    HardLink(&'static str, &'static str),
    Link(&'static str, &'static str, &'static str),
    RetargetFolder(&'static str),
    MoveFolder(&'static str, &'static str),
}

fn folder() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&FOLDERS[..])
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (folder(), name(), 0..3_u8).prop_map(|(folder, name, content)| Edit::Write(folder, name, content)),
        2 => (folder(), name()).prop_map(|(folder, name)| Edit::Remove(folder, name)),
        1 => (folder(), name()).prop_map(|(folder, name)| Edit::MakeFolder(folder, name)),
        1 => folder().prop_map(Edit::RemoveFolder),
        2 => (folder(), name(), 0..3_u8).prop_map(|(folder, name, content)| Edit::RenameOver(folder, name, content)),
        2 => (folder(), name(), 0..3_u8).prop_map(|(folder, name, content)| Edit::WriteInPlace(folder, name, content)),
        1 => (folder(), name(), 1..3_u64).prop_map(|(folder, name, time)| Edit::Touch(folder, name, time)),
        1 => (folder(), folder()).prop_map(|(from, to)| Edit::HardLink(from, to)),
        1 => (folder(), name(), prop::sample::select(&["x", "../a/x", "../b"][..]))
            .prop_map(|(folder, name, target)| Edit::Link(folder, name, target)),
        1 => prop::sample::select(&["a", "b", "b/deep", "nowhere"][..]).prop_map(Edit::RetargetFolder),
        1 => (folder(), folder()).prop_map(|(from, to)| Edit::MoveFolder(from, to)),
    ]
}

/// Edits that do not fit fail, which is as good as doing nothing: both sides look at what is there afterwards.
fn apply(root: &Path, edit: &Edit) -> io::Result<()> {
    let at = |folder: &str, name: &str| root.join(folder).join(name);
    match edit {
        Edit::Write(folder, name, content) => fs::write(at(folder, name), [*content; 3]),
        Edit::Remove(folder, name) => fs::remove_file(at(folder, name)),
        Edit::MakeFolder(folder, name) => fs::create_dir(at(folder, name)),
        Edit::RemoveFolder(folder) => fs::remove_dir_all(root.join(folder)),
        Edit::RenameOver(folder, name, content) => {
            let times = fs::metadata(at(folder, name))?.modified()?;
            let fresh = root.join("fresh");
            fs::write(&fresh, [*content; 3])?;
            fs::File::options().write(true).open(&fresh)?.set_modified(times)?;
            fs::rename(fresh, at(folder, name))
        }
        Edit::WriteInPlace(folder, name, content) => {
            let times = fs::metadata(at(folder, name))?.modified()?;
            fs::write(at(folder, name), [*content; 3])?;
            fs::File::options().write(true).open(at(folder, name))?.set_modified(times)
        }
        Edit::Touch(folder, name, time) => {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(*time);
            fs::File::options().write(true).open(at(folder, name))?.set_modified(time)
        }
        Edit::HardLink(from, to) => fs::hard_link(at(from, "x"), at(to, "y")),
        Edit::Link(folder, name, target) => symlink(target, at(folder, name)),
        Edit::RetargetFolder(target) => {
            symlink(target, root.join("new"))?;
            fs::rename(root.join("new"), root.join("link"))
        }
        Edit::MoveFolder(from, to) => fs::rename(root.join(from), root.join(to)),
    }
}

/// What a list describes now, by reading everything. Mirrors the contract, not the code.
fn oracle(root: &Path, list: &InputList) -> Option<Vec<SeenInput>> {
    for absences in &list.absences {
        match fs::metadata(root.join(&absences.folder)) {
            Err(error) if is_absence(&error) => continue,
            Err(_) => return None,
            Ok(_) => {}
        }
        for name in &absences.names {
            match fs::symlink_metadata(root.join(&absences.folder).join(name)) {
                Err(error) if is_absence(&error) => {}
                _ => return None,
            }
        }
    }
    let mut first = HashMap::new();
    let mut seen = Vec::new();
    for (index, input) in (0..).zip(&list.inputs) {
        let path = root.join(&input.path);
        let found = match fs::metadata(&path) {
            Ok(found) => found,
            Err(error) if is_absence(&error) => {
                seen.push(SeenInput { state: InputState::Absent, same_as: None });
                continue;
            }
            Err(_) => return None,
        };
        let earlier = *first.entry((found.dev(), found.ino())).or_insert(index);
        let state = state(&path, &found, input.observe);
        seen.push(SeenInput { state, same_as: (earlier != index).then_some(earlier) });
    }
    Some(seen)
}

fn state(path: &Path, found: &fs::Metadata, observe: Observe) -> InputState {
    let letter = if found.is_dir() { b'd' } else { b'f' };
    match observe {
        Observe::Identity => InputState::Identity(letter, found.dev(), found.ino()),
        Observe::Listing if found.is_dir() => {
            let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            let mut key = KeyBuilder::new("listing v1");
            for name in names {
                key.text("name", name.to_str().unwrap());
            }
            InputState::Listing(key.finish())
        }
        Observe::Content if found.is_file() => InputState::Content(Digest::of(&fs::read(path).unwrap())),
        Observe::ContentAndTime if found.is_file() => {
            let time = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
            InputState::ContentAndTime(Digest::of(&fs::read(path).unwrap()), time)
        }
        _ => InputState::Kind(letter),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether two edits right after another, with a look between them, leave two stamps here.
fn has_fine_stamps(root: &Path) -> bool {
    let path = root.join("probe");
    let ctimes: std::collections::HashSet<_> = (0..20)
        .map(|round| {
            fs::write(&path, [round]).unwrap();
            let found = fs::metadata(&path).unwrap();
            (found.ctime(), found.ctime_nsec())
        })
        .collect();
    fs::remove_file(&path).unwrap();
    ctimes.len() == 20
}

/// An instance that remembers as much as is right on this file system.
fn instance(root: &Path) -> Files {
    if has_fine_stamps(root) {
        let later = Started::now().0 + 3_600_000_000_000;
        Files::with_clock(move || later)
    } else {
        Files::new()
    }
}

/// A run that asks for everything in the tree, in several ways.
fn collect(files: &Files, place: &Place<'_>) -> Option<InputList> {
    let chains = [vec!["a".to_owned(), "link".to_owned(), "b".to_owned()]];
    let lookups: Vec<Lookup> = NAMES
        .iter()
        .flat_map(|name| {
            [false, true].map(|all| Lookup {
                name: (*name).into(),
                chain: if all { Chain::Listed(0) } else { Chain::Beside("b/deep".into(), 0) },
                observe: Observe::Content,
                all,
            })
        })
        .collect();
    let inputs: Vec<Input> = FOLDERS
        .iter()
        .flat_map(|folder| NAMES.iter().map(move |name| format!("{folder}/{name}")))
        .chain(FOLDERS.map(str::to_owned))
        .zip(OBSERVED.into_iter().cycle())
        .map(|(path, observe)| Input { path, observe, absence: Absence::MayBeAbsent })
        .collect();
    let parts: [Part<'_>; 2] = [(&chains, &[], &lookups), (&chains, &inputs, &[])];
    let witnessed = Witnessed { started: Started(i128::MAX), released: &Witness::default(), ended: None };
    files.collect(place, &witnessed, &parts).ok().map(|collection| {
        assert_eq!(oracle(place.directory, &collection.list), Some(collection.states));
        collection.list
    })
}

fn tree() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for sub in ["a", "b/deep"] {
        fs::create_dir_all(root.join(sub)).unwrap();
    }
    fs::write(root.join("b/x"), "one").unwrap();
    symlink("b", root.join("link")).unwrap();
    (folder, root)
}

fn caller(root: &Path) -> Place<'_> {
    Place { directory: root, path: None, library_path: None, preload: None, passed_over: &|_| false, survey: None }
}

/// What a list was seen to describe, and what that rests on.
#[cfg(target_os = "linux")]
struct Claimed {
    list: InputList,
    seen: Option<Vec<SeenInput>>,
    rests_on: zccache_files::Vouched,
}

/// None: links lead round in circles.
#[cfg(target_os = "linux")]
fn claim(files: &Files, root: &Path, list: &InputList) -> Option<Claimed> {
    loop {
        let survey = files.watch().survey().unwrap();
        let seen = files.check(&Place { survey: Some(&survey), ..caller(root) }, list);
        let rests_on = survey.finish()?;
        // Other tests make folders beside this one's, which counts until something is seen to have happened there.
        if files.watch().holds(&rests_on) {
            return Some(Claimed { list: list.clone(), seen, rests_on });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_check_says_what_reading_everything_anew_says(edits in prop::collection::vec(edit(), 1..60)) {
        let (_folder, root) = tree();
        let files = instance(&root);
        let place = caller(&root);
        let mut lists: Vec<InputList> = Vec::new();
        for edit in &edits {
            lists.extend(collect(&files, &place));
            let applied = apply(&root, edit);
            // The last few lists, since one may hold again; twice, since the first look is what is remembered.
            for list in lists.iter().rev().take(6).chain(lists.iter().rev().take(6)) {
                let expected = oracle(&root, list);
                prop_assert_eq!(files.check(&place, list), expected, "after {:?} ({:?})", edit, applied);
            }
        }
    }

    /// Also of what was claimed long ago: it must not hold again.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_claimed_holds_only_while_reading_everything_anew_says_the_same(
        edits in prop::collection::vec(edit(), 1..60),
    ) {
        let (_folder, root) = tree();
        let files = Files::watching();
        let mut claimed: Vec<Claimed> = Vec::new();
        for edit in &edits {
            let last = claimed.last().map(|last| last.list.clone());
            let lists: Vec<InputList> = collect(&files, &caller(&root)).into_iter().chain(last).collect();
            claimed.extend(lists.iter().filter_map(|list| claim(&files, &root, list)));
            let applied = apply(&root, edit);
            for claimed in claimed.iter().filter(|claimed| files.watch().holds(&claimed.rests_on)) {
                let expected = oracle(&root, &claimed.list);
                prop_assert_eq!(&claimed.seen, &expected, "after {:?} ({:?})", edit, applied);
            }
        }
    }
}

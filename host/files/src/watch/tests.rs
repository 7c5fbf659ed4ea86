//! What was claimed holds exactly until something happens that could change what was seen.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use zccache_model::manifest::{Absences, InputList, ObservedPath};
use zccache_model::plan::Observe;

use super::{Refusal, Vouched};
use crate::files::Files;
use crate::place::Place;
use crate::place::tests::place;

struct World {
    folder: tempfile::TempDir,
    files: Files,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        for path in ["real/sub", "other/sub", "first"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        fs::write(folder.path().join("real/sub/x"), "one").unwrap();
        fs::write(folder.path().join("other/sub/x"), "two").unwrap();
        symlink("real", folder.path().join("link")).unwrap();
        let world = World { folder, files: Files::watching() };
        // Other tests make folders beside this one's. Once something is seen to have happened there, that does not matter.
        let vouched = world.vouched();
        drop(tempfile::tempdir().unwrap());
        assert!(!world.holds(&vouched));
        world
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// What a check of `link/sub/x`, looked for in `first` and in `gone` before, rests on.
    fn vouched(&self) -> Vouched {
        self.vouched_for(Observe::Content)
    }

    fn vouched_for(&self, observe: Observe) -> Vouched {
        let absent = |folder: &str, name: &str| Absences { folder: folder.into(), names: vec![name.into()] };
        let list = InputList {
            inputs: vec![ObservedPath { path: "link/sub/x".into(), observe }],
            absences: vec![absent("first", "x"), absent("", "gone")],
            ..InputList::default()
        };
        let survey = self.files.watch().survey().expect("this system tells of changes");
        let place = Place { survey: Some(&survey), ..place(self.folder.path()) };
        assert!(self.files.check(&place, &list).is_some());
        survey.finish().expect("all of it can be claimed")
    }

    fn holds(&self, vouched: &Vouched) -> bool {
        self.files.watch().holds(vouched)
    }

    /// That what was claimed holds until this is done, and no longer.
    #[track_caller]
    fn ends(&self, what: &str, change: impl FnOnce(&World)) {
        let vouched = self.vouched();
        assert!(self.holds(&vouched), "before: {what}");
        change(self);
        assert!(!self.holds(&vouched), "after: {what}");
        assert!(self.holds(&self.vouched()), "claimed anew after: {what}");
    }
}

#[test]
fn every_way_to_write_a_file_ends_what_was_claimed_of_it() {
    let world = World::new();
    let open = |world: &World| File::options().read(true).write(true).open(world.at("real/sub/x")).unwrap();
    world.ends("a write in place", |world| open(world).write_all(b"two").unwrap());
    world.ends("a truncation", |world| open(world).set_len(1).unwrap());
    world.ends("a write by another link", |world| {
        fs::hard_link(world.at("real/sub/x"), world.at("twin")).unwrap();
        let vouched = world.vouched();
        fs::write(world.at("twin"), "three").unwrap();
        assert!(!world.holds(&vouched));
    });
    world.ends("another file renamed over it", |world| {
        fs::write(world.at("new"), "four").unwrap();
        fs::rename(world.at("new"), world.at("real/sub/x")).unwrap();
    });
    world.ends("its removal and return", |world| {
        fs::remove_file(world.at("real/sub/x")).unwrap();
        fs::write(world.at("real/sub/x"), "five").unwrap();
    });
    world.ends("a time set", |world| open(world).set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap());
    world.ends("a copy inside the kernel", |world| {
        let mut file = open(world);
        std::io::copy(&mut File::open(world.at("other/sub/x")).unwrap(), &mut file).unwrap();
        file.rewind().unwrap();
    });
}

#[test]
fn a_write_through_a_map_is_told_when_the_file_is_closed() {
    let world = World::new();
    let file = File::options().read(true).write(true).open(world.at("real/sub/x")).unwrap();
    let vouched = world.vouched();
    // Whether it was mapped, and written to, the system does not say: that somebody who could have has closed it, it does.
    drop(file);
    assert!(!world.holds(&vouched));
}

#[test]
fn everything_on_the_way_to_a_file_is_claimed() {
    let world = World::new();
    world.ends("a link retargeted", |world| {
        symlink("other", world.at("new")).unwrap();
        fs::rename(world.at("new"), world.at("link")).unwrap();
    });
    world.ends("the folder behind the link moved away and another put there", |world| {
        fs::rename(world.at("other"), world.at("away")).unwrap();
        fs::rename(world.at("real"), world.at("other")).unwrap();
    });
    world.ends("the last folder swapped", |world| {
        fs::rename(world.at("other/sub"), world.at("other/was")).unwrap();
        fs::rename(world.at("away/sub"), world.at("other/sub")).unwrap();
    });
    world.ends("a folder's permissions changed", |world| {
        fs::set_permissions(world.at("other"), fs::Permissions::from_mode(0o700)).unwrap();
    });
}

#[test]
fn a_name_that_was_not_there_is_claimed_too() {
    let world = World::new();
    world.ends("a name in a folder before", |world| fs::write(world.at("first/y"), "").unwrap());
    let vouched = world.vouched();
    fs::write(world.at("first/z"), "").unwrap();
    assert!(world.holds(&vouched), "once a folder is known to be written to, other names do not matter");
    fs::write(world.at("first/x"), "").unwrap();
    assert!(!world.holds(&vouched));
    fs::remove_file(world.at("first/x")).unwrap();
    world.ends("a folder removed that did not have the name", |world| fs::remove_dir_all(world.at("first")).unwrap());
    world.ends("and made again", |world| fs::create_dir(world.at("first")).unwrap());
    let vouched = world.vouched();
    symlink("nowhere", world.at("gone")).unwrap();
    assert!(!world.holds(&vouched), "a link to nothing");
}

#[test]
fn what_happens_beside_a_way_ends_nothing() {
    let world = World::new();
    // Folders in which something has happened are claimed by name.
    for folder in ["", "real", "real/sub", "first"] {
        let vouched = world.vouched();
        fs::write(world.at(folder).join("output"), "").unwrap();
        assert!(!world.holds(&vouched), "'{folder}' was claimed whole");
    }
    let vouched = world.vouched();
    for folder in ["", "real", "real/sub", "first"] {
        fs::write(world.at(folder).join("temporary"), "").unwrap();
        fs::rename(world.at(folder).join("temporary"), world.at(folder).join("output")).unwrap();
    }
    fs::read(world.at("real/sub/x")).unwrap();
    fs::read_dir(world.at("real")).unwrap().for_each(drop);
    assert!(world.holds(&vouched));
}

#[test]
fn something_that_happens_while_it_is_looked_at_counts_as_after_it() {
    let world = World::new();
    let survey = world.files.watch().survey().unwrap();
    let place = Place { survey: Some(&survey), ..place(world.folder.path()) };
    world.files.kind(&place, &world.at("real/sub/x"));
    fs::write(world.at("real/sub/x"), "two").unwrap();
    world.files.kind(&place, &world.at("other/sub/x"));
    assert!(!world.holds(&survey.finish().unwrap()));
}

#[test]
fn a_name_in_another_case_or_script_is_taken_for_the_claimed_one() {
    let world = World::new();
    world.ends("the folder is written to", |world| fs::write(world.at("first/y"), "").unwrap());
    // On a folder that does not tell cases apart, either could be the `x` that was looked for.
    world.ends("another case", |world| fs::write(world.at("first/X"), "").unwrap());
    world.ends("another script", |world| fs::write(world.at("first/\u{fe5b}"), "").unwrap());
}

#[test]
fn a_listing_is_claimed_with_all_names() {
    let world = World::new();
    let list = InputList {
        inputs: vec![ObservedPath { path: "real".into(), observe: Observe::Listing }],
        ..InputList::default()
    };
    for number in 0..2 {
        let survey = world.files.watch().survey().unwrap();
        let place = Place { survey: Some(&survey), ..place(world.folder.path()) };
        assert!(world.files.check(&place, &list).is_some());
        let vouched = survey.finish().unwrap();
        assert!(world.holds(&vouched));
        fs::write(world.at(&format!("real/{number}")), "").unwrap();
        assert!(!world.holds(&vouched));
    }
}

#[test]
fn a_program_that_is_not_there_is_claimed_too() {
    let world = World::new();
    let survey = world.files.watch().survey().unwrap();
    let place = Place { survey: Some(&survey), ..place(world.folder.path()) };
    world.files.assumptions(&place, &[ObservedPath { path: "first/tool".into(), observe: Observe::Program }]);
    let vouched = survey.finish().unwrap();
    assert!(world.holds(&vouched));
    fs::write(world.at("first/tool"), "").unwrap();
    assert!(!world.holds(&vouched));
}

#[test]
fn a_tree_is_claimed_with_everything_below_it() {
    let world = World::new();
    fs::create_dir_all(world.at("tree/deep")).unwrap();
    fs::write(world.at("tree/deep/x"), "one").unwrap();
    fs::write(world.at("aside"), "one").unwrap();
    std::os::unix::fs::symlink("../aside", world.at("tree/link")).unwrap();
    let changes: [&dyn Fn(); 4] = [
        &|| fs::write(world.at("tree/deep/x"), "two").unwrap(),
        &|| fs::write(world.at("tree/deep/y"), "").unwrap(),
        &|| fs::write(world.at("aside"), "two").unwrap(),
        &|| fs::rename(world.at("tree/deep"), world.at("tree/deeper")).unwrap(),
    ];
    for change in changes {
        let list = InputList {
            inputs: vec![ObservedPath { path: "tree".into(), observe: Observe::Tree }],
            ..InputList::default()
        };
        let survey = world.files.watch().survey().unwrap();
        let place = Place { survey: Some(&survey), ..place(world.folder.path()) };
        world.files.check(&place, &list).unwrap();
        let vouched = survey.finish().unwrap();
        assert!(world.holds(&vouched));
        change();
        assert!(!world.holds(&vouched));
    }
}

#[test]
fn large_trees_and_other_processes_files_are_refused_and_counted() {
    let world = World::new();
    fs::create_dir(world.at("large")).unwrap();
    for number in 0..=zccache_model::limits::TREE_FILES_WATCHED {
        fs::write(world.at(&format!("large/{number}")), "").unwrap();
    }
    for (path, observe, refusal) in
        [("large", Observe::Tree, Refusal::Tree), ("/proc/self/status", Observe::Kind, Refusal::FileSystem)]
    {
        let list = InputList { inputs: vec![ObservedPath { path: path.into(), observe }], ..InputList::default() };
        let survey = world.files.watch().survey().unwrap();
        let place = Place { survey: Some(&survey), ..place(world.folder.path()) };
        world.files.check(&place, &list);
        assert!(survey.finish().is_none(), "{path}");
        assert_eq!(world.files.watch().report().refused[&refusal], 1, "{path}");
    }
}

#[test]
fn an_overflow_loses_everything_and_is_counted() {
    let world = World::new();
    let vouched = world.vouched();
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: u32 = limit.trim().parse().unwrap();
    // Two names in turn: the system folds an event into an equal one before it.
    for number in 0..=limit {
        drop(File::create(world.at(if number % 2 == 0 { "first/a" } else { "first/b" })).unwrap());
        fs::set_permissions(world.at("first"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(!world.holds(&vouched));
    assert_eq!(world.files.watch().report().lost.get(&super::Loss::Overflow), Some(&1));
    assert!(world.holds(&world.vouched()), "what is claimed afterwards holds");
}

#[test]
fn a_watcher_that_is_off_vouches_for_nothing() {
    let files = Files::new();
    assert!(files.watch().survey().is_none());
    assert_eq!(files.watch().report().off, Some(Refusal::Off));
}

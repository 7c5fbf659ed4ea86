//! Outputs that are hard links of blobs: read-only, as of now, and never wrong whatever is written into them.

use std::fs::{self, File, FileTimes, Metadata};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::thread;
use std::time::{Duration, SystemTime};

use zccache_model::limits;
use zccache_model::result::ModeClass;

use super::*;
use crate::may_be_link;

fn linking() -> World {
    World { copy: CopyMode::Link, ..World::new() }
}

/// A world that links, with a stored result.
fn stored(outputs: &[&[u8]]) -> (World, Store, Sample) {
    let world = linking();
    let store = world.open();
    let sample = Sample::with_outputs(1, outputs);
    sample.record(&world, &store);
    (world, store, sample)
}

/// Puts the first output of a stored result in place.
fn place(store: &Store, sample: &Sample, destination: &Path, umask: u32) -> Result<(), MaterializeError> {
    let result = store.result(&sample.key()).expect("it is stored");
    store.materialize(&[Placement { output: &result.outputs[0], destination }], umask)
}

fn look(path: &Path) -> Metadata {
    fs::symlink_metadata(path).expect("it is there")
}

fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| (look(path).dev(), look(path).ino());
    identity(one) == identity(other)
}

/// What the superuser may do with a read-only file, and others after `chmod`.
fn write_in_place(path: &Path, bytes: &[u8]) {
    let permissions = look(path).permissions();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is ours");
    fs::write(path, bytes).expect("it is ours");
    fs::set_permissions(path, permissions).expect("it is ours");
}

/// Sets a file's time an hour back.
fn age(path: &Path) -> SystemTime {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let file = File::open(path).expect("it can be read");
    file.set_times(FileTimes::new().set_modified(hour_ago)).expect("it is ours");
    look(path).modified().expect("there are times")
}

fn large() -> Vec<u8> {
    (0..u32::try_from(limits::SNAPSHOT_BYTES).expect("it is small") + 77).map(|number| (number / 7) as u8).collect()
}

#[test]
fn a_plain_output_is_a_read_only_link_of_the_blob_as_of_now() {
    for content in [b"small".to_vec(), large()] {
        let (world, store, sample) = stored(&[&content]);
        age(&world.blobs()[0]);
        let path = world.path("linked");
        let before = SystemTime::now() - Duration::from_secs(60);
        place(&store, &sample, &path, 0o027).expect("it is placed");
        assert!(is_same(&path, &world.blobs()[0]));
        assert_eq!(mode_of(&path), 0o440);
        assert!(look(&path).modified().expect("there are times") > before);
        assert_eq!(fs::read(&path).expect("it is there"), content);
        assert!(sample.is_served(&world, &store));
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_is_written_into_a_link_is_found_out_at_the_next_use_in_every_mode() {
    let strip: fn(&Path) = |path| write_in_place(path, b"stripped");
    let flip: fn(&Path) = |path| {
        let mut bytes = fs::read(path).expect("it is there");
        bytes[1] ^= 1;
        let time = look(path).modified().expect("there are times");
        write_in_place(path, &bytes);
        let file = File::open(path).expect("it can be read");
        file.set_times(FileTimes::new().set_modified(time)).expect("it is ours");
    };
    for content in [b"small".to_vec(), large()] {
        for change in [strip, flip] {
            for (copy, removed) in [
                (CopyMode::Link, false),
                (CopyMode::Auto, false),
                (CopyMode::Copy, false),
                (CopyMode::Copy, true),
                (CopyMode::Reflink, false),
            ] {
                let (mut world, mut store, sample) = stored(&[&content]);
                let path = world.path("linked");
                place(&store, &sample, &path, UMASK).expect("it is placed");
                if copy != CopyMode::Link {
                    drop(store);
                    world.copy = copy;
                    store = world.open();
                    assert!(sample.is_served(&world, &store));
                }
                change(&path);
                if removed {
                    fs::remove_file(&path).expect("it is ours");
                }
                assert_eq!(sample.serve(&world, &store), None, "{copy:?}");
                assert_eq!(store.usage(), crate::Usage { dropped: 1, ..crate::Usage::default() });
                assert_eq!(world.blobs(), Vec::<PathBuf>::new());
                assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
                sample.record(&world, &store);
                assert!(sample.is_served(&world, &store));
            }
        }
    }
}

#[test]
fn recording_again_what_was_lent_stores_a_content_of_its_own() {
    let (world, store, sample) = stored(&[b"shared"]);
    let path = world.path("linked");
    place(&store, &sample, &path, UMASK).expect("it is placed");
    write_in_place(&path, b"broken");
    let other = Sample::with_outputs(2, &[b"shared"]);
    other.record(&world, &store);
    assert!(!is_same(&path, &world.blobs()[0]));
    assert!(other.is_served(&world, &store) && sample.is_served(&world, &store));
    assert_eq!(fs::read(&path).expect("it is there"), b"broken");
}

#[test]
fn in_other_modes_an_output_is_its_owners_alone_also_where_the_blob_was_lent() {
    for copy in [CopyMode::Auto, CopyMode::Copy, CopyMode::Reflink] {
        for content in [b"small".to_vec(), large()] {
            let (mut world, store, sample) = stored(&[&content]);
            let linked = world.path("linked");
            place(&store, &sample, &linked, UMASK).expect("it is placed");
            drop(store);
            world.copy = copy;
            let store = world.open();
            // Over nothing, over a file, and over the link.
            for name in ["copied", "copied", "linked"] {
                let path = world.path(name);
                place(&store, &sample, &path, UMASK).expect("it is placed");
                assert_eq!((look(&path).nlink(), mode_of(&path)), (1, 0o644));
                assert_eq!(fs::read(&path).expect("it is there"), content);
            }
        }
    }
}

#[test]
fn what_cannot_be_a_link_is_copied() {
    let (world, store, mut sample) = stored(&[b"plain"]);
    let path = world.path("made");
    // Only its owner may read it: then it does not show that it was lent.
    place(&store, &sample, &path, 0o077).expect("it is placed");
    assert_eq!((look(&path).nlink(), mode_of(&path)), (1, 0o600));
    // Others have it with other permissions.
    place(&store, &sample, &world.path("linked"), 0o022).expect("it is placed");
    place(&store, &sample, &path, 0o027).expect("it is placed");
    assert_eq!((look(&path).nlink(), mode_of(&path)), (1, 0o640));
    assert_eq!(mode_of(&world.path("linked")), 0o444);
    // Nobody has it any more.
    fs::remove_file(world.path("linked")).expect("it is ours");
    place(&store, &sample, &path, 0o027).expect("it is placed");
    assert_eq!((look(&path).nlink(), mode_of(&path)), (2, 0o440));

    let unfit = [
        (0o755, ModeClass::Executable, true),
        (0o640, ModeClass::Literal(0o640), true),
        (0o644, ModeClass::Plain, false),
    ];
    for (mode, class, replaced) in unfit {
        let source = world.path("source");
        fs::write(&source, format!("{mode}")).expect("an output");
        fs::set_permissions(&source, fs::Permissions::from_mode(mode)).expect("permissions");
        let snapshot = store.snapshot(&source, UMASK).expect("a snapshot").of_replaced(replaced);
        assert_eq!(snapshot.mode(), class);
        sample = Sample::new(mode);
        let mut entry = sample.entry(&world, &store).expect("an entry");
        entry.outputs = vec![("output".into(), snapshot)];
        store.record(entry).expect("it is recorded");
        // What is written into a file that is there would keep its permissions.
        fs::remove_file(&path).expect("it is ours");
        place(&store, &sample, &path, UMASK).expect("it is placed");
        assert_eq!((look(&path).nlink(), mode_of(&path)), (1, class.bits(UMASK)));
    }
}

#[test]
fn what_lies_on_another_file_system_is_copied() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else { return };
    let (world, store, sample) = stored(&[b"small"]);
    if look(elsewhere.path()).dev() == look(&world.cache()).dev() {
        return;
    }
    let path = elsewhere.path().join("made");
    for lent in [false, true] {
        if lent {
            place(&store, &sample, &world.path("linked"), UMASK).expect("it is placed");
        }
        place(&store, &sample, &path, UMASK).expect("it is placed");
        assert_eq!((look(&path).nlink(), mode_of(&path)), (1, 0o644));
        assert_eq!(fs::read(&path).expect("it is there"), b"small");
    }
}

#[test]
fn a_link_is_replaced_by_other_outputs_and_by_itself() {
    let (world, store, sample) = stored(&[b"one"]);
    let other = Sample::with_outputs(2, &[b"two"]);
    other.record(&world, &store);
    let path = world.path("linked");
    for sample in [&sample, &sample, &other, &other, &sample] {
        place(&store, sample, &path, UMASK).expect("it is placed");
        assert_eq!(fs::read(&path).expect("it is there"), sample.outputs[0]);
        assert_eq!((look(&path).nlink(), mode_of(&path)), (2, 0o444));
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    }
}

#[test]
fn threads_that_link_one_blob_get_it_whole_and_leave_no_other_name() {
    let (world, store, sample) = stored(&[&large()]);
    let shared = world.path("by all");
    thread::scope(|scope| {
        for number in 0..4 {
            let (world, store, sample, shared) = (&world, &store, &sample, &shared);
            scope.spawn(move || {
                for _ in 0..20 {
                    place(store, sample, &world.path(&format!("own {number}")), UMASK).expect("it is placed");
                    place(store, sample, shared, UMASK).expect("it is placed");
                    fs::remove_file(world.path(&format!("own {number}"))).expect("it is ours");
                }
            });
        }
    });
    assert_eq!(store.usage().dropped, 0);
    // Where the others removed theirs too often, the last one may have been copied.
    place(&store, &sample, &shared, UMASK).expect("it is placed");
    assert!(is_same(&shared, &world.blobs()[0]));
    assert_eq!(look(&shared).nlink(), 2);
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

#[test]
fn links_outlive_the_blob_and_the_cache() {
    let (world, store, sample) = stored(&[b"content"]);
    let path = world.path("linked");
    place(&store, &sample, &path, UMASK).expect("it is placed");
    store.forget(&sample.key());
    assert_eq!(world.blobs(), Vec::<PathBuf>::new());
    assert_eq!(fs::read(&path).expect("it is there"), b"content");
    // Nothing tells any more whose content it was, and it still is no file that its owner protects.
    let other = Sample::with_outputs(2, &[b"other"]);
    other.record(&world, &store);
    place(&store, &other, &path, UMASK).expect("it is placed");
    store.clear().expect("it can be cleared");
    assert!(store.detach(&path, UMASK).expect("it can be replaced"));
    assert_eq!((fs::read(&path).expect("it is there"), mode_of(&path)), (b"other".to_vec(), 0o644));
}

#[test]
fn a_detached_link_has_its_content_and_time_and_nobody_else_has_it() {
    for copy in [CopyMode::Link, CopyMode::Auto, CopyMode::Copy] {
        for content in [b"".to_vec(), b"small".to_vec(), large()] {
            let (mut world, store, sample) = stored(&[&content]);
            let (path, other) = (world.path("linked"), world.path("other"));
            place(&store, &sample, &path, UMASK).expect("it is placed");
            place(&store, &sample, &other, UMASK).expect("it is placed");
            let time = age(&path);
            drop(store);
            world.copy = copy;
            let store = world.open();
            assert!(may_be_link(&look(&path)));
            assert!(store.detach(&path, 0o027).expect("it can be replaced"));
            assert!(!may_be_link(&look(&path)));
            assert_eq!(look(&path).modified().expect("there are times"), time);
            assert_eq!(mode_of(&path), 0o640);
            fs::write(&path, "written in place").expect("it is ours");
            assert_eq!(fs::read(&other).expect("it is there"), content);
            assert!(sample.is_served(&world, &store));
            assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
        }
    }
}

#[test]
fn what_did_not_come_as_a_link_is_left_as_it_is() {
    let (world, store, _) = stored(&[b"content"]);
    let file = world.path("protected");
    fs::write(&file, "its owner's").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("permissions");
    let other = world.path("other name");
    fs::hard_link(&file, &other).expect("a second name");
    assert!(may_be_link(&look(&file)));
    assert!(!store.detach(&file, UMASK).expect("it can be read"));
    assert!(is_same(&file, &other));
    assert_eq!(mode_of(&file), 0o444);
    assert!(!may_be_link(&look(&world.path(""))), "a folder");
    store.detach(&world.path("none"), UMASK).expect_err("nothing is there");
}

#[test]
fn a_detaching_that_fails_leaves_the_link_or_the_copy() {
    let (world, store, sample) = stored(&[b"content"]);
    store.flush();
    let path = world.path("linked");
    for effects in 0.. {
        place(&store, &sample, &path, UMASK).expect("it is placed");
        store.flush();
        world.faults.fail_after(effects, false);
        let detached = store.detach(&path, UMASK);
        let failed = world.faults.heal();
        assert_eq!(fs::read(&path).expect("it is there"), b"content");
        assert_eq!(look(&path).nlink(), if matches!(detached, Ok(true)) { 1 } else { 2 });
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
        if !failed {
            assert!(detached.expect("nothing failed") && effects > 5, "{effects}");
            return;
        }
    }
}

#[test]
fn a_link_that_fails_half_way_is_copied_or_leaves_the_destination_whole_or_absent() {
    for lent in [false, true] {
        for effects in 0.. {
            let (world, store, sample) = stored(&[b"new content", b"more"]);
            if lent {
                place(&store, &sample, &world.path("linked"), UMASK).expect("it is placed");
            }
            let result = store.result(&sample.key()).expect("it is there");
            let paths = [world.path("one"), world.path("two")];
            let placements =
                [0, 1].map(|index| Placement { output: &result.outputs[index], destination: &paths[index] });
            for path in &paths {
                fs::write(path, "old").expect("a file");
            }
            store.flush();
            world.faults.fail_after(effects, false);
            let placed = store.materialize(&placements, UMASK);
            let failed = world.faults.heal();
            for (path, new) in paths.iter().zip([b"new content".as_slice(), b"more"]) {
                match fs::read(path) {
                    Ok(content) => assert!(content == new || (content == b"old" && placed.is_err()), "{content:?}"),
                    Err(_) => assert!(placed.is_err()),
                }
            }
            assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
            // What was lent half is no worse than what was lent.
            if placed.is_ok() {
                write_in_place(&paths[0], b"new con");
                assert!(look(&paths[0]).nlink() == 1 || sample.serve(&world, &store).is_none());
            }
            sample.is_served(&world, &store);
            if !failed {
                assert!(placed.is_ok() && effects > 15, "{effects}");
                break;
            }
        }
    }
}

#[test]
fn a_result_evicted_while_its_links_are_made_is_a_miss_or_whole() {
    let (world, store, sample) = stored(&[b"one", b"two"]);
    thread::scope(|scope| {
        let server = scope.spawn(|| (0..100).filter(|_| sample.is_served(&world, &store)).count());
        for _ in 0..100 {
            store.forget(&sample.key());
            sample.record(&world, &store);
        }
        server.join().expect("what was served was whole");
    });
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

#[test]
fn a_blob_that_is_written_while_it_is_copied_elsewhere_is_never_served_torn() {
    let (mut world, store, sample) = stored(&[&large()]);
    let path = world.path("linked");
    place(&store, &sample, &path, UMASK).expect("it is placed");
    drop(store);
    world.copy = CopyMode::Copy;
    let store = world.open();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut file = File::options().append(true).open(&path).expect("it is ours");
            for _ in 0..200 {
                let length = look(&path).len();
                file.write_all(b"x").expect("there is room");
                file.set_len(length).expect("it is ours");
            }
        });
        for _ in 0..50 {
            // Asserts that what is served is what was stored.
            if !sample.is_served(&world, &store) {
                sample.record(&world, &store);
            }
        }
        writer.join().expect("it wrote");
    });
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

//! What may be at a destination, and what becomes of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::Obstacle;

/// A store with one entry of two outputs.
fn stored() -> (World, Store, Arc<StoredResult>) {
    let world = World::new();
    let store = world.open();
    let sample = Sample::with_outputs(1, &[b"first", b"second"]);
    sample.record(&world, &store);
    let result = store.result(&sample.key()).expect("it is there");
    (world, store, result)
}

fn place(store: &Store, result: &StoredResult, first: &Path, second: &Path) -> Result<(), MaterializeError> {
    let placements = [
        Placement { output: &result.outputs[0], destination: first },
        Placement { output: &result.outputs[1], destination: second },
    ];
    store.materialize(&placements, UMASK)
}

#[test]
fn what_is_no_regular_file_is_left_as_it_is_and_so_are_all_others() {
    let (world, store, result) = stored();
    let good = world.path("good");
    fs::write(&good, "old").expect("a file");
    let target = world.path("target");
    fs::write(&target, "target").expect("a file");
    let link = world.path("link");
    symlink(&target, &link).expect("a link");
    let dangling = world.path("dangling");
    symlink(world.path("nowhere"), &dangling).expect("a link");
    let folder = world.path("folder");
    fs::create_dir(&folder).expect("a folder");
    let cases = [
        (link.clone(), Obstacle::NotRegular),
        (dangling, Obstacle::NotRegular),
        (folder, Obstacle::NotRegular),
        (PathBuf::from("/dev/null"), Obstacle::NotRegular),
        (world.path("missing/file"), Obstacle::FolderMissing),
        (world.path("target/file"), Obstacle::FolderMissing),
        (world.path(".."), Obstacle::NotRegular),
        (PathBuf::from("/"), Obstacle::NotRegular),
        (world.path("named like a folder/"), Obstacle::NotRegular),
        (world.path(&"n".repeat(300)), Obstacle::NotRegular),
    ];
    for (bad, obstacle) in cases {
        let error = place(&store, &result, &good, &bad).expect_err("it is refused");
        assert!(matches!(&error, MaterializeError::Destination { why, .. } if *why == obstacle), "{bad:?}: {error:?}");
        assert_eq!(fs::read(&good).expect("it is there"), b"old", "{bad:?}");
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    }
    assert_eq!(fs::read_link(&link).expect("it is a link"), target);
    assert_eq!(fs::read(&target).expect("it is there"), b"target");
}

#[test]
fn an_old_file_is_replaced_and_its_other_names_keep_it() {
    let (world, store, result) = stored();
    let (first, second) = (world.path("first"), world.path("second"));
    fs::write(&first, "old").expect("a file");
    fs::set_permissions(&first, fs::Permissions::from_mode(0o600)).expect("permissions");
    let other = world.path("other name");
    fs::hard_link(&first, &other).expect("a second name");
    place(&store, &result, &first, &second).expect("both are placed");
    assert_eq!(fs::read(&first).expect("it is there"), b"first");
    assert_eq!(fs::read(&second).expect("it is there"), b"second");
    assert_eq!(fs::read(&other).expect("it is there"), b"old");
    assert_eq!(mode_of(&first), 0o644);
}

#[test]
fn outputs_go_to_names_of_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let (world, store, result) = stored();
    let first = world.path("").join(OsStr::from_bytes(b"not \xff unicode"));
    place(&store, &result, &first, &world.path("with\nnewline")).expect("both are placed");
    assert_eq!(fs::read(&first).expect("it is there"), b"first");
}

#[test]
fn a_name_that_a_killed_daemon_left_is_stepped_over() {
    let (world, store, result) = stored();
    for number in 0..4 {
        let left = format!(".zccache-{}-{number}.tmp", std::process::id());
        fs::write(world.path(&left), "left over").expect("a file");
    }
    place(&store, &result, &world.path("first"), &world.path("second")).expect("both are placed");
}

#[test]
fn what_this_user_may_not_write_is_not_replaced() {
    // The system asks no questions of its superuser, so what is tried depends on who runs the test.
    let superuser = rustix::process::geteuid().is_root();
    let (world, store, result) = stored();
    let protected = world.path("protected");
    fs::write(&protected, "old").expect("a file");
    fs::set_permissions(&protected, fs::Permissions::from_mode(0o444)).expect("permissions");
    let placed = place(&store, &result, &world.path("first"), &protected);
    if superuser {
        assert!(placed.is_ok(), "the tool could write it too: {placed:?}");
    } else {
        assert!(matches!(&placed, Err(MaterializeError::Destination { why: Obstacle::NotWritable, .. })), "{placed:?}");
        assert_eq!(fs::read(&protected).expect("it is there"), b"old");
    }
}

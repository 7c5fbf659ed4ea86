//! What is stored is served again, and nothing else.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use zccache_model::limits;
use zccache_model::outcome::{Outcome, Statistics};
use zccache_model::result::ModeClass;

use super::*;
use crate::SnapshotError;

#[test]
fn an_entry_is_served_as_it_was_recorded_now_and_after_a_restart() {
    let world = World::new();
    let large = vec![7; usize::try_from(limits::SNAPSHOT_BYTES).expect("it is small") * 3 + 5];
    let sample = Sample::with_outputs(1, &[b"one", b"", &large]);
    let store = world.open();
    assert!(store.result(&sample.key()).is_none());
    sample.record(&world, &store);
    assert!(sample.is_served(&world, &store));
    assert_eq!(sample.lists(&store), [sample.input_list()]);
    let usage = store.usage();
    assert_eq!((usage.blobs, usage.results, usage.dropped), (3, 1, 0));
    assert!(usage.bytes > large.len() as u64);
    drop(store);

    let store = world.open();
    assert_eq!(store.usage(), usage);
    assert!(sample.is_served(&world, &store));
    assert_eq!(sample.lists(&store), [sample.input_list()]);
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

#[test]
fn without_sharing_of_content_the_same_is_served() {
    for copy in [CopyMode::Copy, CopyMode::Reflink] {
        let world = World { copy, ..World::new() };
        let store = world.open();
        let large = vec![9; usize::try_from(limits::SNAPSHOT_BYTES).expect("it is small") * 2 + 1];
        let sample = Sample::with_outputs(1, &[&large, b"small"]);
        sample.record(&world, &store);
        assert!(sample.is_served(&world, &store));
        drop(store);
        assert!(sample.is_served(&world, &world.open()), "checked again in a new life");
    }
}

#[test]
fn equal_contents_are_one_blob_and_a_twin_result_changes_nothing() {
    let world = World::new();
    let store = world.open();
    Sample::with_outputs(1, &[b"same", b"same"]).record(&world, &store);
    Sample::with_outputs(2, &[b"same"]).record(&world, &store);
    assert_eq!(store.usage().blobs, 1);
    let before = store.usage();
    let twin = Sample { result: 1, ..Sample::with_outputs(1, &[b"other content"]) };
    twin.record(&world, &store);
    assert_eq!(store.usage(), before);
    assert_eq!(world.blobs().len(), 1);
    assert!(Sample::with_outputs(1, &[b"same", b"same"]).is_served(&world, &store));
}

#[test]
fn the_list_recorded_or_preferred_last_comes_first_and_only_so_many_are_kept() {
    let world = World::new();
    let store = world.open();
    let count = limits::MANIFEST_LISTS + 2;
    let samples: Vec<Sample> = (0..).take(count).map(|number| Sample { manifest: 0, ..Sample::new(number) }).collect();
    for sample in &samples {
        sample.record(&world, &store);
    }
    let lists = samples[0].lists(&store);
    assert_eq!(lists.len(), limits::MANIFEST_LISTS);
    assert_eq!(lists[0], samples[count - 1].input_list());

    store.prefer(&samples[0].manifest(), &samples[5].input_list().digest());
    store.flush();
    assert_eq!(samples[0].lists(&store)[0], samples[5].input_list());

    // Its list had fallen out; recorded again, the result leads its manifest.
    samples[0].record(&world, &store);
    assert_eq!(samples[0].lists(&store)[0], samples[0].input_list());
    assert_eq!(store.usage().results, count as u64);
}

#[test]
fn a_cleared_store_is_empty_but_for_the_statistics_and_can_be_used() {
    let world = World::new();
    let store = world.open();
    let mut statistics = Statistics::default();
    statistics.count(Some("plugin"), &Outcome::Hit);
    store.save_statistics(&statistics);
    for number in 0..20 {
        Sample::new(number).record(&world, &store);
    }
    store.clear().expect("it can be cleared");
    assert_eq!(store.usage(), crate::Usage::default());
    assert_eq!(world.blobs(), Vec::<PathBuf>::new());
    assert!(store.result(&Sample::new(1).key()).is_none());
    assert!(store.manifest(&Sample::new(1).manifest()).is_none());
    Sample::new(1).record(&world, &store);
    assert!(Sample::new(1).is_served(&world, &store));
    drop(store);
    let store = world.open();
    assert_eq!(store.statistics(), statistics);
    assert!(Sample::new(1).is_served(&world, &store));
}

#[test]
fn saved_statistics_are_there_in_the_next_life() {
    let world = World::new();
    let store = world.open();
    assert_eq!(store.statistics(), Statistics::default());
    let mut statistics = Statistics::default();
    statistics.count(Some("plugin"), &Outcome::Hit);
    statistics.count(None, &Outcome::Bypass("no-plugin".into()));
    store.save_statistics(&statistics);
    drop(store);
    assert_eq!(world.open().statistics(), statistics);
}

#[test]
fn outputs_get_the_permissions_that_the_callers_umask_leaves() {
    let world = World::new();
    let store = world.open();
    let path = world.path("made");
    for (mode, class) in [(0o644, ModeClass::Plain), (0o755, ModeClass::Executable), (0o440, ModeClass::Literal(0o440))]
    {
        fs::write(&path, [mode as u8]).expect("an output");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
        let snapshot = store.snapshot(&path, 0o022).expect("a snapshot");
        assert_eq!(snapshot.mode(), class);
        let mut sample = Sample::new(mode);
        sample.outputs = Vec::new();
        let mut entry = sample.entry(&world, &store).expect("an entry");
        entry.outputs = vec![("output".into(), snapshot)];
        store.record(entry).expect("it is recorded");
        let result = store.result(&sample.key()).expect("it is there");
        for umask in [0o000, 0o002, 0o022, 0o077, 0o027] {
            let destination = world.path(&format!("placed {mode:o} {umask:o}"));
            store
                .materialize(&[Placement { output: &result.outputs[0], destination: &destination }], umask)
                .expect("it is placed");
            assert_eq!(mode_of(&destination), class.bits(umask), "{class:?} under {umask:o}");
        }
        fs::remove_file(&path).expect("it is ours");
    }
}

#[test]
fn only_a_regular_file_of_its_own_is_taken_as_output() {
    let world = World::new();
    let store = world.open();
    let file = world.path("file");
    fs::write(&file, "x").expect("a file");
    let link = world.path("link");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    let pipe = world.path("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("a pipe");
    for path in [&link, &pipe, &world.path("")] {
        let taken = store.snapshot(path, UMASK);
        assert!(matches!(taken, Err(SnapshotError::NotRegular { .. })), "{path:?}: {taken:?}");
    }
    assert!(matches!(store.snapshot(&world.path("none"), UMASK), Err(SnapshotError::Read { .. })));
}

#[test]
fn a_snapshot_that_is_not_recorded_leaves_nothing() {
    let world = World::new();
    let store = world.open();
    let path = world.path("large");
    fs::write(&path, vec![1; 3 << 20]).expect("an output");
    let snapshot = store.snapshot(&path, UMASK).expect("a snapshot");
    assert_eq!(world.temporaries().len(), 1);
    drop(snapshot);
    assert_eq!(world.temporaries().len(), 0);
}

#[test]
fn the_cache_folder_is_private_and_serves_one_store_at_a_time() {
    let world = World::new();
    let store = world.open();
    assert_eq!(mode_of(&world.cache().join("v3")), 0o700);
    let error = world.try_open().err().expect("it is taken");
    assert!(matches!(error, StoreError::Locked { holder, .. } if holder == Some(std::process::id())), "{error}");
    assert!(error.to_string().contains("in use by another daemon (process "), "{error}");
    drop(store);
    world.open();
}

#[test]
fn a_cache_folder_that_cannot_be_made_is_an_error_that_says_which() {
    let world = World::new();
    fs::write(world.cache(), "a file where the folder should be").expect("a file");
    let error = world.try_open().err().expect("it cannot be made").to_string();
    assert!(error.contains("cache/v3") && error.contains("another cache folder"), "{error}");
}

#[test]
fn an_entry_that_would_fill_the_cache_is_refused_and_displaces_nothing() {
    let world = World { limit: 100_000, ..World::new() };
    let store = world.open();
    Sample::new(1).record(&world, &store);
    let large = Sample::with_outputs(2, &[&[3; 95_000]]);
    let entry = large.entry(&world, &store).expect("a snapshot");
    assert!(matches!(store.record(entry), Err(StoreError::TooLarge { .. })));
    assert!(Sample::new(1).is_served(&world, &store));
}

#[test]
fn a_served_output_is_not_the_blob_itself() {
    let world = World::new();
    let store = world.open();
    let sample = Sample::new(1);
    sample.record(&world, &store);
    let (result, _) = sample.serve(&world, &store).expect("it is served");
    let path = world.path("mine");
    store.materialize(&[Placement { output: &result.outputs[0], destination: &path }], UMASK).expect("it is placed");
    assert_eq!(fs::metadata(&path).expect("it is there").nlink(), 1);
    fs::write(&path, "stripped in place").expect("it is ours");
    assert!(sample.is_served(&world, &store));
}

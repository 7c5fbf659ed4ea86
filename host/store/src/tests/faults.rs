//! Every effect on the file system fails once, or from then on, as on a full disk. Whatever that does to a run: nothing
//! torn is served, nothing stays behind, and the store works as soon as the disk does.

use std::fs;

use super::*;

/// What a daemon does: a miss is recorded, a hit is placed over an old output.
fn work(world: &World, store: &Store, number: u32) {
    let large = vec![number as u8; 1_500_000];
    let sample = Sample::with_outputs(number, &[b"first", &large, format!("own {number}").as_bytes()]);
    if let Ok(entry) = sample.entry(world, store) {
        // Refused is as good as stored: what is then served is asserted.
        drop(store.record(entry));
    }
    sample.is_served(world, store);
    store.forget(&Sample::new(1).key());
    store.prefer(&Sample::new(2).manifest(), &Sample::new(2).input_list().digest());
    store.flush();
}

fn check(world: &World, store: &Store, effects: u32) {
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new(), "after {effects} effects");
    for number in [2, 3, 50, 60] {
        let sample = Sample::new(number);
        // Whole or not at all; what was there before may be lost with the index, but not changed.
        sample.is_served(world, store);
        if number >= 50 {
            sample.record(world, store);
            assert!(sample.is_served(world, store), "after {effects} effects");
        }
    }
    work(world, store, 70);
    let large = Sample::with_outputs(70, &[b"first", &vec![70; 1_500_000], b"own 70"]);
    assert!(large.is_served(world, store), "after {effects} effects");
    assert_eq!(store.usage().blobs as usize, world.blobs().len(), "after {effects} effects");
}

fn fail_each_effect(lasting: bool) {
    let template = World::new();
    let store = template.open();
    for number in [1, 2, 3] {
        Sample::new(number).record(&template, &store);
    }
    drop(store);
    for effects in 0.. {
        let world = World::new();
        copy_tree(&template.cache(), &world.cache());
        let store = world.open();
        world.faults.fail_after(effects, lasting);
        work(&world, &store, 4);
        let failed = world.faults.heal();
        // The first use after a lasting failure may be the one that opens the index again.
        drop(store.record(Sample::new(99).entry(&world, &store).expect("a snapshot")));
        drop(store);
        let store = world.open();
        store.flush();
        check(&world, &store, effects);
        if !failed {
            assert!(effects > 40, "the whole of it was gone through: {effects}");
            return;
        }
    }
}

#[test]
fn one_failing_effect_never_tears_an_entry() {
    fail_each_effect(false);
}

#[test]
fn a_disk_that_fails_from_some_effect_on_never_tears_an_entry() {
    fail_each_effect(true);
}

#[test]
fn a_store_goes_on_in_the_same_life_when_the_disk_works_again() {
    let world = World::new();
    let store = world.open();
    Sample::new(1).record(&world, &store);
    store.flush();
    world.faults.fail_after(0, true);
    assert!(Sample::new(2).entry(&world, &store).is_err());
    store.flush();
    store.clear().expect_err("nothing can be cleared");
    assert!(!Sample::new(1).is_served(&world, &store));
    world.faults.heal();
    Sample::new(2).record(&world, &store);
    assert!(Sample::new(2).is_served(&world, &store));
    Sample::new(1).record(&world, &store);
    assert!(Sample::new(1).is_served(&world, &store));
}

#[test]
fn a_hit_that_cannot_be_written_leaves_the_destination_whole_or_absent() {
    let world = World::new();
    let store = world.open();
    let sample = Sample::with_outputs(1, &[b"new content", b"more"]);
    sample.record(&world, &store);
    let result = store.result(&sample.key()).expect("it is there");
    let paths = [world.path("one"), world.path("two")];
    let placements = [0, 1].map(|index| Placement { output: &result.outputs[index], destination: &paths[index] });
    store.flush();
    for effects in 0.. {
        for path in &paths {
            fs::write(path, "old").expect("a file");
        }
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
        if !failed {
            assert!(placed.is_ok());
            return;
        }
    }
}

#[test]
fn what_a_killed_daemon_leaves_is_served_whole_or_not_at_all() {
    let world = World::new();
    let store = world.open();
    let samples: Vec<Sample> = (0..8).map(Sample::new).collect();
    for (number, sample) in samples.iter().enumerate() {
        sample.record(&world, &store);
        if number == 3 {
            store.flush();
        }
    }
    store.forget(&samples[0].key());
    // The folder as it is, with the store still open: what a kill leaves.
    let after = World::new();
    copy_tree(&world.cache(), &after.cache());
    let revived = after.open();
    for sample in &samples[1..4] {
        assert!(sample.is_served(&after, &revived), "it was durable");
    }
    for sample in &samples {
        sample.is_served(&after, &revived);
        sample.record(&after, &revived);
        assert!(sample.is_served(&after, &revived));
    }
    revived.flush();
    assert_eq!(revived.usage().blobs as usize, after.blobs().len());
}

#[test]
fn a_recording_that_fails_takes_its_contents_back() {
    let world = World::new();
    let store = world.open();
    Sample::with_outputs(1, &[b"one"]).record(&world, &store);
    store.flush();
    let mut failures = 0;
    for effects in 0.. {
        let number = 10 + effects;
        let sample = Sample::with_outputs(number, &[b"one", format!("own {number}").as_bytes(), b"shared by none"]);
        let entry = sample.entry(&world, &store).expect("a snapshot");
        world.faults.fail_after(effects, false);
        let recorded = store.record(entry);
        let failed = world.faults.heal();
        failures += u32::from(recorded.is_err());
        store.forget(&sample.key());
        store.flush();
        assert_eq!(world.blobs().len() as u64, store.usage().blobs, "after {effects} effects");
        if !failed {
            assert!(failures > 5, "some effects can do without: {failures}");
            return;
        }
    }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a readable folder");
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}

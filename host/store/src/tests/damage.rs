//! Bits that flipped, files that are short, indexes of something else: found out, dropped, counted, never served.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

/// Changes the only blob of the store.
fn damage(world: &World, change: impl FnOnce(&mut Vec<u8>)) {
    let blobs = world.blobs();
    let [blob] = blobs.as_slice() else { panic!("one blob, not {}", blobs.len()) };
    let mut bytes = fs::read(blob).expect("a blob");
    change(&mut bytes);
    fs::set_permissions(blob, fs::Permissions::from_mode(0o600)).expect("permissions");
    fs::write(blob, bytes).expect("it is changed");
}

fn large() -> Vec<u8> {
    (0..(2_u32 << 20)).map(|number| number as u8).collect()
}

#[test]
fn a_damaged_blob_is_found_out_dropped_and_stored_anew() {
    let changes: [fn(&mut Vec<u8>); 4] =
        [|bytes| bytes[3] ^= 4, |bytes| bytes.truncate(2), |bytes| bytes.push(0), |bytes| bytes.clear()];
    for content in [b"small content".to_vec(), large()] {
        for change in changes {
            for restart in [false, true] {
                let world = World::new();
                let mut store = world.open();
                let sample = Sample::with_outputs(1, &[&content]);
                sample.record(&world, &store);
                assert!(sample.is_served(&world, &store));
                damage(&world, change);
                if restart {
                    drop(store);
                    store = world.open();
                }
                assert_eq!(sample.serve(&world, &store), None);
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
fn a_missing_blob_makes_its_results_misses_one_by_one() {
    let world = World::new();
    let store = world.open();
    let one = Sample::with_outputs(1, &[b"shared"]);
    let two = Sample::with_outputs(2, &[b"shared"]);
    one.record(&world, &store);
    two.record(&world, &store);
    fs::remove_file(&world.blobs()[0]).expect("a blob");
    assert_eq!(one.serve(&world, &store), None);
    assert_eq!(store.usage().results, 1);
    // Recorded anew, the content is there for both.
    one.record(&world, &store);
    assert!(one.is_served(&world, &store));
    assert!(two.is_served(&world, &store));
}

#[test]
fn recording_again_heals_a_blob_that_rotted_between_two_lives() {
    let world = World::new();
    Sample::with_outputs(1, &[b"shared"]).record(&world, &world.open());
    damage(&world, |bytes| bytes[0] ^= 1);
    let store = world.open();
    Sample::with_outputs(2, &[b"shared"]).record(&world, &store);
    assert!(Sample::with_outputs(1, &[b"shared"]).is_served(&world, &store));
    assert!(Sample::with_outputs(2, &[b"shared"]).is_served(&world, &store));
}

#[test]
fn an_index_that_is_no_index_is_replaced_and_its_blobs_are_swept() {
    let garbage: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.fill(0x55),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes[..64].fill(0),
        |bytes| *bytes = b"short".to_vec(),
    ];
    for (number, change) in garbage.into_iter().enumerate() {
        let world = World::new();
        let sample = Sample::new(1);
        sample.record(&world, &world.open());
        let path = world.cache().join("v3/index.redb");
        let mut bytes = fs::read(&path).expect("an index");
        change(&mut bytes);
        fs::write(&path, bytes).expect("it is changed");

        let store = world.open();
        assert_eq!(store.usage(), crate::Usage { dropped: 1, ..crate::Usage::default() }, "case {number}");
        assert!(store.result(&sample.key()).is_none());
        sample.record(&world, &store);
        assert!(sample.is_served(&world, &store));
        drop(store);
        let store = world.open();
        assert!(sample.is_served(&world, &store));
        assert_eq!(world.blobs().len(), 1);
    }
}

#[test]
fn a_bit_flipped_anywhere_in_the_index_never_brings_another_result() {
    let world = World::new();
    let samples: Vec<Sample> = (0..12).map(Sample::new).collect();
    let store = world.open();
    for sample in &samples {
        sample.record(&world, &store);
    }
    drop(store);
    let path = world.cache().join("v3/index.redb");
    let sound = fs::read(&path).expect("an index");
    // Where there is anything at all, so that few of the tries are wasted.
    let used: Vec<usize> = (0..sound.len()).filter(|place| sound[*place] != 0).collect();
    for place in used.iter().step_by(used.len() / 120) {
        let mut bytes = sound.clone();
        bytes[*place] ^= 1 << (place % 8);
        fs::write(&path, bytes).expect("it is changed");
        let store = world.open();
        for sample in &samples {
            // Asserts that whatever is served is what was stored.
            sample.is_served(&world, &store);
            for list in sample.lists(&store) {
                assert_eq!(list, sample.input_list(), "flipped at {place}");
            }
        }
        for sample in &samples {
            let entry = sample.entry(&world, &store).expect("a snapshot");
            // The first may fail, where it is the one that finds the damage.
            if store.record(entry).is_err() {
                sample.record(&world, &store);
            }
            assert!(sample.is_served(&world, &store), "flipped at {place}");
        }
    }
}

#[test]
fn what_is_in_the_folders_and_belongs_to_nobody_is_swept() {
    let world = World::new();
    let sample = Sample::new(1);
    sample.record(&world, &world.open());
    let blobs = world.cache().join("v3/blobs");
    let orphan = digest("orphan", 1).to_hex();
    fs::create_dir_all(blobs.join(&orphan[..2])).expect("a folder");
    fs::write(blobs.join(&orphan[..2]).join(&orphan[2..]), "nobody's").expect("an orphan");
    fs::write(blobs.join(&orphan[..2]).join("strange name"), "nobody's").expect("an orphan");
    fs::write(world.cache().join("v3/tmp/7"), "left over").expect("a left-over");
    let store = world.open();
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    assert!(sample.is_served(&world, &store));
    store.flush();
    assert_eq!(world.blobs().len(), 1);
}

#[test]
fn a_cache_folder_that_is_removed_while_in_use_costs_hits_only() {
    let world = World::new();
    let store = world.open();
    let sample = Sample::new(1);
    sample.record(&world, &store);
    fs::remove_dir_all(world.cache()).expect("it is removed");
    assert_eq!(sample.serve(&world, &store), None);
    let entry = sample.entry(&world, &store).expect("a snapshot");
    if store.record(entry).is_ok() {
        assert!(sample.is_served(&world, &store));
    }
    drop(store);
    let store = world.open();
    sample.record(&world, &store);
    assert!(sample.is_served(&world, &store));
}

//! Many threads at once.

use std::thread;

use super::*;

#[test]
fn eight_threads_record_and_place_the_same_entries() {
    let world = World::new();
    let store = world.open();
    thread::scope(|scope| {
        for start in 0..8 {
            let (world, store) = (&world, &store);
            scope.spawn(move || {
                for step in 0..40 {
                    let number = (start * 5 + step) % 16;
                    let own = format!("own {number}").into_bytes();
                    let sample = Sample::with_outputs(number, &[b"in all of them", &own, b""]);
                    if !sample.is_served(world, store) {
                        sample.record(world, store);
                        assert!(sample.is_served(world, store), "recorded is visible");
                        assert_eq!(sample.lists(store), [sample.input_list()]);
                    }
                }
            });
        }
    });
    let usage = store.usage();
    assert_eq!((usage.results, usage.blobs, usage.dropped), (16, 18, 0));
    assert_eq!(world.blobs().len(), 18);
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

#[test]
fn threads_that_record_forget_and_clear_leave_no_blob_that_nobody_names() {
    let world = World { limit: 30_000, ..World::new() };
    let store = world.open();
    thread::scope(|scope| {
        for start in 0..4 {
            let (world, store) = (&world, &store);
            scope.spawn(move || {
                for step in 0..30_u32 {
                    let number = (start + step) % 6;
                    let content = vec![(number % 3) as u8; 2000];
                    let sample = Sample::with_outputs(number, &[&content]);
                    sample.record(world, store);
                    sample.is_served(world, store);
                    match step % 10 {
                        3 | 7 => store.forget(&sample.key()),
                        9 => store.clear().expect("it can be cleared"),
                        _ => {}
                    }
                }
            });
        }
    });
    assert_eq!(store.usage().blobs as usize, world.blobs().len());
    let sample = Sample::new(1000);
    sample.record(&world, &store);
    assert!(sample.is_served(&world, &store));
}

#[test]
fn a_store_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Store>();
}

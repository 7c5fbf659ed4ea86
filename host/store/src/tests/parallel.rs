//! Many threads at once.

use std::fs;
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

/// Outputs that are put in place side by side.
fn large() -> Vec<Vec<u8>> {
    (0..4).map(|number| vec![number; 1_500_000 + usize::from(number)]).collect()
}

#[test]
fn large_outputs_are_put_in_place_in_every_mode() {
    for copy in [CopyMode::Auto, CopyMode::Copy, CopyMode::Reflink, CopyMode::Link] {
        let world = World { copy, ..World::new() };
        let sample = Sample { outputs: large(), ..Sample::new(1) };
        sample.record(&world, &world.open());
        let store = world.open();
        for _ in 0..2 {
            assert!(sample.is_served(&world, &store));
        }
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    }
}

#[test]
fn of_large_outputs_all_are_replaced_or_none_and_the_first_that_cannot_be_is_named() {
    let world = World::new();
    let store = world.open();
    let sample = Sample { outputs: large(), ..Sample::new(1) };
    sample.record(&world, &store);
    let result = store.result(&sample.key()).expect("it is there");
    let names = ["0", "missing/1", "2", "also missing/3"];
    let paths = names.map(|name| world.path(name));
    let placements: Vec<Placement<'_>> =
        result.outputs.iter().zip(&paths).map(|(output, path)| Placement { output, destination: path }).collect();
    for _ in 0..20 {
        for path in [&paths[0], &paths[2]] {
            fs::write(path, "old").expect("a file");
        }
        let placed = store.materialize(&placements, UMASK);
        assert!(matches!(&placed, Err(MaterializeError::Destination { path, .. }) if *path == paths[1]), "{placed:?}");
        for path in [&paths[0], &paths[2]] {
            assert_eq!(fs::read(path).expect("it is there"), b"old");
        }
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_large_output_that_cannot_be_written_takes_no_other_with_it() {
    let world = World::new();
    let store = world.open();
    let sample = Sample { outputs: large(), ..Sample::new(1) };
    sample.record(&world, &store);
    for effects in 0.. {
        store.flush();
        world.faults.fail_after(effects, effects % 2 == 0);
        // Asserts that whatever is placed is whole.
        let served = sample.is_served(&world, &store);
        let failed = world.faults.heal();
        assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
        if !served {
            sample.record(&world, &store);
        }
        assert!(sample.is_served(&world, &store));
        if !failed {
            assert!(served && effects > 25, "{effects}");
            return;
        }
    }
}

#[test]
fn a_store_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Store>();
}

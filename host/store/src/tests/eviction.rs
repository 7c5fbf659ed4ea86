//! The limit is kept by dropping what was not used for the longest time, and nothing that others still need.

use super::*;

/// Content of about 10 kB that no other number has.
fn content(number: u32) -> Vec<u8> {
    format!("{number:10}").into_bytes().repeat(1000)
}

fn sized(number: u32) -> Sample {
    Sample::with_outputs(number, &[&content(number)])
}

/// Which of the samples are still stored. Does not note a use.
fn stored(store: &Store, samples: &[Sample]) -> Vec<u32> {
    let lists = |sample: &Sample| !sample.lists(store).is_empty();
    samples.iter().filter(|sample| lists(sample)).map(|sample| sample.result).collect()
}

#[test]
fn the_least_recently_used_results_go_first_until_nine_tenths_are_left() {
    let world = World { limit: 130_000, ..World::new() };
    let store = world.open();
    let samples: Vec<Sample> = (0..13).map(sized).collect();
    for sample in &samples[..11] {
        sample.record(&world, &store);
        world.later();
    }
    // The first two are used again, so the next ones are the oldest.
    for sample in &samples[..2] {
        assert!(sample.is_served(&world, &store));
        store.flush();
        world.later();
    }
    assert_eq!(stored(&store, &samples).len(), 11);
    samples[11].record(&world, &store);
    world.later();
    samples[12].record(&world, &store);
    store.flush();
    let left = stored(&store, &samples);
    assert!((8..12).contains(&left.len()), "{left:?}");
    // The ones that stay are the newest, and the two that were used lately.
    let newest = (15 - left.len() as u32)..13;
    assert_eq!(left, (0..2).chain(newest).collect::<Vec<_>>());
    let usage = store.usage();
    assert!(usage.bytes <= world.limit - world.limit / 10, "{usage:?}");
    assert_eq!((usage.results, usage.blobs), (left.len() as u64, left.len() as u64));
    assert_eq!(world.blobs().len(), left.len());
    for sample in &samples {
        assert_eq!(sample.is_served(&world, &store), left.contains(&sample.result));
    }
}

#[test]
fn a_blob_stays_until_its_last_result_goes() {
    let world = World::new();
    let store = world.open();
    let one = Sample::with_outputs(1, &[b"shared", b"own"]);
    let two = Sample::with_outputs(2, &[b"shared"]);
    one.record(&world, &store);
    two.record(&world, &store);
    assert_eq!(store.usage().blobs, 2);
    store.forget(&one.key());
    assert_eq!(store.usage().blobs, 1);
    assert_eq!(world.blobs().len(), 1);
    assert!(two.is_served(&world, &store));
    store.forget(&two.key());
    assert_eq!(store.usage(), crate::Usage::default());
    assert_eq!(world.blobs().len(), 0);
}

#[test]
fn a_list_goes_with_its_last_result_and_a_manifest_with_its_last_list() {
    let world = World::new();
    let store = world.open();
    let base = Sample { manifest: 1, list: 1, ..Sample::new(1) };
    let same_list = Sample { manifest: 1, list: 1, ..Sample::new(2) };
    let other_list = Sample { manifest: 1, list: 2, ..Sample::new(3) };
    for sample in [&base, &same_list, &other_list] {
        sample.record(&world, &store);
    }
    assert_eq!(base.lists(&store), [other_list.input_list(), base.input_list()]);
    store.forget(&base.key());
    assert_eq!(base.lists(&store).len(), 2);
    store.forget(&same_list.key());
    assert_eq!(base.lists(&store), [other_list.input_list()]);
    store.forget(&other_list.key());
    assert!(store.manifest(&base.manifest()).is_none());
    assert_eq!(store.usage(), crate::Usage::default());
}

#[test]
fn results_without_any_content_are_bounded_too() {
    let world = World { limit: 50_000, ..World::new() };
    let store = world.open();
    for number in 0..500 {
        Sample { stderr: Vec::new(), ..Sample::with_outputs(number, &[]) }.record(&world, &store);
        world.later();
    }
    store.flush();
    let usage = store.usage();
    assert!(usage.results > 0 && usage.results < 100, "{usage:?}");
}

#[test]
fn a_lowered_limit_holds_from_the_next_life_on() {
    let mut world = World::new();
    let store = world.open();
    for number in 0..20 {
        sized(number).record(&world, &store);
        world.later();
    }
    drop(store);
    world.limit = 100_000;
    let store = world.open();
    store.flush();
    assert!(store.usage().bytes <= 90_000);
}

#[test]
fn a_result_evicted_while_its_outputs_are_placed_is_a_miss_or_whole() {
    let world = World::new();
    let store = world.open();
    let sample = Sample::with_outputs(1, &[&content(1), &content(2)]);
    std::thread::scope(|scope| {
        let server = scope.spawn(|| (0..100).filter(|_| sample.is_served(&world, &store)).count());
        for _ in 0..100 {
            sample.record(&world, &store);
            store.forget(&sample.key());
        }
        server.join().expect("what was served was whole");
    });
    assert_eq!(world.temporaries(), Vec::<PathBuf>::new());
}

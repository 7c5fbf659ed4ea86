//! The store against a map, under random orders of recording, forgetting, clearing and restarting.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Record { result: u32, outputs: Vec<u8> },
    Forget(u32),
    Serve(u32),
    Clear,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let outputs = proptest::collection::vec(0..5_u8, 0..4);
    prop_oneof![
        6 => (0..8_u32, outputs).prop_map(|(result, outputs)| Step::Record { result, outputs }),
        3 => (0..8_u32).prop_map(Step::Forget),
        3 => (0..8_u32).prop_map(Step::Serve),
        1 => Just(Step::Clear),
        1 => Just(Step::Restart),
    ]
}

/// Results share contexts and lists, as edits of one source do.
fn sample(result: u32, outputs: &[u8]) -> Sample {
    let outputs = outputs.iter().map(|output| vec![*output; usize::from(*output) * 10]).collect();
    Sample { manifest: result / 4, list: result / 2, result, outputs, stderr: vec![result as u8] }
}

fn check(world: &World, store: &Store, model: &BTreeMap<u32, Sample>) {
    let blobs: BTreeSet<&Vec<u8>> = model.values().flat_map(|sample| &sample.outputs).collect();
    let usage = store.usage();
    assert_eq!((usage.results, usage.blobs, usage.dropped), (model.len() as u64, blobs.len() as u64, 0));
    assert_eq!(world.blobs().len(), blobs.len());
    for manifest in 0..2 {
        let lists: BTreeSet<u32> =
            model.values().filter(|sample| sample.manifest == manifest).map(|sample| sample.list).collect();
        let found = sample(manifest * 4, &[]).lists(store);
        assert_eq!(found.len(), lists.len(), "each list that leads to a result, and no other");
    }
    if model.is_empty() {
        assert_eq!(usage.bytes, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_holds_what_a_map_would(steps in proptest::collection::vec(step(), 1..40)) {
        let world = World::new();
        let mut store = world.open();
        let mut model: BTreeMap<u32, Sample> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Record { result, outputs } => {
                    let sample = sample(result, &outputs);
                    sample.record(&world, &store);
                    model.entry(result).or_insert(sample);
                }
                Step::Forget(result) => {
                    store.forget(&sample(result, &[]).key());
                    model.remove(&result);
                }
                Step::Serve(result) => match model.get(&result) {
                    Some(sample) => prop_assert!(sample.is_served(&world, &store)),
                    None => prop_assert!(sample(result, &[]).serve(&world, &store).is_none()),
                },
                Step::Clear => {
                    store.clear().expect("it can be cleared");
                    model.clear();
                }
                Step::Restart => {
                    drop(store);
                    store = world.open();
                }
            }
            check(&world, &store, &model);
        }
    }
}

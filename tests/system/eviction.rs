//! The cache stays below its size.

use zccache_tests::{Expected, World, required, until};

#[test]
fn a_small_cache_stays_below_its_size_and_everything_stays_right() {
    if !required("gcc") {
        return;
    }
    const LIMIT: u64 = 1_000_000;
    let mut world = World::new();
    world.set("ZCCACHE_CACHE_SIZE", LIMIT.to_string());
    for unit in 0..8 {
        world.write(&format!("x{unit}.c"), format!("char x[240000] = {{{}}};\n", unit + 1));
    }
    for unit in 0..8 {
        let (call, object) = (format!("gcc -c x{unit}.c"), format!("x{unit}.o"));
        world.expect(Expected::Miss, &call, &[&object]);
        until("the cache is below its size", || (world.counters().bytes <= LIMIT).then_some(()));
    }
    let counters = world.counters();
    assert!((1..=4).contains(&counters.results) && counters.dropped == 0, "{counters:?}");
    // What is still there is served, the rest compiled again, and all of it is right.
    world.forget_counters();
    for unit in (0..8).rev() {
        let (call, object) = (format!("gcc -c x{unit}.c"), format!("x{unit}.o"));
        assert_eq!(world.make_cached(&call, &[&object]), world.make_bare(&call, &[&object]));
        assert!(world.read(&object).is_some());
    }
    let counters = world.counters();
    assert_eq!((counters.hits + counters.misses, counters.faults, counters.dropped), (8, 0, 0), "{counters:?}");
    assert!(counters.misses >= 4, "more than fits was served: {counters:?}");
    until("the cache is below its size", || (world.counters().bytes <= LIMIT).then_some(()));
}

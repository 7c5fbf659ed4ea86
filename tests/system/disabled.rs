//! Switched off, zccache is not there.

use zccache_tests::{World, required};

#[test]
fn a_disabled_cache_starts_nothing_counts_nothing_and_writes_nothing() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    world.write("x.c", "int f(void) { int unused; return 1; }\n");
    world.set("ZCCACHE_DISABLE", "1");
    let bare = world.make_bare("gcc -Wall -c x.c", &["x.o"]);
    assert_eq!(world.make_cached("gcc -Wall -c x.c", &["x.o"]), bare);
    assert_eq!(world.cached("false").code, Some(1));
    assert_eq!(world.daemon(), None);
    assert!(!world.cache.exists() && !world.root().join("run").exists());

    world.set("ZCCACHE_DISABLE", "0");
    world.expect_cold_and_warm("gcc -Wall -c x.c", &["x.o"]);
    world.set("ZCCACHE_DISABLE", "1");
    assert_eq!(world.make_cached("gcc -Wall -c x.c", &["x.o"]), bare);
    world.set("ZCCACHE_DISABLE", "0");
    assert_eq!(world.counters().requests, 1, "the call with the cache switched off was counted");
}

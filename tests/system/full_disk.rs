//! A cache on a disk that is full never costs a build anything.

use zccache_tests::{World, required, run};

use crate::mounted::Mounted;
use crate::no_daemon::runs_uncached;

#[test]
fn a_cache_without_room_for_its_index_is_named() {
    let Some(world) = crate::no_daemon::world() else { return };
    let cache = world.cache.clone();
    let Some(_small) = Mounted::memory(&cache, "16k") else { return };
    runs_uncached(&world, || world.zccache::<&str>([]), &cache.display().to_string());
}

#[test]
fn a_cache_that_fills_up_costs_hits_and_nothing_else() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    let cache = world.cache.clone();
    let Some(_small) = Mounted::memory(&cache, "4m") else { return };
    for seed in 0..16 {
        world.write(&format!("x{seed}.c"), format!("char x[400000] = {{{}}};\n", seed + 1));
    }
    // What is on disk before it is full stays. What is not yet is lost when the index has to be opened again for want of room.
    world.cached("gcc -c x0.c").expect_success();
    run(&mut world.zccache(["stop"])).expect_success();
    world.forget_counters();
    for _ in 0..2 {
        for seed in 0..16 {
            let (call, object) = (format!("gcc -c x{seed}.c"), format!("x{seed}.o"));
            let bare = world.make_bare(&call, &[&object]);
            assert_eq!(world.make_cached(&call, &[&object]), bare, "{call}");
        }
    }
    let counters = world.counters();
    assert_eq!(counters.requests, 32, "{counters:?}");
    assert!(counters.hits > 0, "{counters:?}");
    // What fits is stored and served again as soon as there is room.
    run(&mut world.zccache(["clear"])).expect_success();
    world.expect_cold_and_warm("gcc -c x0.c", &["x0.o"]);
}

#[test]
fn a_disk_without_room_for_a_large_output_is_named_as_the_reason() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    let cache = world.cache.clone();
    let Some(_small) = Mounted::memory(&cache, "3m") else { return };
    // More than is held in memory.
    world.write("blob.bin", vec![7; 5 << 20]);
    world.write("x.c", "__asm__(\".section .data\\n.incbin \\\"blob.bin\\\"\");\nint x;\n");
    let bare = world.make_bare("gcc -c x.c", &["x.o"]);
    assert_eq!(world.make_cached("gcc -c x.c", &["x.o"]), bare);
    let counters = world.counters();
    assert_eq!(counters.reason("not stored: cache-disk-full"), 1, "{counters:?}");
}

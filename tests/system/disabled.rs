//! Switched off, zccache is not there.

use zccache_tests::{World, required, run, zccache};

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

#[test]
fn a_caller_whose_files_may_not_grow_gets_the_compiler_as_it_is() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    // Its depfile is longer than anything that the call itself writes.
    let headers: String =
        (0..400).map(|number| format!("#include \"a/long/way/to/the/header/{number}.h\"\n")).collect();
    world.write_many((0..400).map(|number| (format!("a/long/way/to/the/header/{number}.h"), "")));
    world.write("x.c", headers);
    let limited = |program: &str| {
        let mut shell = world.command("sh");
        shell.args(["-c", "ulimit -f 8; exec \"$@\"", "sh"]).args(program.split(' '));
        shell.args(["-pipe", "-c", "x.c"]);
        world.make(&mut shell, &["x.o"])
    };
    let bare = limited("gcc");
    assert_eq!(limited(&format!("{} gcc", zccache().display())), bare);
    assert!(bare.run.succeeded(), "{bare:?}");
    assert_eq!(world.daemon(), None);
    run(&mut world.zccache(["gcc", "-c", "x.c"])).expect_success();
}

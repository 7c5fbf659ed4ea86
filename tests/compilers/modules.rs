//! Options of C++ modules that build systems give to every source: what imports and makes none is cached.

use zccache_tests::{Expected, World, required};

const CALL: &str = "g++ -std=gnu++20 -MD -MT x.o -MF x.d -fmodules-ts -fmodule-mapper=x.modmap -x c++ -o x.o -c x.cc";
const SCAN: &str = "g++ -std=gnu++20 -E -x c++ x.cc -MT x.ddi -MD -MF x.d -fmodules-ts -o x.i";

fn world() -> World {
    let world = World::new();
    world.write("x.cc", "#include <cstddef>\n#include \"value.h\"\nint x = VALUE;\n");
    world.write("value.h", "#define VALUE 1\n");
    world.write("x.modmap", "$root .\n");
    world
}

#[track_caller]
fn refused(world: &World, call: &str, reason: &str) {
    for _ in 0..2 {
        let (_, counters) = world.count(|| world.make_cached(call, &["x.o", "x.d", "x.i"]));
        assert_eq!((counters.hits, counters.faults), (0, 0), "{call}: {counters:?}");
        assert!(reason.is_empty() || counters.reason(reason) == 1, "{call}: {counters:?}");
    }
}

#[test]
fn a_source_without_modules_is_cached_where_they_are_on() {
    if !required("g++") {
        return;
    }
    let world = world();
    for list in ["$root .\n", "", "\n"] {
        world.write("x.modmap", list);
        let bare = world.expect_cold_and_warm(CALL, &["x.o", "x.d"]);
        assert!(bare.run.succeeded(), "{bare:?}");
    }
    world.write("value.h", "#define VALUE 2\n");
    world.expect(Expected::Miss, CALL, &["x.o", "x.d"]);
    world.expect(Expected::Hit, CALL, &["x.o", "x.d"]);
    let bare = world.expect_cold_and_warm(SCAN, &["x.i", "x.d"]);
    assert!(bare.run.succeeded(), "{bare:?}");
}

#[test]
fn a_list_that_names_a_module_is_left_to_the_compiler() {
    if !required("g++") {
        return;
    }
    let world = world();
    world.expect_cold_and_warm(CALL, &["x.o", "x.d"]);
    world.write("x.modmap", "$root .\nm m.gcm\n");
    refused(&world, CALL, "bypass: modules");
}

#[test]
fn what_imports_or_makes_a_module_fails_with_an_empty_list_and_is_not_stored() {
    if !required("g++") {
        return;
    }
    for text in ["import m;\nint x;\n", "import <cstddef>;\nint x;\n", "export module m;\nexport int x;\n"] {
        let world = world();
        world.write("x.cc", text);
        let (made, counters) = world.compare(CALL, &["x.o", "gcm.cache/m.gcm", "m.gcm"]);
        assert_eq!((made.run.succeeded(), counters.results), (false, 0), "{text}");
    }
}

#[test]
fn a_compiled_header_that_comes_to_be_is_not_overlooked() {
    if !required("g++") {
        return;
    }
    for compiled in [",/value.h.gcm", "./usr/include/c++/x.gcm"] {
        let world = world();
        world.expect_cold_and_warm(CALL, &["x.o", "x.d"]);
        world.write(compiled, "");
        refused(&world, CALL, "");
    }
    let world = world();
    world.expect_cold_and_warm(SCAN, &["x.i", "x.d"]);
    let header = "g++ -std=gnu++20 -fmodules-ts -x c++-system-header cstddef";
    assert!(world.make_bare(header, &[]).run.succeeded());
    let made = world.make_bare(SCAN, &["x.i"]);
    assert_eq!(world.make_cached(SCAN, &["x.i"]), made);
    refused(&world, SCAN, "bypass: modules");
}

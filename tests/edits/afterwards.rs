//! What a script does right after a compile has come back belongs to the next compile. The sharpest case: a header that the
//! compile only asked for, which no dependency file lists, goes at once.

use std::fs;

use zccache_tests::{World, required, rest, tick};

/// How often it is tried. The daemon would have to be slower than one system call each time.
const TIMES: u32 = 60;

#[test]
fn a_header_that_was_only_asked_for_may_go_as_soon_as_the_compile_is_back() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "#if __has_include(\"probe.h\")\nint there;\n#else\nint absent;\n#endif\n");
    world.write("inc/other.h", "");
    let mut wrong = 0;
    for time in 0..TIMES {
        // Each time another context: the compile is a miss.
        let call = format!("gcc -DTIME={time} -Iinc -c x.c -o x.o");
        world.write_now("inc/probe.h", "");
        tick();
        world.cached(&call).expect_success();
        fs::remove_file(world.work.join("inc/probe.h")).expect("it was just written");
        world.counters();
        rest();
        world.cached(&call).expect_success();
        let cached = world.read("x.o");
        world.bare(&call).expect_success();
        wrong += u32::from(cached != world.read("x.o"));
    }
    assert_eq!(wrong, 0, "of {TIMES} compiles without the header, so many were given the object of the one with it");
}

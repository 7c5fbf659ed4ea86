//! What is remembered: hits, bypasses and splits, and nothing where the user does not want it.

use std::fs;

use zccache_tests::{Expected, World, required, run, tick, until};

/// A world with a source and its header.
fn world() -> Option<World> {
    required("gcc").then(|| {
        let world = World::new();
        world.write_many([("value.h", "#define VALUE 1\n"), ("x.c", "#include \"value.h\"\nint x = VALUE;\n")]);
        world
    })
}

#[test]
fn a_repeated_hit_is_answered_from_memory_and_makes_what_the_compiler_makes() {
    let Some(world) = world() else { return };
    let (call, outputs) = ("gcc -Wall -MD -c x.c -o x.o", ["x.o", "x.d"]);
    world.write("x.c", "#include \"value.h\"\nint f(void) { int unused; return VALUE; }\n");
    world.expect_cold_and_warm(call, &outputs);
    let (made, counters) = world.until_remembered(call, &outputs);
    Expected::Hit.check(&counters);
    assert!(made.run.err().contains("unused variable"), "{made:?}");
    let watching = world.watching();
    assert!(watching.off.is_none() && watching.files > 2 && watching.folders > 2, "{watching:?}");
    assert!(watching.remembered > 0, "{watching:?}");
}

#[test]
fn outputs_of_a_remembered_call_have_the_mask_of_the_moment() {
    let Some(world) = world() else { return };
    for mask in ["077", "022"] {
        let call = |cache: &str| format!("umask {mask} && exec {cache} gcc -c x.c");
        let shell = |call: String| world.make(world.command("sh").args(["-c", &call]), &["x.o"]);
        let bare = shell(call(""));
        until("it is answered from memory", || {
            world.remove("x.o");
            let answered = world.watching().answered;
            assert_eq!(shell(call(zccache_tests::zccache().to_str().unwrap())), bare, "{mask}");
            (world.watching().answered > answered).then_some(())
        });
    }
}

#[test]
fn a_call_in_another_folder_or_with_another_variable_is_another_call() {
    let Some(mut world) = world() else { return };
    world.until_remembered("gcc -c x.c", &["x.o"]);
    world.write("other/value.h", "#define VALUE 2\n");
    world.write("other/x.c", "#include \"value.h\"\nint x = VALUE;\n");
    world.write("found/value.h", "#define VALUE 3\n");
    world.write("y.c", "#include <value.h>\nint x = VALUE;\n");
    let work = world.work.clone();
    world.work = work.join("other");
    let (there, _) = world.until_remembered("gcc -c x.c", &["x.o"]);
    world.work = work;
    assert_ne!(there, world.until_remembered("gcc -c x.c", &["x.o"]).0);
    let mut made = Vec::new();
    for folder in [".", "found"] {
        world.set("CPATH", folder);
        made.push(world.until_remembered("gcc -c y.c", &["y.o"]).0);
    }
    assert_ne!(made[0], made[1]);
}

#[test]
fn a_call_whose_output_lies_among_its_inputs_is_answered_from_memory() {
    let Some(world) = world() else { return };
    // The folder of the source, of the header, of everything.
    for call in ["gcc -I. -c x.c", "gcc -Iinc -MD -c inc/y.c -o inc/y.o"] {
        world.write("inc/y.c", "#include <value.h>\n#if __has_include(\"none.h\")\n#endif\nint y = VALUE;\n");
        world.write("inc/value.h", "#define VALUE 1\n");
        let (_, counters) = world.until_remembered(call, &["x.o", "inc/y.o", "inc/y.d"]);
        Expected::Hit.check(&counters);
    }
    // An output that a later call reads.
    world.write("inc/z.c", "#include \"made.i\"\n");
    let call = "gcc -E -P x.c -o inc/made.i";
    world.until_remembered(call, &["inc/made.i"]);
    world.make_bare(call, &["inc/made.i"]);
    tick();
    let using = "gcc -c inc/z.c -o z.o";
    let (first, _) = world.until_remembered(using, &["z.o"]);
    world.write("value.h", "#define VALUE 2\n");
    world.make_cached(call, &["inc/made.i"]);
    let (cached, _) = world.compare(using, &["z.o"]);
    assert_ne!(cached, first);
}

#[test]
fn a_repeated_bypass_is_answered_from_memory_until_its_compiler_or_its_arguments_change() {
    let Some(mut world) = world() else { return };
    let folder = world.root().join("programs");
    fs::create_dir(&folder).unwrap();
    world.set("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    world.write("arguments", "-print-search-dirs x.c");
    for (call, outputs) in [("gcc --version", vec![]), ("gcc @arguments", vec!["x.o"])] {
        let (_, counters) = world.until_remembered(call, &outputs);
        Expected::Bypass.check(&counters);
    }
    // What was bypassed is a unit now.
    let outputs = ["x.o"];
    let (_, counters) = world.answers_anew("arguments rewritten", "gcc @arguments", &outputs, |world| {
        fs::write(world.work.join("arguments"), "-c x.c").unwrap();
    });
    assert_eq!((counters.bypasses, counters.misses), (0, 1), "{counters:?}");
    let (_, counters) = world.until_remembered("gcc @arguments", &outputs);
    Expected::Hit.check(&counters);
    let (_, counters) = world.answers_anew("arguments put back", "gcc @arguments", &outputs, |world| {
        fs::write(world.work.join("arguments"), "-print-search-dirs x.c").unwrap();
    });
    Expected::Bypass.check(&counters);

    let (_, counters) = world.answers_anew("another compiler", "gcc --version", &[], |_| {
        crate::watching::changes::write_script(&folder.join("gcc"), "echo another compiler");
    });
    Expected::Bypass.check(&counters);
    world.until_remembered("gcc --version", &[]);
    let (made, _) = world.answers_anew("the compiler rewritten", "gcc --version", &[], |_| {
        crate::watching::changes::write_script(&folder.join("gcc"), "echo a third compiler");
    });
    assert_eq!(made.run.out(), "a third compiler\n");
}

#[test]
fn each_part_of_a_repeated_call_of_several_sources_is_answered_from_memory() {
    let Some(world) = world() else { return };
    world.write("y.c", "#include \"value.h\"\nint y = VALUE;\n");
    let (call, outputs) = ("gcc -c x.c y.c", ["x.o", "y.o"]);
    let (_, counters) = world.until_remembered(call, &outputs);
    assert_eq!(counters.outcomes(), (2, 0, 0, 0, 0), "{counters:?}");
    until("both parts are answered from memory", || {
        let before = world.watching().answered;
        world.compare(call, &outputs);
        (world.watching().answered >= before + 2).then_some(())
    });
    // Of two parts one is as it was.
    let before = world.watching().answered;
    world.write("y.c", "#include \"value.h\"\nint y = VALUE + 1;\n");
    let (_, counters) = world.compare(call, &outputs);
    assert_eq!((counters.hits, counters.misses), (1, 1), "{counters:?}");
    assert!(world.watching().answered <= before + 1);
    until("both parts are answered from memory again", || {
        let before = world.watching().answered;
        world.compare(call, &outputs);
        (world.watching().answered >= before + 2).then_some(())
    });
}

#[test]
fn a_daemon_that_is_not_to_watch_remembers_nothing_and_serves_hits() {
    let Some(mut world) = world() else { return };
    world.set("ZCCACHE_WATCH", "0");
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    for value in 2..5 {
        world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
        world.write_now("value.h", format!("#define VALUE {value}\n"));
        let (cached, counters) = world.count(|| world.make_cached("gcc -c x.c", &["x.o"]));
        assert_eq!((cached, counters.hits), (world.make_bare("gcc -c x.c", &["x.o"]), 0), "{counters:?}");
        tick();
        world.compare("gcc -c x.c", &["x.o"]);
    }
    let watching = world.watching();
    assert_eq!(watching.off.as_deref(), Some("off"), "{watching:?}");
    assert_eq!((watching.remembered, watching.answered, watching.files, watching.folders), (0, 0, 0, 0));
    assert!(run(&mut world.zccache(["status"])).out().contains("watching  nothing (off)"));
}

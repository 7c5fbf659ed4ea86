//! Several sources in one call: each is looked up, compiled and stored by itself, and together they look like one run of
//! the driver.

use zccache_tests::{Compiler, Expected, World, available, run_joined, start, zccache};

const OBJECTS: &[&str] = &["x.o", "y.o", "z.o"];
const BOTH: &[&str] = &["x.o", "x.d", "y.o", "y.d", "z.o", "z.d"];

/// Runs a test for every compiler, in a world with three sources `x`, `y` and `z` that warn and include one header.
fn each(test: impl Fn(&World, Compiler)) {
    for compiler in available() {
        eprintln!("with {}", compiler.name);
        let world = World::new();
        world.write("value.h", "#define VALUE 1\n");
        for name in ["x", "y", "z"] {
            world.write(&format!("{name}.{}", compiler.suffix), source(name));
        }
        test(&world, compiler);
    }
}

fn source(name: &str) -> String {
    format!("#include \"value.h\"\nint {name}(void) {{ int unused_in_{name}; return VALUE; }}\n")
}

fn call(compiler: Compiler, arguments: &str, names: &[&str]) -> String {
    let sources: Vec<String> = names.iter().map(|name| format!("{name}.{}", compiler.suffix)).collect();
    format!("{} {arguments} -c {}", compiler.name, sources.join(" "))
}

/// Hits and misses, and nothing else.
#[track_caller]
fn compare(world: &World, call: &str, outputs: &[&str], hits: u64, misses: u64) {
    let (made, counters) = world.compare(call, outputs);
    assert!(made.run.succeeded() && made.files.values().all(Option::is_some), "{call}: {made:?}");
    assert_eq!(counters.outcomes(), (hits, misses, 0, 0, 0), "{call}: {counters:?}");
}

#[test]
fn each_source_is_a_request_of_its_own_and_what_is_said_is_in_their_order() {
    each(|world, compiler| {
        let all = call(compiler, "-Wall -MD", &["x", "y", "z"]);
        compare(world, &all, BOTH, 0, 3);
        compare(world, &all, BOTH, 3, 0);
        compare(world, &call(compiler, "-Wall -MD", &["z", "y", "x"]), BOTH, 3, 0);
        let said = world.make_cached(&all, BOTH).run.err();
        let places: Vec<_> = ["x", "y", "z"].iter().map(|name| said.find(&format!("unused_in_{name}"))).collect();
        assert!(places[0].is_some() && places.is_sorted(), "{said}");
    });
}

#[test]
fn of_several_sources_only_the_changed_one_is_compiled() {
    each(|world, compiler| {
        let all = call(compiler, "-Wall -MD", &["x", "y", "z"]);
        compare(world, &all, BOTH, 0, 3);
        world.write(&format!("y.{}", compiler.suffix), source("changed"));
        compare(world, &all, BOTH, 2, 1);
        world.write("value.h", "#define VALUE 2\n");
        compare(world, &all, BOTH, 0, 3);
        world.write("value.h", "#define VALUE 1\n");
        compare(world, &all, BOTH, 3, 0);
    });
}

#[test]
fn several_sources_share_results_with_calls_of_one() {
    each(|world, compiler| {
        compare(world, &call(compiler, "-O1 -g", &["y"]), &["y.o"], 0, 1);
        compare(world, &call(compiler, "-O1 -g", &["x", "y", "z"]), OBJECTS, 1, 2);
        compare(world, &call(compiler, "-O1 -g", &["x"]), &["x.o"], 1, 0);
        compare(world, &call(compiler, "-O1 -g", &["z", "y"]), &["y.o", "z.o"], 2, 0);
        // Another option is another call for each of them.
        compare(world, &call(compiler, "-O2 -g", &["x", "y"]), &["x.o", "y.o"], 0, 2);
    });
}

#[test]
fn each_of_several_sources_has_the_language_that_is_said_before_it() {
    // The size of a character constant tells C from C++.
    let text = "char size[sizeof 'a'];\n";
    each(|world, Compiler { name, suffix }| {
        world.write("x.q", text);
        world.write("y.q", text);
        world.write(&format!("z.{suffix}"), text);
        let one = format!("{name} -c -x c x.q -x c++ y.q -x none z.{suffix}");
        let other = format!("{name} -c -x c++ x.q -x c y.q -x none z.{suffix}");
        compare(world, &one, OBJECTS, 0, 3);
        compare(world, &other, OBJECTS, 0, 3);
        let [c, cpp] = [&one, &other].map(|call| world.make_cached(call, OBJECTS).files["x.o"].clone());
        assert_ne!(c, cpp);
        compare(world, &one, OBJECTS, 3, 0);
        compare(world, &format!("{name} -c -x c x.q"), &["x.o"], 1, 0);
        compare(world, &format!("{name} -c -x c++ x.q"), &["x.o"], 1, 0);
    });
}

#[test]
fn a_language_behind_all_sources_is_left_to_the_driver() {
    each(|world, compiler| {
        let call = format!("{} -x c++", call(compiler, "", &["x", "y"]));
        world.expect(Expected::Bypass, &call, &["x.o", "y.o"]);
    });
}

#[test]
fn sources_of_several_kinds_are_compiled_in_one_call() {
    each(|world, compiler| {
        let preprocessed = if compiler.suffix == "c" { "y.i" } else { "y.ii" };
        world.write(preprocessed, "int y;\n");
        world.write("z.cpp", "#include \"value.h\"\nint z = VALUE;\n");
        let call = format!("{} {preprocessed} z.cpp", call(compiler, "", &["x"]));
        compare(world, &call, OBJECTS, 0, 3);
        compare(world, &call, OBJECTS, 3, 0);
        world.write("value.h", "#define VALUE 3\n");
        compare(world, &call, OBJECTS, 1, 2);
    });
}

#[test]
fn sources_that_could_take_in_what_is_made_of_the_others_are_left_to_the_driver() {
    each(|world, compiler| {
        let header = if compiler.suffix == "c" { "c-header" } else { "c++-header" };
        world.write("y.S", ".data\n.incbin \"x.o\"\n");
        world.write("p.h", "int p;\n");
        world.write(&format!("x.{}", compiler.suffix), "#include \"p.h\"\n");
        let language = header.trim_end_matches("-header");
        let x = format!("x.{}", compiler.suffix);
        world.expect(Expected::Bypass, &format!("{} -c {x} y.S", compiler.name), &["x.o", "y.o"]);
        // gcc makes other bytes of a precompiled header each time.
        let call = format!("{} -c -x {header} p.h -x {language} {x}", compiler.name);
        let (made, counters) = world.count(|| world.make_cached(&call, &["x.o", "p.h.gch"]));
        assert_eq!((made.run.code, counters.bypasses), (Some(0), 1), "{made:?}");
    });
}

#[test]
fn one_bad_source_of_several_gives_the_drivers_exit_code_and_the_others_objects() {
    each(|world, compiler| {
        world.write(&format!("y.{}", compiler.suffix), "int y(void) { return nothing; }\n");
        let all = call(compiler, "-Wall -MD", &["x", "y", "z"]);
        for (hits, misses, failures) in [(0, 2, 1), (3, 0, 0)] {
            let (made, counters) = world.compare(&all, BOTH);
            assert_eq!(made.run.code, Some(1), "{made:?}");
            assert!(made.files["x.o"].is_some() && made.files["y.o"].is_none() && made.files["z.o"].is_some());
            assert_eq!(counters.outcomes(), (hits, misses, 0, failures, 0), "{counters:?}");
        }
        world.write(&format!("y.{}", compiler.suffix), source("y"));
        compare(world, &all, BOTH, 2, 1);
    });
}

#[test]
fn a_missing_source_among_several_is_the_compilers_own_error() {
    each(|world, compiler| {
        let all = call(compiler, "-Wall", &["x", "absent", "z"]);
        let (made, _) = world.expect(Expected::Bypass, &all, &["x.o", "absent.o", "z.o"]);
        assert_eq!(made.run.code, Some(1));
        // It is looked for each time.
        world.write(&format!("absent.{}", compiler.suffix), source("absent"));
        compare(world, &all, &["x.o", "absent.o", "z.o"], 0, 3);
        compare(world, &all, &["x.o", "absent.o", "z.o"], 3, 0);
        world.remove(&format!("absent.{}", compiler.suffix));
        world.expect(Expected::Bypass, &all, &["x.o", "absent.o", "z.o"]);
    });
}

#[test]
fn sources_of_one_name_in_two_folders_are_left_to_the_driver() {
    each(|world, compiler| {
        for folder in ["a", "b"] {
            let text = format!("const char *place = \"{folder}\";\n");
            world.write(&format!("{folder}/x.{}", compiler.suffix), text);
        }
        for sources in [["a/x", "b/x"], ["b/x", "a/x"]] {
            let (made, _) = world.expect(Expected::Bypass, &call(compiler, "-MD", &sources), &["x.o", "x.d"]);
            let depfile = &made.files["x.d"].as_ref().unwrap().bytes;
            assert!(String::from_utf8_lossy(depfile).contains(sources[1]), "the last one is in place");
        }
        // One by one they are told apart.
        for source in ["a/x", "b/x", "a/x", "b/x"] {
            let (made, _) = world.compare(&call(compiler, "-MD", &[source]), &["x.o", "x.d"]);
            let depfile = &made.files["x.d"].as_ref().unwrap().bytes;
            assert!(String::from_utf8_lossy(depfile).contains(source));
        }
        assert_eq!(world.counters().outcomes(), (1, 0, 0, 0, 0));
    });
}

#[test]
fn one_output_for_several_sources_is_as_the_driver_has_it() {
    each(|world, compiler| {
        let outputs = &["x.o", "y.o", "one.o", "one.d", "x.s", "y.s"];
        for arguments in ["-o one.o", "-MD -MF one.d", "-E -o one.o", "-MD -o one.o"] {
            world.expect(Expected::Bypass, &call(compiler, arguments, &["x", "y"]), outputs);
        }
        let assembled = call(compiler, "-S", &["x", "y"]).replace("-c ", "");
        compare(world, &assembled, &["x.s", "y.s"], 0, 2);
        compare(world, &assembled, &["x.s", "y.s"], 2, 0);
    });
}

#[test]
fn what_the_driver_says_of_a_call_of_several_sources_is_said_once() {
    each(|world, compiler| {
        // gcc says it of files for the linker, clang of options that nothing uses.
        world.write("unused.o", "");
        for more in ["unused.o", "-Wl,-z,now -lm", "-fno-such-option"] {
            let (_, counters) = world.compare(&format!("{} {more}", call(compiler, "", &["x", "y"])), &["x.o", "y.o"]);
            assert_eq!((counters.hits, counters.faults), (0, 0), "{more}: {counters:?}");
        }
    });
}

#[test]
fn each_of_several_sources_has_its_own_side_outputs() {
    each(|world, compiler| {
        let outputs = &["x.o", "x.su", "x.dwo", "x.d", "y.o", "y.su", "y.dwo", "y.d"];
        let call = call(compiler, "-g -gsplit-dwarf -fstack-usage -MMD -MP", &["x", "y"]);
        compare(world, &call, outputs, 0, 2);
        compare(world, &call, outputs, 2, 0);
        let notes = &["x.o", "x.gcno", "y.o", "y.gcno"];
        let call = call.replace("-g -gsplit-dwarf -fstack-usage -MMD -MP", "--coverage -frandom-seed=1");
        compare(world, &call, notes, 0, 2);
        compare(world, &call, notes, 2, 0);
    });
}

#[test]
fn several_sources_named_in_a_response_file_are_left_to_the_driver() {
    each(|world, compiler| {
        world.write("sources.rsp", format!("x.{0} y.{0}", compiler.suffix));
        world.expect(Expected::Bypass, &format!("{} -Wall -c @sources.rsp", compiler.name), &["x.o", "y.o"]);
        world.write("options.rsp", "-Wall -O1");
        compare(world, &call(compiler, "@options.rsp", &["x", "y"]), &["x.o", "y.o"], 0, 2);
        compare(world, &call(compiler, "@options.rsp", &["x", "y"]), &["x.o", "y.o"], 2, 0);
    });
}

#[test]
fn two_calls_of_the_same_sources_at_once_compile_each_once() {
    each(|world, compiler| {
        let call = call(compiler, "-O1", &["x", "y", "z"]);
        let bare = world.make_bare(&call, OBJECTS);
        let run = |_| start(&mut world.zccache(call.split_whitespace()));
        let (ended, counters) = world.count(|| {
            let started: Vec<_> = (0..3).map(run).collect();
            started.into_iter().map(|started| started.end()).collect::<Vec<_>>()
        });
        assert!(ended.iter().all(|end| *end == bare.run), "{ended:?}");
        assert_eq!(world.written(OBJECTS), bare.files);
        assert_eq!((counters.requests, counters.faults, counters.failures), (9, 0, 0), "{counters:?}");
    });
}

#[test]
fn make_with_a_jobserver_runs_a_call_of_several_sources() {
    each(|world, compiler| {
        let sources = ["x", "y", "z"].map(|name| format!("{name}.{}", compiler.suffix)).join(" ");
        for plus in ["", "+"] {
            world.write("Makefile", format!("all:\n\t{plus}$(CC) -Wall -g{plus} -c {sources}\n").replace("-g+", "-g3"));
            let make = |compiler: &str| {
                let mut make = world.make_command(compiler);
                world.make(make.arg("-j2"), OBJECTS)
            };
            let bare = make(compiler.name);
            for outcomes in [(0, 3, 0, 0, 0), (3, 0, 0, 0, 0)] {
                let (cached, counters) = world.count(|| make(&format!("zccache {}", compiler.name)));
                // Without the plus sign make closes its jobserver to the call, and says so to neither.
                assert_eq!(cached, bare, "with {plus:?}");
                assert_eq!(counters.outcomes(), outcomes);
            }
        }
    });
}

#[test]
fn several_sources_in_one_pipe_with_two_streams_keep_their_order() {
    each(|world, compiler| {
        let call = call(compiler, "-Wall -H", &["x", "y", "z"]);
        let bare = run_joined(&mut world.bare_command(&call));
        for outcomes in [(0, 3, 0, 0, 0), (3, 0, 0, 0, 0)] {
            let (cached, counters) = world.count(|| run_joined(&mut world.zccache(call.split_whitespace())));
            assert_eq!(cached, bare);
            assert_eq!(counters.outcomes(), outcomes);
        }
    });
}

#[test]
fn a_call_of_several_sources_without_the_cache_is_one_run_of_the_driver() {
    each(|world, compiler| {
        let call = call(compiler, "-Wall", &["x", "y"]);
        let bare = world.make_bare(&call, OBJECTS);
        let mut disabled = world.command(zccache());
        let made = world.make(disabled.args(call.split_whitespace()).env("ZCCACHE_DISABLE", "1"), OBJECTS);
        assert_eq!(made, bare);
    });
}

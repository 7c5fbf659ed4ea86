//! Precompiled headers: making one, using one, and never one that no longer fits.

use std::fs::{self, File};
use std::time::SystemTime;

use zccache_tests::{Expected, Made, run, start, tick};

use crate::sources::{Unit, each};

const USES: &str = "int x = VALUE + INNER;\n";

/// `p.h`, which includes `q.h`, and both compilers' names for what is made of it.
struct Header<'a> {
    unit: &'a Unit,
    clang: bool,
}

impl Header<'_> {
    fn write(&self, value: u32, inner: u32) {
        let world = &self.unit.world;
        world.write("q.h", format!("#define INNER {inner}\n"));
        world.write("p.h", format!("#include \"q.h\"\n#define VALUE {value}\n"));
    }

    fn precompiled(&self) -> &'static str {
        if self.clang { "p.h.pch" } else { "p.h.gch" }
    }

    fn make_call(&self, arguments: &str) -> String {
        let language = if self.unit.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        format!("{} {arguments} -x {language} p.h -o {}", self.unit.compiler.name, self.precompiled())
    }

    /// Makes it through the cache.
    #[track_caller]
    fn make(&self, expected: Expected) -> Made {
        let world = &self.unit.world;
        let (made, counters) = world.count(|| world.make_cached(&self.make_call(""), &[self.precompiled()]));
        assert!(made.run.succeeded() && made.files[self.precompiled()].is_some(), "{made:?}");
        expected.check(&counters);
        made
    }

    /// Uses it, without the cache and with it.
    #[track_caller]
    fn expect_use(&self, expected: Expected) -> Made {
        self.unit.world.expect(expected, &self.unit.call("-include p.h"), &["x.o"]).0
    }
}

fn each_header(test: impl Fn(&Header<'_>)) {
    each(USES, |unit| {
        let header = Header { unit, clang: unit.compiler.name.starts_with("clang") };
        header.write(1, 1);
        test(&header);
    });
}

#[test]
fn a_precompiled_header_is_made_once_and_comes_back_as_it_was() {
    each_header(|header| {
        let random: &[&str] = if header.clang { &[] } else { &["p.h.gch"] };
        header.unit.world.expect_cold_and_warm_but(&header.make_call(""), &[header.precompiled()], random);
        header.unit.world.expect_cold_and_warm_but(&header.make_call("-O2 -g"), &[header.precompiled()], random);
    });
}

#[test]
fn a_header_by_its_suffix_alone_is_precompiled_beside_it() {
    each_header(|header| {
        let name = header.unit.compiler.name;
        let random: &[&str] = if header.clang { &[] } else { &["p.h.gch"] };
        for call in [format!("{name} -c p.h"), format!("{name} p.h"), format!("{name} -O1 -MD -MF p.d p.h")] {
            // clang++ warns of C headers, and goes on.
            let (cold, counters) = header.unit.world.count(|| header.unit.world.make_cached(&call, &["p.h.gch"]));
            assert_eq!((cold.run.code, counters.hits, counters.faults), (Some(0), 0, 0), "{call}: {cold:?}");
            if counters.results > 0 && counters.bypasses == 0 {
                let warm = header.unit.world.make_cached(&call, &["p.h.gch"]);
                assert_eq!(warm, cold, "{call} {random:?}");
            }
        }
    });
}

#[test]
fn the_depfile_of_a_precompiled_header_is_restored() {
    each_header(|header| {
        let random: &[&str] = if header.clang { &[] } else { &["p.h.gch"] };
        let outputs = [header.precompiled(), "p.d"];
        let call = header.make_call("-MD -MF p.d");
        let made = header.unit.world.expect_cold_and_warm_but(&call, &outputs, random);
        let depfile = String::from_utf8_lossy(&made.files["p.d"].as_ref().unwrap().bytes).into_owned();
        assert!(depfile.contains("q.h"), "{depfile}");
    });
}

#[test]
fn a_change_inside_a_precompiled_header_is_a_miss_and_so_is_the_one_made_anew() {
    each_header(|header| {
        let first = header.make(Expected::Miss);
        let used = header.expect_use(Expected::Miss);
        header.expect_use(Expected::Hit);
        header.write(1, 22);
        // gcc goes on with the old one, clang refuses it: either way it is the compiler that says so.
        header.expect_use(if header.clang { Expected::Failure } else { Expected::Miss });
        header.make(Expected::Miss);
        let anew = header.expect_use(Expected::Miss);
        assert_ne!(anew.files, used.files);
        header.expect_use(Expected::Hit);
        if !header.clang {
            header.write(1, 1);
            assert_eq!(header.make(Expected::Hit), first);
            assert_eq!(header.expect_use(Expected::Hit), used);
        }
    });
}

#[test]
fn a_touched_header_in_a_precompiled_one_is_clangs_error_until_it_is_made_anew() {
    each_header(|header| {
        if !header.clang {
            return;
        }
        header.make(Expected::Miss);
        header.expect_use(Expected::Miss);
        let touched = File::options().append(true).open(header.unit.world.work.join("q.h")).unwrap();
        touched.set_modified(SystemTime::now()).unwrap();
        tick();
        let refused = header.expect_use(Expected::Failure);
        assert!(refused.run.err().contains("modified since"), "{refused:?}");
        header.make(Expected::Miss);
        header.expect_use(Expected::NoHit);
        header.expect_use(Expected::Hit);
    });
}

#[test]
fn a_precompiled_header_named_by_its_own_option_counts() {
    each_header(|header| {
        if !header.clang {
            return;
        }
        let unit = header.unit;
        for arguments in ["-include-pch p.h.pch", "-Xclang -include-pch -Xclang p.h.pch"] {
            header.write(1, 1);
            header.make(Expected::NoHit);
            unit.world.expect(Expected::NoHit, &unit.call(arguments), &["x.o"]);
            unit.world.expect(Expected::Hit, &unit.call(arguments), &["x.o"]);
            header.write(22, 1);
            unit.world.expect(Expected::Failure, &unit.call(arguments), &["x.o"]);
            header.make(Expected::NoHit);
            unit.world.expect(Expected::NoHit, &unit.call(arguments), &["x.o"]);
            unit.world.remove("p.h.pch");
            unit.world.expect(Expected::NoHit, &unit.call(arguments), &["x.o"]);
        }
    });
}

#[test]
fn a_folder_of_precompiled_headers_counts_as_a_whole() {
    each_header(|header| {
        if header.clang {
            return;
        }
        let world = &header.unit.world;
        let variant = |arguments: &str, name: &str| {
            let call = header.make_call(arguments).replace("p.h.gch", &format!("p.h.gch/{name}"));
            world.bare(&call).expect_success();
            tick();
        };
        fs::create_dir(world.work.join("p.h.gch")).unwrap();
        variant("", "plain");
        variant("-O2", "fast");
        for arguments in ["-include p.h", "-O2 -include p.h"] {
            world.expect_cold_and_warm(&header.unit.call(arguments), &["x.o"]);
        }
        header.write(5, 1);
        variant("", "plain");
        header.write(1, 1);
        let (plain, _) = world.expect(Expected::NoHit, &header.unit.call("-include p.h"), &["x.o"]);
        world.expect(Expected::NoHit, &header.unit.call("-O2 -include p.h"), &["x.o"]);
        // One more for other options, before all others by name.
        header.write(7, 1);
        variant("-O3", "added");
        header.write(1, 1);
        let (added, _) = world.expect(Expected::NoHit, &header.unit.call("-O3 -include p.h"), &["x.o"]);
        assert_ne!(plain.files, added.files);
        world.expect(Expected::Hit, &header.unit.call("-O3 -include p.h"), &["x.o"]);
    });
}

#[test]
fn a_precompiled_header_that_does_not_fit_is_passed_over_as_the_compiler_does() {
    each_header(|header| {
        header.make(Expected::Miss);
        // Made without -g or other macros: gcc takes the header itself, clang refuses.
        for arguments in ["-g -Winvalid-pch -include p.h", "-DMORE -Winvalid-pch -include p.h", "-O3 -include p.h"] {
            header.unit.world.expect(Expected::NoHit, &header.unit.call(arguments), &["x.o"]);
            let (_, counters) = header.unit.world.compare(&header.unit.call(arguments), &["x.o"]);
            assert_eq!(counters.faults, 0);
        }
    });
}

#[test]
fn what_is_no_precompiled_header_is_passed_over_as_the_compiler_does() {
    each_header(|header| {
        for text in ["garbage", "other garbage"] {
            header.unit.world.write(header.precompiled(), text);
            let (_, counters) = header.unit.world.compare(&header.unit.call("-include p.h"), &["x.o"]);
            assert_eq!((counters.hits, counters.faults), (0, 0), "{counters:?}");
        }
    });
}

#[test]
fn a_precompiled_header_which_the_source_includes_itself_is_used_as_it_is_at_the_time() {
    each("#include \"p.h\"\nint x = VALUE + INNER;\n", |unit| {
        let header = Header { unit, clang: unit.compiler.name.starts_with("clang") };
        header.write(1, 1);
        let call = unit.call("");
        unit.world.expect_cold_and_warm(&call, &["x.o"]);
        for value in [3, 4] {
            header.write(value, 1);
            unit.world.bare(&header.make_call("").replace(".pch", ".gch")).expect_success();
            header.write(1, 1);
            if header.clang {
                // clang looks for it only for what the command line includes.
                unit.world.expect(Expected::Hit, &call, &["x.o"]);
            } else {
                unit.world.expect(Expected::NoHit, &call, &["x.o"]);
            }
        }
    });
}

#[test]
fn precompiled_headers_of_two_folders_are_not_taken_for_each_other() {
    each(USES, |unit| {
        let (world, header) = (&unit.world, Header { unit, clang: unit.compiler.name.starts_with("clang") });
        let at = |folder: &str, call: &str, cached: bool| {
            let mut command = if cached { world.zccache(call.split_whitespace()) } else { world.bare_command(call) };
            let place = world.work.join(folder);
            run(command.current_dir(&place).env("PWD", &place)).expect_success()
        };
        for (folder, value) in [("one", 1), ("two", 2), ("three", 1)] {
            world.write(&format!("{folder}/{}", unit.source), USES);
            world.write(&format!("{folder}/p.h"), format!("#include \"q.h\"\n#define VALUE {value}\n"));
            world.write(&format!("{folder}/q.h"), "#define INNER 0\n");
            at(folder, &header.make_call("-g"), true);
        }
        for folder in ["one", "two", "three", "one", "two", "three"] {
            let call = unit.call("-g -include p.h");
            let object = format!("{folder}/x.o");
            at(folder, &call, false);
            let bare = world.read(&object).unwrap();
            world.remove(&object);
            at(folder, &call, true);
            assert!(world.read(&object).unwrap() == bare, "in {folder} with {}", unit.compiler.name);
        }
    });
}

#[test]
fn a_source_compiled_while_its_precompiled_header_is_restored_gets_a_whole_one_and_is_right_afterwards() {
    each_header(|header| {
        let (world, unit) = (&header.unit.world, header.unit);
        for value in [1, 22, 333] {
            header.write(value, 1);
            header.make(Expected::Miss);
        }
        for value in [1, 22, 333, 1] {
            header.write(value, 1);
            // clang's holds the times of its headers, which are others now.
            let makes = start(&mut world.zccache(header.make_call("").split_whitespace()));
            let uses = start(&mut world.zccache(unit.call("-include p.h -o early.o").split_whitespace()));
            makes.end().expect_success();
            let early = uses.end();
            assert!(early.succeeded() || header.clang, "{early:?}");
            for _ in 0..2 {
                let (made, counters) = world.compare(&unit.call("-include p.h"), &["x.o"]);
                assert!(made.run.succeeded(), "{made:?}");
                assert_eq!(counters.faults, 0);
            }
        }
    });
}

#[test]
fn modules_are_left_to_the_compiler() {
    each("int x;\n", |unit| {
        let options = match (unit.compiler.name, unit.compiler.suffix) {
            ("g++", _) => &["-fmodules-ts -std=c++20"][..],
            ("clang++", _) => &["-fmodules -fmodules-cache-path=modules", "-fmodules-ts -std=c++20", "-fcxx-modules"],
            ("clang", _) => &["-fmodules -fmodules-cache-path=modules", "-fimplicit-module-maps"],
            _ => &[],
        };
        for arguments in options {
            let (_, counters) = unit.world.expect(Expected::Bypass, &unit.call(arguments), &["x.o"]);
            assert_eq!(counters.reason("bypass: modules"), 1, "{arguments}: {counters:?}");
        }
    });
}

#[test]
fn options_that_hide_a_precompiled_header_in_preprocessed_text_are_left_to_the_compiler() {
    each_header(|header| {
        if !header.clang {
            header.make(Expected::Miss);
            let call = header.unit.call("-fpch-preprocess -include p.h");
            header.unit.world.expect(Expected::Bypass, &call, &["x.o"]);
        }
    });
}

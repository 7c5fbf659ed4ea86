//! Edits that follow a compile at once, in the same tick of the file system's clock as far as the system allows.

use std::fs;
use std::os::unix::fs::symlink;

use zccache_tests::{World, grow_old, required, tick};

use crate::sources::each_with_header;

#[test]
fn an_edit_right_after_a_compile_is_never_missed() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let header = world.work.join("value.h");
        let time = fs::metadata(&header).unwrap().modified().unwrap();
        for value in (1..=8).chain(1..=8) {
            // The same size and the same time of modification, so that little tells one edit from the next.
            fs::write(&header, format!("#define VALUE {value}\n")).unwrap();
            fs::File::options().append(true).open(&header).unwrap().set_modified(time).unwrap();
            let cached = world.make_cached(&call, &["x.o"]);
            assert_eq!(cached, world.make_bare(&call, &["x.o"]), "value {value}");
        }
        assert_eq!(world.counters().faults, 0);
    });
}

/// What somebody does to the files of a unit.
type Change = (&'static str, fn(&World));

const CHANGES: [Change; 10] = [
    ("a file that only its being there mattered of goes", |world| world.remove("maybe.h")),
    ("a header goes, and there is another one", |world| world.remove("d/value.h")),
    ("a header is written", |world| world.write("d/value.h", "#define VALUE 3\n")),
    ("a header is moved over", |world| rename(world, "e/value.h", "d/value.h")),
    ("a folder is moved into the place of one, and used", |world| exchange(world, "d", "e")),
    ("a folder without the name is moved to where it was, and used", |world| exchange(world, "p", "without")),
    ("a folder with the name is moved to where there was none, and used", |world| {
        rename(world, "with", "d/sub");
        world.write("d/sub/new", "");
    }),
    ("a folder is moved to where a link leads, and used", |world| exchange(world, "store/x", "store/y")),
    ("a folder is moved to where a file was, and used", |world| {
        fs::remove_file(world.work.join("maybe.h")).unwrap();
        rename(world, "without", "maybe.h");
        world.write("maybe.h/new", "");
    }),
    ("a link is put into the place of a folder", |world| {
        rename(world, "d", "old");
        symlink("e", world.work.join("d")).unwrap();
    }),
];

/// Moves a folder to the place of another, and makes an entry in it: its times are then as if there had only been new entries.
fn exchange(world: &World, folder: &str, by: &str) {
    rename(world, folder, "old");
    rename(world, by, folder);
    world.write(&format!("{folder}/new"), "");
}

fn rename(world: &World, from: &str, to: &str) {
    fs::rename(world.work.join(from), world.work.join(to)).unwrap();
}

#[test]
fn what_changes_right_after_a_compile_was_as_it_was_during_the_compile() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    // So many headers that looking at them takes longer than the next thing that somebody does.
    let headers = || (0..400).map(|number| format!("h/{number}.h"));
    world.write_many(headers().map(|header| (header, "")));
    let includes: String = headers().map(|header| format!("#include \"{header}\"\n")).collect();
    let rest = "#if __has_include(\"maybe.h\")\nint maybe;\n#endif\n#if __has_include(\"p/q/maybe.h\")\nint deep;\n#endif\n\
                #include <value.h>\n#include <outer.h>\n#include <link.h>\nint value[] = { VALUE, SUB, LINK };\n";
    world.write("x.c", includes + rest);
    let set_up = || {
        // What is left of the change before.
        let _no_link = fs::remove_file(world.work.join("d"));
        for folder in ["d", "e", "p", "with", "without", "store", "maybe.h", "old"] {
            let _no_folder = fs::remove_dir_all(world.work.join(folder));
        }
        for (path, content) in [
            ("maybe.h", ""),
            ("p/q/maybe.h", ""),
            ("without/q/else.h", ""),
            ("d/value.h", "#define VALUE 1\n"),
            ("e/value.h", "#define VALUE 2\n"),
            ("e/outer.h", "#include <sub/v.h>\n"),
            ("e/sub/v.h", "#define SUB 1\n"),
            ("with/v.h", "#define SUB 2\n"),
            ("store/x/link.h", "#define LINK 1\n"),
            ("store/y/link.h", "#define LINK 2\n"),
        ] {
            world.write_now(path, content);
        }
        symlink("../store/x/link.h", world.work.join("e/link.h")).unwrap();
    };
    set_up();
    grow_old();
    let mut calls = 0;
    for (what, change) in CHANGES {
        for _ in 0..4 {
            set_up();
            tick();
            // Each compile is another one, and misses.
            calls += 1;
            let call = format!("gcc -DCALL={calls} -Id -Ie -c x.c -o x.o");
            let compiled = world.zccache(call.split_whitespace()).output().unwrap();
            change(&world);
            assert!(compiled.status.success());
            let bare = world.make_bare(&call, &["x.o"]);
            assert_eq!(world.make_cached(&call, &["x.o"]), bare, "{what}");
        }
    }
    assert_eq!(world.counters().faults, 0);
}

#[test]
fn what_a_build_makes_while_it_goes_on_keeps_nothing_from_being_stored() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("src/la/h.h", "#define VALUE 1\n");
    world.write("src/la/other.h", "#include \"la/h.h\"\n#include <lib/none.h>\n");
    world.write("src/inc/lib/none.h", "");
    // A program of the name of a folder that headers come from.
    world.write("lib", "");
    fs::create_dir_all(world.work.join("la")).unwrap();
    let units: Vec<String> = (0..8).map(|number| format!("src/la/x{number}.c")).collect();
    let source = "#include \"la/h.h\"\n#include <la/other.h>\nint x = VALUE;\n";
    world.write_many(units.iter().map(|unit| (unit, source)));
    grow_old();
    for (outcomes, what) in [((0, 8, 0, 0, 0), "cold"), ((8, 0, 0, 0, 0), "warm")] {
        let ((), counters) = world.count(|| {
            for number in 0..8 {
                let call = format!("gcc -I. -Isrc -Isrc/inc -MD -c src/la/x{number}.c -o la/x{number}.o");
                world.make_cached(&call, &[]);
            }
        });
        assert_eq!(counters.outcomes(), outcomes, "{what}: {counters:?}");
    }
}

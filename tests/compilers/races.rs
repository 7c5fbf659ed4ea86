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

const CHANGES: [Change; 6] = [
    ("a file that only its being there mattered of goes", |world| world.remove("maybe.h")),
    ("a header goes, and there is another one", |world| world.remove("d/value.h")),
    ("a header is written", |world| world.write("d/value.h", "#define VALUE 3\n")),
    ("a header is moved over", |world| rename(world, "e/value.h", "d/value.h")),
    ("a folder is moved into the place of one, and used", |world| {
        rename(world, "d", "old");
        rename(world, "e", "d");
        world.write("d/new", "");
    }),
    ("a link is put into the place of a folder", |world| {
        rename(world, "d", "old");
        symlink("e", world.work.join("d")).unwrap();
    }),
];

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
    let rest = "#if __has_include(\"maybe.h\")\nint maybe;\n#endif\n#include <value.h>\nint value = VALUE;\n";
    world.write("x.c", includes + rest);
    let set_up = || {
        // What is left of the change before.
        let _no_link = fs::remove_file(world.work.join("d"));
        for folder in ["d", "e", "old"] {
            let _no_folder = fs::remove_dir_all(world.work.join(folder));
        }
        world.write("maybe.h", "");
        world.write("d/value.h", "#define VALUE 1\n");
        world.write("e/value.h", "#define VALUE 2\n");
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

//! Headers with more than one name: what a link leads to now counts, and which files are one to the compiler.

use std::fs;
use std::os::unix::fs::symlink;

use zccache_tests::{Expected, tick};

use crate::sources::each;

const INCLUDES: &str = "#include <value.h>\nint x = VALUE;\n";

#[test]
fn a_link_to_another_header_is_a_miss() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        world.write("one.h", "#define VALUE 1\n");
        world.write("two.h", "#define VALUE 2\n");
        let link = world.work.join("value.h");
        symlink("one.h", &link).unwrap();
        tick();
        let call = unit.call("-I.");
        world.expect_cold_and_warm(&call, &["x.o"]);
        fs::remove_file(&link).unwrap();
        symlink("two.h", &link).unwrap();
        tick();
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_link_to_another_folder_is_a_miss() {
    each(INCLUDES, |unit| {
        let world = &unit.world;
        world.write("one/value.h", "#define VALUE 1\n");
        world.write("two/value.h", "#define VALUE 2\n");
        let link = world.work.join("include");
        symlink("one", &link).unwrap();
        tick();
        let call = unit.call("-Iinclude");
        world.expect_cold_and_warm(&call, &["x.o"]);
        fs::remove_file(&link).unwrap();
        symlink("two", &link).unwrap();
        tick();
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_link_behind_a_link_and_a_way_up_from_a_linked_folder_lead_where_they_lead_now() {
    each("#include <value.h>\n#include \"link/../up.h\"\nint x = VALUE + UP;\n", |unit| {
        let world = &unit.world;
        for (folder, value) in [("one", 1), ("two", 2)] {
            world.write(&format!("{folder}/value.h"), format!("#define VALUE {value}\n"));
            world.write(&format!("{folder}/up.h"), format!("#define UP {value}0\n"));
            world.write(&format!("{folder}/deep/keep"), "");
        }
        world.write("up.h", "#define UP 100\n");
        let lead = |link: &str, target: &str| {
            world.remove(link);
            symlink(target, world.work.join(link)).unwrap();
            tick();
        };
        lead("value.h", "middle.h");
        lead("middle.h", "one/value.h");
        lead("link", "one/deep");
        for arguments in ["-I.", "-I. -MD", "-I. -MMD"] {
            let call = unit.call(arguments);
            lead("middle.h", "one/value.h");
            lead("link", "one/deep");
            let (first, _) = world.expect(Expected::Miss, &call, &["x.o"]);
            lead("middle.h", "two/value.h");
            world.expect(Expected::Miss, &call, &["x.o"]);
            lead("link", "two/deep");
            world.expect(Expected::Miss, &call, &["x.o"]);
            world.write("up.h", format!("#define UP 101 // {arguments}\n"));
            world.expect(Expected::Hit, &call, &["x.o"]);
            lead("middle.h", "one/value.h");
            lead("link", "one/deep");
            assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, first);
        }
    });
}

#[test]
fn another_name_of_a_header_that_is_included_once_counts_when_its_file_is_replaced() {
    each("#include \"a/p.h\"\n#include \"b/p.h\"\nint x = P;\n", |unit| {
        let world = &unit.world;
        let text = "#pragma once\n#ifndef P\n#define P 1\n#else\n#undef P\n#define P 2\n#endif\n";
        for hard in [true, false] {
            world.write("a/p.h", text);
            world.write("b/keep", "");
            world.remove("b/p.h");
            let (one, other) = (world.work.join("a/p.h"), world.work.join("b/p.h"));
            if hard {
                fs::hard_link(&one, &other).unwrap();
            } else {
                symlink("../a/p.h", &other).unwrap();
            }
            tick();
            let call = unit.call(if hard { "-MD" } else { "-MD -O1" });
            let (linked, _) = world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
            world.compare(&call, &["x.o", "x.d"]);
            fs::remove_file(&other).unwrap();
            world.write("b/p.h", format!("{text}// no copy\n"));
            let (copied, _) = world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
            assert_ne!(linked.files, copied.files);
        }
    });
}

#[test]
fn a_copy_of_a_header_that_is_included_once_counts_although_no_depfile_names_it() {
    each("#include \"a/p.h\"\n#include \"b/p.h\"\nint x = P;\n", |unit| {
        let world = &unit.world;
        let text = "#pragma once\n#ifndef P\n#define P 1\n#else\n#undef P\n#define P 2\n#endif\n";
        world.write("a/p.h", text);
        world.write("b/p.h", text);
        let time = fs::metadata(world.work.join("a/p.h")).unwrap().modified().unwrap();
        let same_time = || {
            let file = fs::File::options().append(true).open(world.work.join("b/p.h")).unwrap();
            file.set_modified(time).unwrap();
            tick();
        };
        same_time();
        let call = unit.call("-MD");
        world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write("b/p.h", text.replace("2", "3"));
        same_time();
        world.expect(Expected::NoHit, &call, &["x.o", "x.d"]);
    });
}

//! Whatever changes, the next compile runs and is right; whatever changes back comes from the cache.

use std::fs;
use std::path::Path;

use zccache_tests::{Expected, tick};

use crate::sources::{each, each_with_header};

#[test]
fn a_changed_header_is_a_miss_and_the_old_one_a_hit() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-MD"));
        let first = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write("value.h", "#define VALUE 2\n");
        let (second, _) = world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        assert_ne!(first, second);
        world.write("value.h", "#define VALUE 1\n");
        world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn a_changed_source_is_a_miss_and_the_old_one_a_hit() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-MD"));
        let source = world.read(&unit.source).unwrap();
        world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write(&unit.source, [source.as_slice(), b"int more;\n"].concat());
        world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        world.write(&unit.source, source);
        world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn changed_options_and_macros_are_misses_and_the_old_ones_hits() {
    each_with_header(|unit| {
        for (one, other) in [
            ("-O0", "-O2"),
            ("-DVALUES=1", "-DVALUES=2"),
            ("-O1", "-O1 -g"),
            ("-D A=1", "-DA=1 -UA"),
            ("-fPIC", "-fno-pic"),
        ] {
            unit.world.expect_cold_and_warm(&unit.call(one), &["x.o"]);
            unit.world.expect(Expected::Miss, &unit.call(other), &["x.o"]);
            unit.world.expect(Expected::Hit, &unit.call(one), &["x.o"]);
        }
    });
}

#[test]
fn two_compilers_do_not_share_results() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-O1"));
        world.expect_cold_and_warm(&call, &["x.o"]);
        for other in zccache_tests::available() {
            if other.suffix == unit.compiler.suffix && other.name != unit.compiler.name {
                let call = format!("{} -O1 -c {}", other.name, unit.source);
                world.expect(Expected::Miss, &call, &["x.o"]);
            }
        }
        world.expect(Expected::Hit, &call, &["x.o"]);
    });
}

#[test]
fn another_file_of_the_same_size_and_time_renamed_over_a_header_is_a_miss() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let first = world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("other.h", "#define VALUE 9\n");
        same_time(&world.work.join("value.h"), &world.work.join("other.h"));
        fs::rename(world.work.join("other.h"), world.work.join("value.h")).unwrap();
        tick();
        let (second, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_ne!(first, second);
    });
}

#[test]
fn an_edit_in_place_with_the_same_size_and_the_old_time_is_a_miss() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        world.expect_cold_and_warm(&call, &["x.o"]);
        for path in ["value.h", unit.source.as_str()] {
            let header = world.work.join(path);
            let time = fs::metadata(&header).unwrap().modified().unwrap();
            let text = fs::read_to_string(&header).unwrap();
            let text = if path == "value.h" { text.replace('1', "8") } else { text.replace("long", "char") };
            fs::write(&header, text).unwrap();
            fs::File::options().append(true).open(&header).unwrap().set_modified(time).unwrap();
            tick();
            world.expect(Expected::Miss, &call, &["x.o"]);
            world.expect(Expected::Hit, &call, &["x.o"]);
        }
    });
}

#[test]
fn a_header_that_is_named_by_an_option_counts_too() {
    each_with_header(|unit| {
        unit.world.write("forced.h", "#define FORCED 1\nint forced = FORCED;\n");
        let call = unit.call("-include forced.h");
        unit.world.expect_cold_and_warm(&call, &["x.o"]);
        unit.world.write("forced.h", "#define FORCED 2\nint forced = FORCED;\n");
        unit.world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_header_of_the_system_counts_as_any_other() {
    each("#include <value.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        for (arguments, outputs) in [("-isystem sys", &["x.o"][..]), ("-isystem sys -MMD", &["x.o", "x.d"])] {
            world.write("sys/value.h", "#define VALUE 1\n");
            world.expect_cold_and_warm(&unit.call(arguments), outputs);
            world.write("sys/value.h", "#define VALUE 2\n");
            world.expect(Expected::Miss, &unit.call(arguments), outputs);
        }
    });
}

#[test]
fn macros_of_a_header_that_an_option_names_count_too() {
    each_with_header(|unit| {
        unit.world.write("macros.h", "#define VALUES 1\nint not_compiled;\n");
        let call = unit.call("-imacros macros.h");
        unit.world.expect_cold_and_warm(&call, &["x.o"]);
        unit.world.write("macros.h", "#define VALUE 2\n");
        unit.world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn a_changed_comment_is_a_change_where_comments_count() {
    let fallthrough = "int f(int x) { switch (x) { case 1: x++; /* fall through */ case 2: x++; } return x; }\n";
    each(fallthrough, |unit| {
        let call = unit.call("-Wimplicit-fallthrough");
        unit.world.expect_cold_and_warm(&call, &["x.o"]);
        unit.world.write(&unit.source, fallthrough.replace("fall through", "full through"));
        unit.world.expect(Expected::Miss, &call, &["x.o"]);
        let kept = unit.call("-C -o x.i").replace(" -c ", " -E ");
        unit.world.expect(Expected::Miss, &kept, &["x.i"]);
        unit.world.write(&unit.source, fallthrough);
        unit.world.expect(Expected::Miss, &kept, &["x.i"]);
    });
}

#[test]
fn a_header_of_the_future_and_one_of_long_ago_are_compared_by_content() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let header = world.work.join("value.h");
        let day = std::time::Duration::from_secs(24 * 3600);
        for (value, time) in [
            (2, std::time::SystemTime::now() + day),
            (3, std::time::SystemTime::now() + day),
            (4, std::time::SystemTime::UNIX_EPOCH),
            (5, std::time::SystemTime::UNIX_EPOCH),
        ] {
            fs::write(&header, format!("#define VALUE {value}\n")).unwrap();
            fs::File::options().append(true).open(&header).unwrap().set_modified(time).unwrap();
            tick();
            world.expect(Expected::Miss, &call, &["x.o"]);
            world.expect(Expected::Hit, &call, &["x.o"]);
        }
    });
}

#[test]
fn a_removed_header_whose_include_was_removed_too_is_no_trouble_for_make() {
    each_with_header(|unit| {
        let (world, text) = (&unit.world, unit.world.read(&unit.source).unwrap());
        let rule = format!("x.o: {0}\n\t$(CC) -MD -MP -c {0}\n-include x.d\n", unit.source);
        world.write("Makefile", rule);
        let make = || zccache_tests::run(&mut world.make_command(&format!("zccache {}", unit.compiler.name)));
        make().expect_success();
        world.write_now(&unit.source, "int without;\n");
        world.remove("value.h");
        make().expect_success();
        assert!(!String::from_utf8_lossy(&world.read("x.d").unwrap()).contains("value.h"));
        // And back: the depfile that comes from the cache names the header again.
        world.write("value.h", "#define VALUE 1\n");
        world.write_now(&unit.source, text);
        make().expect_success();
        assert!(String::from_utf8_lossy(&world.read("x.d").unwrap()).contains("value.h"));
        assert_eq!(world.counters().faults, 0);
    });
}

fn same_time(from: &Path, to: &Path) {
    let time = fs::metadata(from).unwrap().modified().unwrap();
    fs::File::options().append(true).open(to).unwrap().set_modified(time).unwrap();
}

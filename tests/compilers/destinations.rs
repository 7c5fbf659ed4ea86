//! Outputs that are missing come back, and destinations that are no plain file are treated as the compiler does.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use zccache_tests::{Expected, permitted, run, tick};

use crate::sources::{Unit, each_with_header};

#[test]
fn a_deleted_depfile_comes_back() {
    each_with_header(|unit| {
        let call = unit.call("-MD -MF x.d -o x.o");
        let bare = unit.world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        unit.world.remove("x.d");
        let (run, counters) = unit.world.count(|| unit.world.cached(&call));
        Expected::Hit.check(&counters);
        assert_eq!((run, unit.world.written(&["x.o", "x.d"])), (bare.run, bare.files));
    });
}

#[test]
fn an_old_object_is_replaced_and_another_link_to_it_is_not() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        let bare = world.expect_cold_and_warm(&call, &["x.o"]);
        fs::write(world.work.join("x.o"), "old").unwrap();
        fs::hard_link(world.work.join("x.o"), world.work.join("kept.o")).unwrap();
        let (run, counters) = world.count(|| world.cached(&call));
        Expected::Hit.check(&counters);
        assert_eq!((run, world.written(&["x.o"])), (bare.run, bare.files));
    });
}

#[test]
fn a_file_that_is_written_into_keeps_its_permissions_and_gives_them_to_no_other() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-MD -MF x.d -o x.o"));
        let depfile = world.work.join("x.d");
        let made = |way: &dyn Fn() -> zccache_tests::Made, is_there: bool| {
            world.remove("x.d");
            if is_there {
                fs::write(&depfile, "").unwrap();
                fs::set_permissions(&depfile, fs::Permissions::from_mode(0o600)).unwrap();
            }
            (way(), depfile.metadata().unwrap().permissions().mode())
        };
        let bare = |is_there| made(&|| world.make_bare(&call, &["x.o", "x.d"]), is_there);
        let cached = |is_there| made(&|| world.make_cached(&call, &["x.o", "x.d"]), is_there);
        for is_there in [true, false, true] {
            assert_eq!(cached(is_there), bare(is_there));
        }
        assert_eq!(world.counters().outcomes(), (2, 1, 0, 0, 0));
    });
}

#[test]
fn an_object_that_is_a_link_is_written_through_or_replaced_as_the_compiler_does() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-o link.o"));
        // Stored with a plain file first, so that there is something to put over the link.
        world.expect_cold_and_warm(&call, &["link.o"]);
        let into_link = |command: &mut Command| {
            world.remove("link.o");
            world.remove("target.o");
            symlink("target.o", world.work.join("link.o")).unwrap();
            run(command).expect_success();
            world.written(&["link.o", "target.o"])
        };
        let bare = into_link(&mut world.bare_command(&call));
        for _ in 0..2 {
            assert_eq!(into_link(&mut world.zccache(call.split(' '))), bare);
        }
        world.expect(Expected::Hit, &call, &["link.o"]);
    });
}

#[test]
fn a_missing_folder_is_the_compilers_own_error_also_after_a_hit() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-o far/x.o"));
        let (made, _) = world.expect(Expected::Failure, &call, &["far/x.o"]);
        assert_eq!(made.run.code, Some(1));
        fs::create_dir(world.work.join("far")).unwrap();
        world.expect_cold_and_warm(&call, &["far/x.o"]);
        fs::remove_file(world.work.join("far/x.o")).unwrap();
        fs::remove_dir(world.work.join("far")).unwrap();
        world.expect(Expected::Failure, &call, &["far/x.o"]);
    });
}

#[test]
fn a_device_is_written_to_and_stays_a_device() {
    each_with_header(|unit| {
        let null = unit.world.work.join("null.o");
        let made = mknodat(CWD, &null, FileType::CharacterDevice, Mode::from_raw_mode(0o666), makedev(1, 3));
        if !permitted(made.is_ok() && fs::write(&null, "x").is_ok(), "devices can be made here") {
            return;
        }
        // Stored with a plain file first, so that there is something to put over the device.
        unit.world.expect_cold_and_warm(&unit.call("-o x.o"), &["x.o"]);
        discards(unit, "null.o");
        discards(unit, "/dev/null");
    });
}

#[test]
fn a_depfile_that_is_replaced_leaves_another_link_to_it_alone() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-MD"));
        let bare = world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        fs::write(world.work.join("x.d"), "old").unwrap();
        fs::hard_link(world.work.join("x.d"), world.work.join("kept.d")).unwrap();
        let (run, counters) = world.count(|| world.cached(&call));
        Expected::Hit.check(&counters);
        assert_eq!((run, world.written(&["x.o", "x.d"])), (bare.run, bare.files));
        assert_eq!(world.read("kept.d").unwrap(), b"old");
    });
}

#[test]
fn an_object_that_is_changed_in_place_is_changed_nowhere_else() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-g -o x.o"));
        let bare = world.make_bare(&call, &["x.o"]);
        let damage = || {
            let mut object = fs::File::options().append(true).open(world.work.join("x.o")).unwrap();
            std::io::Write::write_all(&mut object, b"changed in place").unwrap();
        };
        // Right after it was compiled, and after it came from the cache.
        for expected in [Expected::Miss, Expected::Hit, Expected::Hit] {
            let (cached, counters) = world.count(|| world.cached(&call));
            expected.check(&counters);
            assert_eq!((cached, world.written(&["x.o"])), (bare.run.clone(), bare.files.clone()));
            damage();
        }
        world.expect(Expected::Hit, &unit.call("-g -o elsewhere.o"), &["elsewhere.o"]);
    });
}

#[test]
fn an_object_that_may_only_be_read_is_treated_as_the_compiler_does() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call(""));
        world.expect_cold_and_warm(&call, &["x.o"]);
        let protected = |command: &mut Command| {
            world.remove("x.o");
            world.write_now("x.o", "protected");
            fs::set_permissions(world.work.join("x.o"), fs::Permissions::from_mode(0o444)).unwrap();
            (run(command), world.written(&["x.o"])["x.o"].as_ref().map(|file| file.bytes.clone()))
        };
        let bare = protected(&mut world.bare_command(&call));
        assert_eq!(protected(&mut world.zccache(call.split_whitespace())), bare);
    });
}

#[test]
fn an_output_that_is_the_source_is_the_compilers_own_affair() {
    each_with_header(|unit| {
        let text = unit.world.read(&unit.source).unwrap();
        for arguments in [format!("-o {}", unit.source), format!("-MD -MF {}", unit.source)] {
            let mut ends = Vec::new();
            for cached in [false, true] {
                unit.world.write(&unit.source, &text);
                let call = unit.call(&arguments);
                let run = if cached { unit.world.cached(&call) } else { unit.world.bare(&call) };
                ends.push((run, unit.world.read(&unit.source)));
            }
            assert_eq!(ends[0], ends[1], "{arguments}");
        }
        let counters = unit.world.counters();
        assert_eq!((counters.hits, counters.results, counters.faults), (0, 0, 0), "{counters:?}");
    });
}

#[test]
fn an_object_from_the_cache_is_newer_than_its_sources() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-MD"));
        world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        let time = |path: &str| fs::metadata(world.work.join(path)).unwrap().modified().unwrap();
        let touched = std::time::SystemTime::now() - std::time::Duration::from_secs(1);
        fs::File::options().append(true).open(world.work.join("value.h")).unwrap().set_modified(touched).unwrap();
        tick();
        let (_, counters) = world.count(|| world.cached(&call));
        Expected::Hit.check(&counters);
        assert!(time("x.o") > time("value.h") && time("x.d") > time("value.h"));
    });
}

#[test]
fn a_disk_without_room_for_the_object_is_an_error_also_after_a_hit() {
    each_with_header(|unit| {
        let (world, call) = (&unit.world, unit.call("-g3 -o small/x.o"));
        let small = world.work.join("small");
        fs::create_dir(&small).unwrap();
        world.expect_cold_and_warm(&call, &["small/x.o"]);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4k", "zccache-test"]).arg(&small);
        if !permitted(run(&mut mount).succeeded(), "file systems can be mounted") {
            return;
        }
        fs::write(small.join("full"), [0; 4096]).unwrap();
        let made = world.make(&mut world.zccache(call.split_whitespace()), &["small/x.o"]);
        let counters = world.counters();
        run(Command::new("umount").arg("--lazy").arg(&small));
        assert!(!made.run.succeeded() && !made.run.stderr.is_empty(), "{made:?}");
        assert_eq!(counters.hits, 1, "{counters:?}");
        world.expect(Expected::Hit, &call, &["small/x.o"]);
    });
}

fn discards(unit: &Unit, device: &str) {
    let (world, call) = (&unit.world, unit.call(&format!("-o {device}")));
    let bare = world.bare(&call);
    for _ in 0..2 {
        assert_eq!(world.cached(&call), bare, "{device}");
        let metadata = fs::symlink_metadata(world.work.join(device)).unwrap();
        assert!(metadata.file_type().is_char_device(), "{device} is no device any more");
    }
}

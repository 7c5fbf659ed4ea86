//! Outputs that are missing come back, and destinations that are no plain file are treated as the compiler does.

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use zccache_tests::{Expected, permitted, run};

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

fn discards(unit: &Unit, device: &str) {
    let (world, call) = (&unit.world, unit.call(&format!("-o {device}")));
    let bare = world.bare(&call);
    for _ in 0..2 {
        assert_eq!(world.cached(&call), bare, "{device}");
        let metadata = fs::symlink_metadata(world.work.join(device)).unwrap();
        assert!(metadata.file_type().is_char_device(), "{device} is no device any more");
    }
}

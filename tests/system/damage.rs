//! A cache folder that was damaged costs hits, never a wrong object.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zccache_tests::{Expected, World, required, run};

const CALL: &str = "gcc -g -MD -c x.c";
const OUTPUTS: &[&str] = &["x.o", "x.d"];

/// A world with one stored result.
fn stored() -> Option<World> {
    if !required("gcc") {
        return None;
    }
    let world = World::new();
    world.write("x.c", "#include <stddef.h>\nsize_t x(void) { return sizeof(int); }\n");
    world.expect_cold_and_warm(CALL, OUTPUTS);
    Some(world)
}

fn stop(world: &World) {
    run(&mut world.zccache(["stop"])).expect_success();
}

/// Every blob of the cache.
fn blobs(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(blobs(&path)) } else { all.push(path) }
    }
    all
}

fn damage_blobs(world: &World, damage: impl Fn(&mut Vec<u8>)) {
    let blobs = blobs(&world.cache.join("v3/blobs"));
    assert_eq!(blobs.len(), OUTPUTS.len());
    for blob in blobs {
        let mut content = fs::read(&blob).unwrap();
        damage(&mut content);
        fs::set_permissions(&blob, Permissions::from_mode(0o600)).unwrap();
        fs::write(&blob, content).unwrap();
    }
}

/// The next compile runs and is right, the damage is counted, and the one after that is a hit.
fn recovers(world: &World, reason: Option<&str>) {
    let dropped = world.counters().dropped;
    let (_, counters) = world.expect(Expected::Miss, CALL, OUTPUTS);
    assert!(counters.dropped > 0, "{counters:?}");
    if let Some(reason) = reason {
        assert_eq!((counters.reason(reason), dropped), (1, 0), "{counters:?}");
    }
    world.expect(Expected::Hit, CALL, OUTPUTS);
}

#[test]
fn a_truncated_blob_is_dropped_and_its_unit_compiled_again() {
    let Some(world) = stored() else { return };
    damage_blobs(&world, |content| content.truncate(content.len() / 2));
    recovers(&world, Some("miss: corrupt"));
}

#[test]
fn an_empty_blob_is_dropped_and_its_unit_compiled_again() {
    let Some(world) = stored() else { return };
    damage_blobs(&world, Vec::clear);
    recovers(&world, Some("miss: corrupt"));
}

#[test]
fn a_blob_with_a_flipped_bit_is_dropped_and_its_unit_compiled_again() {
    let Some(world) = stored() else { return };
    damage_blobs(&world, |content| content[17] ^= 0x10);
    recovers(&world, Some("miss: corrupt"));
}

#[test]
fn a_blob_that_was_damaged_while_no_daemon_ran_is_dropped() {
    let Some(world) = stored() else { return };
    stop(&world);
    damage_blobs(&world, |content| *content.last_mut().unwrap() ^= 0x01);
    recovers(&world, Some("miss: corrupt"));
}

#[test]
fn blobs_that_were_deleted_are_made_again() {
    let Some(world) = stored() else { return };
    for blob in blobs(&world.cache.join("v3/blobs")) {
        fs::remove_file(blob).unwrap();
    }
    recovers(&world, Some("miss: corrupt"));
}

#[test]
fn an_index_that_is_garbage_truncated_or_empty_is_begun_afresh() {
    for damage in [
        |content: &mut Vec<u8>| content.fill(0xa5),
        |content: &mut Vec<u8>| content.fill(0),
        |content: &mut Vec<u8>| content.truncate(content.len() / 2),
        |content: &mut Vec<u8>| content.truncate(100),
        |content: &mut Vec<u8>| content.clear(),
    ] {
        let Some(world) = stored() else { return };
        stop(&world);
        let index = world.cache.join("v3/index.redb");
        let mut content = fs::read(&index).unwrap();
        damage(&mut content);
        fs::write(&index, content).unwrap();
        let made = world.make_cached(CALL, OUTPUTS);
        assert_eq!(made, world.make_bare(CALL, OUTPUTS));
        assert!(world.daemon().is_some(), "no daemon runs: {made:?}");
        world.expect(Expected::Hit, CALL, OUTPUTS);
    }
}

#[test]
fn an_index_with_flipped_bits_never_gives_a_wrong_object() {
    let Some(world) = stored() else { return };
    let bare = world.make_bare(CALL, OUTPUTS);
    stop(&world);
    let index = world.cache.join("v3/index.redb");
    let sound = fs::read(&index).unwrap();
    let used: Vec<usize> = (0..sound.len()).filter(|place| sound[*place] != 0).collect();
    for place in used.iter().step_by(used.len() / 24 + 1) {
        let mut content = sound.clone();
        content[*place] ^= 0x40;
        fs::write(&index, content).unwrap();
        assert_eq!(world.make_cached(CALL, OUTPUTS), bare, "a bit of byte {place}");
        assert!(world.daemon().is_some(), "no daemon runs with a bit of byte {place} flipped");
        stop(&world);
    }
}

#[test]
fn a_cache_folder_that_is_removed_while_the_daemon_runs_harms_no_compile() {
    let Some(world) = stored() else { return };
    fs::remove_dir_all(&world.cache).unwrap();
    let bare = world.make_bare(CALL, OUTPUTS);
    for _ in 0..3 {
        assert_eq!(world.make_cached(CALL, OUTPUTS), bare);
    }
    run(&mut world.zccache(["stop"])).expect_success();
    world.expect(Expected::Miss, CALL, OUTPUTS);
    world.expect(Expected::Hit, CALL, OUTPUTS);
}

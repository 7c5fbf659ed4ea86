//! Where the file system can share content (reflink), outputs take no room of their own and are still nobody else's.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use rustix::fs::statvfs;
use tempfile::TempDir;
use zccache_tests::{Expected, World, permitted, required, run};

/// A file system in a file, for as long as the value lives.
struct Image {
    root: TempDir,
}

impl Image {
    fn mount(kind: &str) -> Option<Image> {
        let image = Image { root: tempfile::tempdir().unwrap() };
        let file = image.root.path().join("image");
        // Both make one of this size.
        File::create(&file).unwrap().set_len(512 << 20).unwrap();
        fs::create_dir(image.folder()).unwrap();
        let mut make = Command::new(format!("mkfs.{kind}"));
        if !make.arg("-q").arg(&file).output().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: mkfs.{kind} is not there");
            return None;
        }
        let mut mount = Command::new("mount");
        let mounted = run(mount.args(["-o", "loop"]).arg(&file).arg(image.folder())).succeeded();
        permitted(mounted, &format!("file systems such as {kind} can be mounted")).then_some(image)
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("mount")
    }

    /// Bytes in use, with nothing left to be written.
    fn used(&self) -> u64 {
        run(Command::new("sync").arg("--file-system").arg(self.folder())).expect_success();
        let now = statvfs(self.folder()).unwrap();
        (now.f_blocks - now.f_bfree) * now.f_frsize
    }

    /// Whether ten files of this size that something makes take room.
    #[track_caller]
    fn is_taken(&self, bytes: u64, ten: impl FnOnce()) -> bool {
        let before = self.used();
        ten();
        let taken = self.used() - before;
        assert!(!(2 * bytes..9 * bytes).contains(&taken), "neither none nor all of them: {taken}");
        taken > bytes
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        run(Command::new("umount").arg("--lazy").arg(self.folder()));
    }
}

/// Ten hits of a large output share it, and what is written into one of them is written into no other.
fn shares(kind: &str, mode: &str) {
    const BYTES: u64 = 8_000_000;
    if !(required("gcc") && required("strip")) {
        return;
    }
    // Unmounted when the daemon of the world has been stopped.
    let Some(image) = Image::mount(kind) else { return };
    let mut world = World::new();
    world.work = image.folder().join("work");
    world.cache = image.folder().join("cache");
    world.set("ZCCACHE_MODE", mode);
    fs::create_dir(&world.work).unwrap();
    world.write("x.c", format!("int f(void) {{ return 1; }}\nchar x[{BYTES}] = {{1}};\n"));
    let stored = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let copy = |number: u32| run(&mut world.bare_command(&format!("cp --reflink=never x.o copy{number}.o")));
    assert!(image.is_taken(BYTES, || (0..10).for_each(|number| drop(copy(number).expect_success()))));
    let hit = |number: u32| {
        world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
        fs::rename(world.work.join("x.o"), world.work.join(format!("{number}.o"))).unwrap();
    };
    assert!(!image.is_taken(BYTES, || (0..10).for_each(hit)), "{kind}, {mode}");

    run(&mut world.bare_command("strip 3.o")).expect_success();
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    let bare = stored.files["x.o"].as_ref().map(|file| file.bytes.clone());
    assert!(world.read("3.o") != bare && world.read("4.o") == bare);
}

#[test]
fn outputs_share_their_content_with_the_cache_on_xfs() {
    shares("xfs", "AUTO");
    shares("xfs", "REFLINK");
}

#[test]
fn outputs_share_their_content_with_the_cache_on_btrfs() {
    shares("btrfs", "AUTO");
    shares("btrfs", "REFLINK");
}

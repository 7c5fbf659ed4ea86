//! File systems that a test mounts, where it may.

use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_tests::{permitted, run};

/// A file system at a folder, for as long as the value lives.
pub struct Mounted(PathBuf);

impl Mounted {
    /// A new and empty one in memory. None: this test may not mount.
    pub fn memory(folder: &Path, size: &str) -> Option<Mounted> {
        Mounted::new(folder, |mount| mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "zccache-test"]))
    }

    /// Another folder, at this place too.
    pub fn folder(folder: &Path, other: &Path) -> Option<Mounted> {
        Mounted::new(folder, |mount| mount.arg("--bind").arg(other))
    }

    /// What `lower` holds, with everything that is written going to a folder beside it.
    pub fn overlay(folder: &Path, lower: &Path) -> Option<Mounted> {
        let [upper, work] = ["upper", "work"].map(|suffix| lower.with_extension(suffix));
        [&upper, &work].iter().for_each(|folder| std::fs::create_dir_all(folder).unwrap());
        let layers = [("lowerdir", lower), ("upperdir", &upper), ("workdir", &work)];
        let layers = layers.map(|(name, folder)| format!("{name}={}", folder.display())).join(",");
        Mounted::new(folder, |mount| mount.args(["-t", "overlay", "-o", &layers, "zccache-test"]))
    }

    fn new(folder: &Path, what: impl FnOnce(&mut Command) -> &mut Command) -> Option<Mounted> {
        std::fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        let mounted = run(what(&mut mount).arg(folder)).succeeded();
        permitted(mounted, "file systems can be mounted").then(|| Mounted(folder.to_owned()))
    }

    /// Whether tests may mount at all.
    pub fn is_permitted(beside: &Path) -> bool {
        Mounted::memory(&beside.join("trial"), "16k").is_some()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run(Command::new("umount").arg("--lazy").arg(&self.0));
    }
}

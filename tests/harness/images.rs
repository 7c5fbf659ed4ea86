//! Native images of the plugins, made once for all worlds. Each is a user of its own, whose daemon would else compile the
//! plugins first: 0.4 s of processor time, several times what a test does.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::programs;
use crate::run::run;

/// Where the daemon keeps them, from the user's home on.
const IMAGES: &str = ".local/state/zccache/images";

/// Gives a home the images. Where there are none to give, its daemon makes them.
pub(crate) fn give(home: &Path) {
    copy_folder(made(), &home.join(IMAGES)).expect("the home is ours");
}

/// The images, which a daemon made in a home that stays beside the tests' programs.
fn made() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let test = std::env::current_exe().expect("a running test has a path");
        let home = test.with_file_name("zccache-test-home");
        // A socket's path must be short.
        let runtime = tempfile::tempdir().expect("there is room for a test");
        for command in ["start", "stop"] {
            let mut zccache = Command::new(programs::zccache());
            zccache.arg(command).env("HOME", &home).env("ZCCACHE_CACHE_DIR", home.join("cache"));
            zccache.env("XDG_RUNTIME_DIR", runtime.path()).env_remove("XDG_STATE_HOME");
            // Why it fails is the business of the tests.
            run(&mut zccache);
        }
        home.join(IMAGES)
    })
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

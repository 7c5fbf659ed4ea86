//! Worlds in which cargo and the compiler run.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use zccache_tests::{World, required};

/// A world with the toolchain that this test was started with, or else with the user's default. None: there is no cargo.
pub fn world() -> Option<World> {
    if !required("cargo") {
        return None;
    }
    let mut world = World::new();
    // A world has a home of its own, with no toolchains in it.
    let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    if let Some(rustup) = rustup.or_else(|| Some(env::home_dir()?.join(".rustup"))) {
        world.set("RUSTUP_HOME", rustup);
    }
    if let Some(toolchain) = env::var_os("RUSTUP_TOOLCHAIN") {
        world.set("RUSTUP_TOOLCHAIN", toolchain.to_str().unwrap());
    }
    // What is not installed is not to be fetched.
    world.set("RUSTUP_AUTO_INSTALL", "0");
    Some(world)
}

/// The compiler itself, as cargo calls it: in PATH there may be rustup's proxy.
pub fn rustc() -> &'static str {
    static RUSTC: OnceLock<String> = OnceLock::new();
    RUSTC.get_or_init(|| {
        let said = Command::new("rustc").args(["--print", "sysroot"]).current_dir(env::temp_dir()).output().unwrap();
        let sysroot = String::from_utf8(said.stdout).unwrap();
        format!("{}/bin/rustc", sysroot.trim_end())
    })
}

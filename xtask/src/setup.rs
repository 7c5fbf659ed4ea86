//! `cargo xtask setup`: says what is here, installs what is missing, and says what it could not install.

use std::process::Command;

use anyhow::{Result, bail, ensure};
use zccache_components::{Error, Library, TARGET, Toolchain};

use crate::process;
use crate::tool::{self, Purpose};
use crate::workspace::Workspace;

/// A compiler for WebAssembly where rustup has nothing to offer: it builds the library from the source beside it.
const TOOLCHAIN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Finds or installs everything for a purpose. A missing tool that the build can do without is an error only in continuous
/// integration (`CI=true`), where a test that skips itself would be a hole that nobody sees.
pub(crate) fn run(workspace: &Workspace, purpose: Purpose) -> Result<()> {
    let toolchain = find_toolchain(workspace);
    let mut packages: Vec<&str> = tool::missing(purpose).iter().flat_map(|tool| tool.packages).copied().collect();
    match &toolchain {
        Err(Error::NoToolchain) => packages.extend(TOOLCHAIN_PACKAGES),
        Err(Error::NoLinker) => packages.push("lld"),
        _ => {}
    }
    if !packages.is_empty()
        && let Err(error) = install(&packages)
    {
        // Whether that is the end is decided by what is there now.
        println!("{error:#}");
    }
    report(workspace, purpose)
}

/// Whether the tests are to fail where a tool is missing.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Tries rustup before it gives up: a target of the user's own toolchain is a few seconds' download.
fn find_toolchain(workspace: &Workspace) -> Result<Toolchain, Error> {
    let found = Toolchain::find(&workspace.root);
    if !matches!(found, Err(Error::NoToolchain)) || tool::find("rustup").is_none() {
        return found;
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(&workspace.root);
    match process::run(rustup.env_remove("RUST_BACKTRACE")) {
        Ok(()) => Toolchain::find(&workspace.root),
        Err(error) => {
            println!("{error:#}");
            found
        }
    }
}

/// Installs what the system's package manager has of these, or says what to type.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if tool::find("apt-get").is_none() {
        bail!("install with your package manager what Debian calls: {wanted}");
    }
    if !rustix::process::geteuid().is_root() {
        bail!("run `sudo apt-get install {wanted}`, then this again");
    }
    if apt(packages).is_ok() {
        return Ok(());
    }
    // Lists that are missing or older than the archive name packages that are no longer there.
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    let Err(error) = apt(packages) else { return Ok(()) };
    // One that the archive does not have keeps the others away.
    if packages.len() > 1 {
        for package in packages {
            if let Err(error) = apt(&[package]) {
                println!("{error:#}");
            }
        }
        return Ok(());
    }
    Err(error)
}

fn apt(packages: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    process::run(command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
}

/// Prints every tool and where it is; an error if one is missing that cannot be done without.
fn report(workspace: &Workspace, purpose: Purpose) -> Result<()> {
    let mut needed = Vec::new();
    let mut wanted = Vec::new();
    match Toolchain::find(&workspace.root) {
        Ok(toolchain) => {
            let library = match &toolchain.library {
                Library::Installed => "with its own library",
                Library::Source(_) => "building its library from source",
            };
            println!("{:12}{} {}, {library}", "plugins", toolchain.rustc.display(), toolchain.version);
        }
        Err(Error::NoLinker) => needed.push("a linker for WebAssembly (lld)"),
        Err(_) => needed.push("a Rust compiler for WebAssembly"),
    }
    for tool in tool::needed(purpose) {
        match tool.path() {
            Some(path) => println!("{:12}{}", tool.name, path.display()),
            None if tool.purpose == Purpose::Build || is_ci() => needed.push(tool.name),
            None => wanted.push(tool.name),
        }
    }
    if !wanted.is_empty() {
        println!("missing, and tests that need it are skipped: {}", wanted.join(", "));
    }
    ensure!(needed.is_empty(), "missing: {}", needed.join(", "));
    Ok(())
}

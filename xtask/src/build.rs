//! `cargo xtask build`: the release programs, where they are and how large.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use object::read::elf::{ElfFile64, ProgramHeader as _};
use object::{Endianness, elf};

use crate::process;
use crate::workspace::Workspace;

/// The built programs. They lie in one folder, where the client looks for the daemon.
pub(crate) struct Programs {
    /// `zccache`.
    pub(crate) client: PathBuf,
}

impl Programs {
    /// The folder that holds both.
    pub(crate) fn folder(&self) -> &Path {
        self.client.parent().expect("cargo names executables by absolute path")
    }
}

/// Builds both programs and prints them.
pub(crate) fn run(workspace: &Workspace) -> Result<Programs> {
    programs(workspace, &[])
}

/// The client that is tried: one that is there already, as for the tests, or the release build.
pub(crate) fn client(workspace: &Workspace) -> Result<PathBuf> {
    match env::var_os("ZCCACHE_TEST_BIN_DIR") {
        Some(folder) => Ok(std::path::absolute(folder).context("the folder of programs")?.join("zccache")),
        None => Ok(run(workspace)?.client),
    }
}

/// Builds also the programs of the benchmark into the same folder: in one go, so that cargo builds what they share once.
pub(crate) fn with_measuring(workspace: &Workspace) -> Result<Programs> {
    programs(workspace, &["-p", "zccache-measure"])
}

fn programs(workspace: &Workspace, besides: &[&str]) -> Result<Programs> {
    let executables = build(workspace, besides)?;
    let named = |name: &str| {
        let found = executables.iter().find(|file| file.file_stem().is_some_and(|stem| stem == name));
        found.cloned().with_context(|| format!("cargo built no {name}"))
    };
    let (client, daemon) = (named("zccache")?, named("zccached")?);
    for program in [&client, &daemon] {
        let bytes = fs::metadata(program).with_context(|| program.display().to_string())?.len();
        println!("{}  {:.1} MB", program.display(), bytes as f64 / 1e6);
    }
    if cfg!(target_os = "linux") && !is_static(&client)? {
        bail!("{} is not static: it starts 0.3 ms later than it should", client.display());
    }
    Ok(Programs { client })
}

/// Has cargo build and gives back the executables that it names.
fn build(workspace: &Workspace, besides: &[&str]) -> Result<Vec<PathBuf>> {
    let mut cargo = process::cargo();
    cargo.current_dir(&workspace.root).args(["build", "--release", "-p", "zccache", "-p", "zccached"]).args(besides);
    cargo.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
    process::announce(&cargo);
    let messages = process::output(&mut cargo)?;
    let mut executables = Vec::new();
    for message in Message::parse_stream(messages.as_slice()) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's messages")? {
            executables.extend(artifact.executable.map(PathBuf::from));
        }
    }
    Ok(executables)
}

/// Whether the kernel starts the program itself, without a loader.
fn is_static(program: &Path) -> Result<bool> {
    let data = fs::read(program).with_context(|| program.display().to_string())?;
    let file = ElfFile64::<Endianness>::parse(data.as_slice()).with_context(|| program.display().to_string())?;
    let endian = file.endian();
    Ok(file.elf_program_headers().iter().all(|header| header.p_type(endian) != elf::PT_INTERP))
}

//! Has cargo build one plugin into a core WebAssembly module. Whether anything has to be built is cargo's to decide.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Message, TargetKind};

use crate::environment;
use crate::error::Error;
use crate::toolchain::{Library, TARGET, Toolchain};

/// Builds the plugin of this name and says where its module is. `target` is a folder of our own: the outer cargo holds
/// the lock of the workspace's while a build script runs.
pub(crate) fn build(toolchain: &Toolchain, workspace: &Path, target: &Path, plugin: &str) -> Result<PathBuf, Error> {
    let package = format!("zccache-plugin-{plugin}");
    let mut cargo = Command::new(&toolchain.cargo);
    cargo.current_dir(workspace).args(["rustc", "--quiet", "--locked", "--release", "--lib", "--package", &package]);
    cargo.args(["--crate-type", "cdylib", "--target", TARGET, "--target-dir"]).arg(target);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if let Library::Source(_) = toolchain.library {
        cargo.arg("-Zbuild-std=std,panic_abort");
    }
    environment::prepare(&mut cargo, toolchain, workspace);
    let not_run = |source| Error::Run { program: toolchain.cargo.clone(), source };
    let mut child = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_run)?;
    let stdout = child.stdout.take().expect("the output of a child spawned with a pipe is a pipe");
    let module = Message::parse_stream(BufReader::new(stdout)).map_while(Result::ok).filter_map(module_of).last();
    let status = child.wait().map_err(not_run)?;
    if !status.success() {
        return Err(Error::Build { plugin: plugin.to_owned(), rustc: toolchain.rustc.clone(), status });
    }
    module.ok_or_else(|| Error::NoModule { plugin: plugin.to_owned() })
}

/// The module that a message of cargo's tells of. Dependencies make none.
fn module_of(message: Message) -> Option<PathBuf> {
    let Message::CompilerArtifact(artifact) = message else { return None };
    artifact.target.kind.contains(&TargetKind::CDyLib).then_some(())?;
    let module = artifact.filenames.into_iter().find(|file| file.extension() == Some("wasm"))?;
    Some(module.into_std_path_buf())
}

//! The plugins that come with the daemon, and how their components become native code: in a process of its own, with
//! limits, because compiling hostile code may take any time and memory.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::runtime::Handle;
use zccache_model::limits;
use zccache_sandbox::{Registry, Sandbox, SandboxError, compile_image};

use crate::process::{self, Start};

/// The word that makes this program compile a component instead of serving.
pub const COMPILE: &str = "compile-component";

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/components.rs"));
}

/// Loads every plugin that comes with the daemon, and those in a folder of further ones. One that cannot be loaded is left
/// out, and the log says why.
pub fn load_all(images: &Path, further: Option<&Path>, runtime: &Handle) -> Result<Registry, SandboxError> {
    let sandbox = Sandbox::new(images)?;
    let mut plugins = Vec::new();
    for (name, component) in components(further) {
        match sandbox.load(&component, &|component, image| compile_in_child(runtime, component, image)) {
            Ok(plugin) => plugins.push(plugin),
            Err(error) => tracing::error!(plugin = name, %error, "a plugin cannot be loaded"),
        }
    }
    Ok(Registry::new(plugins))
}

/// The embedded components, and every `*.wasm` of the folder.
fn components(further: Option<&Path>) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> =
        embedded::COMPONENTS.iter().map(|(name, component)| (name.to_string(), component.to_vec())).collect();
    let files = further.into_iter().flat_map(std::fs::read_dir).flatten().flatten().map(|entry| entry.path());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "wasm")) {
        match std::fs::read(&file) {
            Ok(component) => all.push((file.display().to_string(), component)),
            Err(error) => tracing::error!(file = %file.display(), %error, "a component cannot be read"),
        }
    }
    all
}

fn compile_in_child(runtime: &Handle, component: &[u8], image: &Path) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let start = Start {
        name: own.clone().into_os_string(),
        program: own,
        arguments: vec![COMPILE.into(), image.into()],
        directory: PathBuf::from("/"),
        environment: Vec::new(),
        stdin: component.to_vec(),
    };
    let ran = process::run(runtime, start, limits::COMPONENT_COMPILE_TIME).map_err(|error| error.to_string())?;
    if ran.status.is_success() {
        Ok(())
    } else {
        Err(format!("{:?}: {}", ran.status, String::from_utf8_lossy(&ran.stderr).trim_end()))
    }
}

/// The child's side: reads a component from standard input, writes its image to the path.
pub fn compile_in_this_process(image: Option<OsString>) -> ExitCode {
    match compile(image) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn compile(image: Option<OsString>) -> Result<(), String> {
    let image = image.ok_or("a path to write the image to is missing")?;
    let seconds = limits::COMPONENT_COMPILE_TIME.as_secs();
    for (resource, most) in [(Resource::As, limits::COMPONENT_COMPILE_BYTES), (Resource::Cpu, seconds)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(|error| error.to_string())?;
    }
    let mut component = Vec::new();
    let most = limits::COMPONENT_BYTES as u64 + 1;
    std::io::stdin().take(most).read_to_end(&mut component).map_err(|error| error.to_string())?;
    let code = compile_image(&component).map_err(|error| error.to_string())?;
    let mut file = std::fs::File::create(image).map_err(|error| error.to_string())?;
    file.write_all(&code).map_err(|error| error.to_string())
}

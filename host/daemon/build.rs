//! Builds the plugins and writes them down as a constant, so that `zccached` carries every plugin of this repository.
//! Their names are those of their folders: nothing here knows which there are.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Err(error) = write_components() else { return ExitCode::SUCCESS };
    println!("cargo::error={error}");
    // That line fails the build by itself. Only for a script that fails does cargo also show what the script printed,
    // and that is of use only where a plugin's own source is wrong.
    match error.downcast_ref() {
        Some(zccache_components::Error::Build { .. }) => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Writes `components.rs`: `COMPONENTS`, the name and the bytes of each plugin, sorted by name.
fn write_components() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let workspace = package.ancestors().nth(2).ok_or("the package is not in host/")?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for input in ["plugins", "wit", "Cargo.lock", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", workspace.join(input).display());
    }
    let mut code = String::from(
        "/// The plugins that this program carries: name, component.\n\
         #[allow(unreachable_pub, reason = \"how visible it is, is decided where it is included\")]\n\
         pub const COMPONENTS: &[(&str, &[u8])] = &[\n",
    );
    for component in zccache_components::build(workspace, target_folder(&out))? {
        writeln!(code, "    ({:?}, include_bytes!({:?})),", component.name, component.file)?;
    }
    code.push_str("];\n");
    Ok(fs::write(out.join("components.rs"), code)?)
}

/// The folder that cargo builds into, which it marks as a cache; so it marks the folder of each target inside. All
/// targets and profiles share one build of the plugins.
fn target_folder(out: &Path) -> &Path {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(out);
    let of_one_target = env::var_os("TARGET").is_some_and(|target| marked.ends_with(target));
    if of_one_target { marked.parent().unwrap_or(marked) } else { marked }
}

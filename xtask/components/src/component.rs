//! From a plugin's folder to a component on disk that imports nothing.

use std::fs;
use std::path::{Path, PathBuf};

use wit_component::{ComponentEncoder, DecodedWasm};

use crate::error::Error;
use crate::module;
use crate::toolchain::Toolchain;

/// A plugin, built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The plugin's folder in `plugins/`.
    pub name: String,
    /// The component.
    pub file: PathBuf,
}

/// Builds every plugin of the workspace into `<target>/components/<name>.wasm`. A file whose bytes would be the same is
/// left alone, so that what is built from it stays fresh.
pub fn build(workspace: &Path, target: &Path) -> Result<Vec<Component>, Error> {
    let toolchain = Toolchain::find(workspace)?;
    let folder = target.join("components");
    let mut components = Vec::new();
    for name in names(workspace)? {
        let module = module::build(&toolchain, workspace, &folder, &name)?;
        let module = fs::read(&module).map_err(Error::file(module))?;
        let file = folder.join(format!("{name}.wasm"));
        write(&file, &encode(&name, &module)?)?;
        components.push(Component { name, file });
    }
    Ok(components)
}

/// The names of all plugins: the folders of `plugins/` that hold a crate, without the SDK; sorted.
pub fn names(workspace: &Path) -> Result<Vec<String>, Error> {
    let folder = workspace.join("plugins");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Error::file(&folder))? {
        let entry = entry.map_err(Error::file(&folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && name != "sdk"
            && entry.path().join("Cargo.toml").is_file()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Makes a component of a core module, in tens of milliseconds. Fails if it imports anything.
fn encode(plugin: &str, module: &[u8]) -> Result<Vec<u8>, Error> {
    let failure = |error| Error::NotAComponent { plugin: plugin.to_owned(), reason: format!("{error:#}") };
    let mut encoder = ComponentEncoder::default().validate(true).module(module).map_err(failure)?;
    let component = encoder.encode().map_err(failure)?;
    let DecodedWasm::Component(resolve, world) = wit_component::decode(&component).map_err(failure)? else {
        return Err(Error::NotAComponent { plugin: plugin.to_owned(), reason: "it is a WIT package".to_owned() });
    };
    let world = &resolve.worlds[world];
    if let Some(import) = world.imports.keys().next() {
        return Err(Error::Import { plugin: plugin.to_owned(), import: resolve.name_world_key(import) });
    }
    if world.exports.is_empty() {
        return Err(Error::NotAComponent { plugin: plugin.to_owned(), reason: "it exports nothing".to_owned() });
    }
    Ok(component)
}

/// Two builds may do this at once, for two profiles: each puts a whole file in place.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let temporary = file.with_extension(format!("wasm.{}", std::process::id()));
    fs::write(&temporary, bytes).map_err(Error::file(&temporary))?;
    fs::rename(&temporary, file).map_err(Error::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_that_holds_a_crate_is_a_plugin_but_the_sdk() {
        let workspace = tempfile::tempdir().unwrap();
        for folder in ["sdk", "second", "first", "notes"] {
            fs::create_dir_all(workspace.path().join("plugins").join(folder)).unwrap();
            if folder != "notes" {
                fs::write(workspace.path().join("plugins").join(folder).join("Cargo.toml"), "").unwrap();
            }
        }
        assert_eq!(names(workspace.path()).unwrap(), ["first", "second"]);
    }

    #[test]
    fn a_module_that_imports_or_exports_nothing_is_refused_by_name() {
        for (text, complaint) in [(r#"(module (import "env" "now" (func)))"#, "env"), ("(module)", "exports nothing")] {
            let error = encode("first", &wat::parse_str(text).unwrap()).unwrap_err().to_string();
            assert!(error.contains("'first'") && error.contains(complaint), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_component_that_would_be_the_same_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("first.wasm");
        write(&file, b"one").unwrap();
        let old = fs::File::options().write(true).open(&file).unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        write(&file, b"one").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), std::time::UNIX_EPOCH);
        write(&file, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

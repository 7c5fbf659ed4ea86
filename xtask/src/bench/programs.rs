//! The programs that are measured, or measure: built for release, or there already.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::build;
use crate::workspace::Workspace;

/// Names the folder of programs to try, as for the tests and the demo. Without it they are built first.
const FOLDER: &str = "ZCCACHE_TEST_BIN_DIR";

/// All of them.
pub(crate) struct Programs {
    /// `zccache`.
    pub(crate) client: PathBuf,
    /// `zccached`.
    pub(crate) daemon: PathBuf,
    /// Fills a cache folder with results that nobody made.
    pub(crate) fill: PathBuf,
    /// Times a plugin.
    pub(crate) plan: PathBuf,
    /// The plugin's component.
    pub(crate) component: PathBuf,
}

/// The plugin whose calls are timed.
const PLUGIN: &str = "gcc";

impl Programs {
    /// Finds or builds them, and installs the two that users have.
    pub(crate) fn get(workspace: &Workspace) -> Result<Programs> {
        let mut programs = Programs::find(workspace)?;
        let folder = workspace.target.join("bench/bin");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        for program in [&mut programs.client, &mut programs.daemon] {
            *program = installed(program, &folder)?;
        }
        Ok(programs)
    }

    fn find(workspace: &Workspace) -> Result<Programs> {
        let component = format!("{PLUGIN}.wasm");
        if let Some(folder) = env::var_os(FOLDER) {
            let folder = std::path::absolute(folder).context(FOLDER)?;
            let beside = folder.join(&component);
            let component = if beside.is_file() { beside } else { workspace.target.join("components").join(component) };
            let programs = Programs::in_folder(&folder, component);
            for file in [&programs.client, &programs.daemon, &programs.fill, &programs.plan, &programs.component] {
                ensure!(file.is_file(), "{FOLDER} is set, and {} is missing", file.display());
            }
            return Ok(programs);
        }
        let folder = build::with_measuring(workspace)?.folder().to_owned();
        let components = zccache_components::build(&workspace.root, &workspace.target)?;
        let component = components.into_iter().find(|component| component.name == PLUGIN).context("no plugin")?.file;
        Ok(Programs::in_folder(&folder, component))
    }

    fn in_folder(folder: &Path, component: PathBuf) -> Programs {
        let [client, daemon, fill, plan] = ["zccache", "zccached", "fill", "plan"].map(|name| folder.join(name));
        Programs { client, daemon, fill, plan, component }
    }
}

/// Copies a program, as installing it does. A file that a linker wrote lies in the system's memory in small pieces, and starts
/// 0.2 ms later than a copy of it, or than the same file after the machine was started anew.
pub(crate) fn installed(program: &Path, folder: &Path) -> Result<PathBuf> {
    let copy = folder.join(program.file_name().context("a program has a name")?);
    // One that runs at this moment cannot be written.
    match fs::remove_file(&copy) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).context(copy.display().to_string()),
        _ => {}
    }
    fs::copy(program, &copy).with_context(|| program.display().to_string())?;
    Ok(copy)
}

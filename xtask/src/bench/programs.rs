//! The programs that are measured, or measure: built for release, or there already.

use std::env;
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
    /// Finds or builds them.
    pub(crate) fn get(workspace: &Workspace) -> Result<Programs> {
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

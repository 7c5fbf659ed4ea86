//! Where files of a user belong when nothing says otherwise.

use std::path::PathBuf;

use etcetera::BaseStrategy;

/// The folders of one user, as the XDG base directory specification names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Default of the cache folder.
    pub cache: PathBuf,
    /// The configuration file.
    pub configuration: PathBuf,
    /// What belongs to this machine and user and must not travel: native images of plugins, the log.
    pub state: PathBuf,
    /// Sockets and scratch files.
    pub runtime: PathBuf,
}

impl Folders {
    /// The folders of the user of this process; none where it has no home.
    pub fn of_user() -> Option<Folders> {
        let base = etcetera::base_strategy::Xdg::new().ok()?;
        let runtime = base
            .runtime_dir()
            .map(|folder| folder.join("zccache"))
            // Not in TMPDIR: builds set another one for each of their jobs, and all of those have one daemon.
            .unwrap_or_else(|| PathBuf::from(format!("/tmp/zccache-{}", rustix::process::geteuid().as_raw())));
        Some(Folders {
            cache: base.cache_dir().join("zccache"),
            configuration: base.config_dir().join("zccache").join("config.toml"),
            state: base.state_dir().unwrap_or_else(|| base.data_dir()).join("zccache"),
            runtime,
        })
    }
}

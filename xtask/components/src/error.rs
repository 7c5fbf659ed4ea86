//! Why there is no component. Each reads as one line that says what to do or where to look.

use std::io;
use std::path::PathBuf;

/// Why the plugins could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a standard library for WebAssembly nor the source of one.
    #[error("no toolchain on this machine can build plugins for WebAssembly: run `cargo xtask setup`")]
    NoToolchain,
    /// A toolchain without a linker that makes WebAssembly.
    #[error("no linker for WebAssembly (rust-lld, wasm-ld or lld) is installed: run `cargo xtask setup`")]
    NoLinker,
    /// The plugin's own source, or a crate it needs. What exactly, cargo has printed.
    #[error("cargo could not build the plugin '{plugin}' with {rustc}: {status}")]
    Build {
        /// The folder in `plugins/`.
        plugin: String,
        /// The compiler used.
        rustc: PathBuf,
        /// How cargo ended.
        status: std::process::ExitStatus,
    },
    /// Cargo ended well, but named no module.
    #[error("cargo built the plugin '{plugin}' and named no .wasm file")]
    NoModule {
        /// The folder in `plugins/`.
        plugin: String,
    },
    /// The module does not fit the contract in `wit/`.
    #[error("the plugin '{plugin}' is no component: {reason}")]
    NotAComponent {
        /// The folder in `plugins/`.
        plugin: String,
        /// In the words of the encoder.
        reason: String,
    },
    /// A plugin imports nothing: what it asks for it would be refused at run time.
    #[error("the plugin '{plugin}' imports '{import}'; plugins import nothing")]
    Import {
        /// The folder in `plugins/`.
        plugin: String,
        /// The first import.
        import: String,
    },
    /// A program could not be started.
    #[error("cannot run {program}: {source}")]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// Makes an I/O error say which file it is about.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { path, source }
    }
}

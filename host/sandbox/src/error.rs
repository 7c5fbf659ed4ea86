//! Why there is no sandbox, and why a component is not loaded.

use std::path::PathBuf;

use zccache_model::limits;

use crate::engine::{CORE_INSTANCES, TABLES};
use crate::fault::PluginFault;

/// Why the sandbox cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The folder for native images cannot be made or looked at.
    #[error("cannot use the folder '{}' for plugin images: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another user could put native code there.
    #[error("the folder '{}' for plugin images {why}: make it yours alone (chown, chmod 700)", folder.display())]
    NotPrivate {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it, as in "belongs to another user".
        why: &'static str,
    },
    /// The engine does not start.
    #[error("the WebAssembly engine does not start: {cause}")]
    Engine {
        /// What it said.
        cause: String,
    },
    /// There is no thread for the clock that ends calls which take too long.
    #[error("cannot start the clock of the WebAssembly engine: {source}")]
    Clock {
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why a file is not loaded as a plugin. The messages go to who installs it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is too large.
    #[error(
        "the file has {bytes} bytes, and a plugin at most {}: build it for size, without debug information",
        limits::COMPONENT_BYTES
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is something else.
    #[error("the file is not WebAssembly: name the component (.wasm) that `zccache plugin build` makes")]
    NotWebAssembly,
    /// It is what a linker makes, before it is made a component.
    #[error(
        "the file is a core module, not a component: make one of it with `zccache plugin build` or \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// It imports something.
    #[error(
        "the component imports '{name}': plugins import nothing, WASI included; \
         build it for wasm32-unknown-unknown, or leave out what needs the import"
    )]
    Imports {
        /// The first import.
        name: String,
    },
    /// It does not export the interface.
    #[error("the component does not export '{interface}', which this zccache asks for: it {instead}")]
    NoInterface {
        /// The interface, with the version that the host has.
        interface: &'static str,
        /// What it exports instead, and what to do.
        instead: String,
    },
    /// Its export of the right name has other types.
    #[error(
        "the component's export '{interface}' differs from this zccache's contract: {cause}; \
         build it against the WIT package of this zccache"
    )]
    InterfaceTypes {
        /// The interface, with the version that the host has.
        interface: &'static str,
        /// The first difference.
        cause: String,
    },
    /// It cannot be compiled to native code.
    #[error("the component cannot be compiled: {cause}")]
    Compile {
        /// What the compiler said.
        cause: String,
    },
    /// Its native image cannot be kept.
    #[error("cannot keep the native image '{}': {source}", file.display())]
    KeepImage {
        /// The image.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its native image was just made, and the engine does not load it: mostly since it would need more than a call has.
    #[error(
        "the component cannot be loaded: {cause}; a plugin has one memory of at most {} MiB, {TABLES} tables of at most {} \
         elements, and {CORE_INSTANCES} core instances",
        limits::PLUGIN_MEMORY_BYTES >> 20,
        limits::PLUGIN_TABLE_ELEMENTS
    )]
    LoadImage {
        /// What the engine said.
        cause: String,
    },
    /// It does not start, or its `describe` gives no answer.
    #[error("the component does not say what it is: {0}")]
    Describe(PluginFault),
    /// What it says of itself cannot be.
    #[error("the plugin's description is not valid: {what}")]
    Description {
        /// What is wrong with it.
        what: String,
    },
    /// Its description says something that this host does not know and that may be a condition of correctness.
    #[error("the plugin's description says '{name}', which this zccache does not know: it needs a newer zccache")]
    UnknownProperty {
        /// The property.
        name: String,
    },
}

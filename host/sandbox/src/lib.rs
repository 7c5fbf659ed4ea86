//! A component file becomes a typed, limited, pure function. The only crate that names wasmtime.
//!
//! Checked here is what a component is and says of itself; whether an answer keeps the host's rules is `model::rules`.
#![deny(unsafe_code)]

mod plugin;
mod registry;
mod sandbox;

mod bindings;
mod check;
mod convert;
mod engine;
mod error;
mod fault;
mod gate;
mod image;
mod limiter;
mod private;
mod runtime;
mod text;
mod ticker;

pub use engine::compile_image;
pub use error::{LoadError, SandboxError};
pub use fault::{FailureKind, PluginFault};
pub use image::Compile;
pub use plugin::Plugin;
pub use registry::{Registered, Registry, Standing};
pub use sandbox::Sandbox;

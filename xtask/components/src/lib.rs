//! Makes the components that `zccached` carries: every folder of `plugins/` but the SDK, built for WebAssembly by a
//! toolchain that this machine has. What installs a toolchain is `cargo xtask setup`, not this crate.
#![forbid(unsafe_code)]

mod component;
mod environment;
mod error;
mod module;
mod toolchain;

pub use component::{Component, build, names};
pub use environment::is_of_build;
pub use error::Error;
pub use toolchain::{Library, TARGET, Toolchain};

//! What a zccache plugin in Rust is made with: the contract's types, a trait whose defaults mean "not cached", and the
//! parts that every knowledge of a command line needs: option tables, response files, depfiles, golden tests.
//!
//! A plugin is an ordinary library, so its logic is tested natively. `export!` makes a component of it where it is
//! compiled for WebAssembly. Nothing here imports anything: a plugin is a pure function.
#![deny(unsafe_code)]

pub mod answer;
pub mod bindings;
pub mod depfile;
pub mod dialogue;
pub mod environment;
pub mod golden;
pub mod inquiry;
pub mod options;
pub mod path;
pub mod plugin;
pub mod quoting;
pub mod state;
pub mod stop;
pub mod table;

pub use bindings::exports::zccache::plugin::tool_plugin as contract;
pub use plugin::Plugin;

//! Rust as people build it: whole workspaces by cargo, and single calls of the compiler where a trap asks for one. All of it
//! is held against the same without the cache, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod build;
mod call;
mod listing;
mod outputs;
mod rust;
mod sources;
mod workspace;

mod builds;
mod clippy;
mod crates;
mod folders;
mod incremental;
mod toolchains;

mod dep_info;
mod failures;
mod generated;
mod links;
mod macros;
mod memory;
mod metadata;
mod modules;
mod names;
mod native;
mod options;
mod questions;
mod streams;
mod variables;

mod edits;

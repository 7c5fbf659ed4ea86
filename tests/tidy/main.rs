//! Rules that hold for the project's own files: who may name what, who may depend on whom, who may start processes.
//! Each rule collects every breach before it fails.

mod ascii;
mod graph;
mod names;
mod processes;
mod settings;
mod suites;
mod text;
mod unsafe_code;

//! Calls of the compiler for one crate, `x.rs`.

use crate::rust::rustc;

/// What a library's call writes.
pub const LIBRARY: [&str; 3] = ["x.d", "libx.rmeta", "libx.rlib"];

/// What a program's call writes: not `x`, below which a module could lie.
pub const PROGRAM: [&str; 2] = ["program.d", "program"];

/// A call that makes a library, as cargo words it.
pub fn library(words: &str) -> String {
    format!("{} --edition=2024 --crate-type=lib --emit=dep-info,metadata,link x.rs {words}", rustc())
}

/// A call that makes a program, as cargo words it.
pub fn program(words: &str) -> String {
    format!("{} --edition=2024 --crate-name=program --crate-type=bin --emit=dep-info,link x.rs {words}", rustc())
}

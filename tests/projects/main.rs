//! Whole projects, built by CMake and Ninja as their authors build them: without the cache, cold, warm, and warm after a
//! touch of every header. `cargo xtask demo --all` does the same with larger ones.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod tree;

mod coverage;
mod googletest;
mod pch;

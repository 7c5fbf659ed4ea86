//! Components for tests, well-behaved and hostile, made without a compiler: an answer is written as text (WAVE), laid out
//! in memory as the component model wants it, and given by a few lines of WebAssembly text. Every one of them claims the
//! program name `victim`, unless a test says otherwise.
#![forbid(unsafe_code)]

mod caching;
mod canned;
mod hostile;
mod layout;
mod memory;

pub use caching::{Caching, done};
pub use canned::Canned;
pub use hostile::{
    core_module, hungry, looping, outside_output, trapping, ungranted_addition, ungranted_probe, with_wasi_import,
    wrong_interface,
};
pub use layout::Layout;

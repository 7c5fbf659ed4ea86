//! The settings: one table, read once at the edge. Nothing else reads a `ZCCACHE_` variable.
#![forbid(unsafe_code)]

mod folders;
mod table;

pub use folders::Folders;
pub use table::{CopyMode, Row, Settings, SettingsError, TABLE};

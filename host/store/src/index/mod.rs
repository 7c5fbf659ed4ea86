//! What is stored, as tables of one database file.

mod addition;
mod database;
mod read;
mod rows;
mod tables;

pub(crate) use addition::{Lead, NewResult};
pub(crate) use database::{Index, IndexError, Keep, Opened};
pub(crate) use read::{Found, find_manifest, find_result, has_result, is_named, memory, statistics, totals};
pub(crate) use rows::{Added, Changes, Rows};
pub(crate) use tables::Totals;

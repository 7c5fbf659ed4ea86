//! What zccache knows of rustc and of clippy's driver: which calls are cacheable, what they write, and what a run read. What
//! is not certain is not cached, with a reason.
//!
//! A command line is read by `command` with the rows of `table` and `codegen`; `tool` says which compiler it is for and where
//! its libraries are; `outputs` names what is written; `plan` puts the unit together; `collect` says what a run read.
#![deny(unsafe_code)]

mod codegen;
mod collect;
mod command;
mod context;
mod description;
mod environment;
mod link_words;
mod outputs;
mod plan;
mod table;
mod tool;

use zccache_plugin_sdk::Plugin;
use zccache_plugin_sdk::contract::{Collected, Decision, Description, Invocation, Outcome};

/// The plugin.
pub struct Rustc;

impl Plugin for Rustc {
    fn describe() -> Description {
        description::describe()
    }

    fn plan(invocation: &Invocation) -> Decision {
        plan::plan(invocation)
    }

    fn collect(outcome: &Outcome) -> Collected {
        collect::collect(outcome)
    }
}

zccache_plugin_sdk::export!(crate::Rustc);

//! What zccache knows of gcc, g++, clang and clang++: which calls are cacheable, what of a command line matters, and what
//! a run read. What is not certain is not cached: the option table says so with a reason.
//!
//! A command line goes through `words` (response files), `reader` with `table` (options), `outputs`, and becomes a unit in
//! `plan`; what its run read is put together in `collect`.
#![deny(unsafe_code)]

mod assembler;
mod clang;
mod collect;
mod command;
mod context;
mod dates;
mod depends;
mod description;
mod effect;
mod environment;
mod known;
mod language;
mod modules;
mod outputs;
mod parts;
mod plain;
mod plan;
mod preprocessor;
mod proper;
mod reader;
mod reads;
mod search;
mod several;
mod specs;
mod table;
mod told;
mod tool;
mod words;

use zccache_plugin_sdk::Plugin;
use zccache_plugin_sdk::contract::{Collected, Decision, Description, Invocation, Outcome};

/// The plugin.
pub struct Gcc;

impl Plugin for Gcc {
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

zccache_plugin_sdk::export!(crate::Gcc);

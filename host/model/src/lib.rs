//! The nouns of zccache and the rules that need nothing but them. No I/O: whatever is here can be tested as a value.
//!
//! Types of the wire, the disk and the plugin contract stay at their edges; inside, everything speaks in these.
#![forbid(unsafe_code)]

pub mod digest;
pub mod invocation;
pub mod key;
pub mod limits;
pub mod manifest;
pub mod outcome;
pub mod path;
pub mod plan;
pub mod plugin;
pub mod program;
pub mod reading;
pub mod result;
pub mod rules;
pub mod state;

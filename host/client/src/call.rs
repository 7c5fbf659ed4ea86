//! What this process was called for.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What this process was called for.
pub enum Call {
    /// To run a compiler.
    Wrap(ToolCall),
    /// To do something else; the arguments are for the command line's parser.
    Command,
}

/// A compiler and what it was called with.
pub struct ToolCall {
    /// A name or a path, as the caller gave it.
    pub program: OsString,
    /// Without the program.
    pub arguments: Vec<OsString>,
}

impl Call {
    /// `zccache compiler ...`, or a link to zccache that is named as a compiler.
    pub fn of_process() -> Call {
        let mut arguments = std::env::args_os();
        let own_name = arguments.next().unwrap_or_default();
        let own_name = Path::new(&own_name).file_name().unwrap_or_default();
        if !own_name.is_empty() && !own_name.as_encoded_bytes().starts_with(b"zccache") {
            return Call::Wrap(ToolCall { program: own_name.to_owned(), arguments: arguments.collect() });
        }
        match arguments.next() {
            Some(program) if !is_for_people(&program) => {
                Call::Wrap(ToolCall { program, arguments: arguments.collect() })
            }
            _ => Call::Command,
        }
    }
}

fn is_for_people(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
        || argument.is_empty()
        || crate::command::NAMES.iter().any(|name| argument == *name)
}

//! What this process was called for.

use std::ffi::OsStr;
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
    pub program: &'static OsStr,
    /// Without the program.
    pub arguments: Vec<&'static OsStr>,
}

impl Call {
    /// `zccache compiler ...`, or a link to zccache that is named as a compiler.
    pub fn of(words: &[&'static OsStr]) -> Call {
        let (own_name, words) = words.split_first().map_or((OsStr::new(""), words), |(own, words)| (*own, words));
        let own_name = Path::new(own_name).file_name().unwrap_or_default();
        if !own_name.is_empty() && !own_name.as_encoded_bytes().starts_with(b"zccache") {
            return Call::Wrap(ToolCall { program: own_name, arguments: words.to_vec() });
        }
        match words.split_first() {
            // A launcher and a compiler's name that each say zccache: once is enough.
            Some((program, [next, ..])) if is_own(program) && !is_for_people(next) => Call::of(words),
            Some((program, arguments)) if !is_for_people(program) => {
                Call::Wrap(ToolCall { program, arguments: arguments.to_vec() })
            }
            _ => Call::Command,
        }
    }
}

fn is_own(program: &OsStr) -> bool {
    Path::new(program).file_name() == Some(OsStr::new("zccache"))
}

fn is_for_people(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
        || argument.is_empty()
        || crate::command::NAMES.iter().any(|name| argument == *name)
}

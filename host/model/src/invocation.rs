//! One call of a tool, as a plugin is told of it.

use serde::{Deserialize, Serialize};

/// A call of a tool. Everything is Unicode here; calls that are not are bypassed before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Invocation {
    /// What was called.
    pub tool: Tool,
    /// Without the program itself.
    pub arguments: Vec<String>,
    /// The caller's working directory, absolute.
    pub directory: String,
    /// The variables that the plugin declared and that are set, in order of name.
    pub environment: Vec<(String, String)>,
    /// Where the caller's streams lead.
    pub streams: Streams,
}

/// The program behind a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tool {
    /// Last component of the program as called: one file may be several tools.
    pub name: String,
    /// Where it was found, links not followed.
    pub path: String,
    /// The file behind all links.
    pub real: String,
    /// What kind of file that is.
    pub kind: ProgramKind,
}

/// What the system runs when it runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProgramKind {
    /// Machine code.
    Binary,
    /// Text for an interpreter, whose own doings the host cannot see.
    Script,
}

/// Where the caller's output streams lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Streams {
    /// Standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Both are one pipe or file, so that the order of what is written to them is part of the result.
    pub joined: bool,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExitStatus {
    /// It returned this code.
    Exited(i32),
    /// This signal killed it.
    Signalled(i32),
}

impl ExitStatus {
    /// Exit code zero.
    pub const SUCCESS: ExitStatus = ExitStatus::Exited(0);

    /// Whether it ended with code zero.
    pub fn is_success(self) -> bool {
        self == ExitStatus::SUCCESS
    }
}

//! The messages. Wire types only: both sides turn them into their own.
//!
//! ```text
//! client -> daemon   Compile
//! daemon -> client   SendInput                            first, where a plugin needs it
//! client -> daemon   Input
//! daemon -> client   Replay | Exec | Split                the end, or
//!                    Run
//! client -> daemon   Ran
//! daemon -> client   Done
//!
//! client -> daemon   Status | Stats | Clear               (commands of people; stopping is a frame of its own)
//! daemon -> client   Status | Stats | Done | Trouble
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zccache_model::invocation::{ExitStatus, Streams};
use zccache_model::outcome::Statistics;

use crate::namespace::Namespace;

/// A byte string borrowed from a frame: an argument, a variable, a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes<'a>(#[serde(borrow, with = "serde_bytes")] pub &'a [u8]);

/// What a client opens a connection with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// What shall I do with this compiler call?
    #[serde(borrow)]
    Compile(CompileRequest<'a>),
    /// How is the daemon?
    Status,
    /// What has been counted?
    Stats {
        /// Start counting afresh afterwards.
        zero: bool,
    },
    /// Forget every stored result.
    Clear,
}

/// A call of a tool, with everything of the caller that can matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileRequest<'a> {
    /// The program as called: a name or a path.
    #[serde(borrow)]
    pub program: Bytes<'a>,
    /// Without the program.
    #[serde(borrow)]
    pub arguments: Vec<Bytes<'a>>,
    /// The working directory, absolute.
    #[serde(borrow)]
    pub directory: Bytes<'a>,
    /// All variables, in the order of the environment.
    #[serde(borrow)]
    pub environment: Vec<(Bytes<'a>, Bytes<'a>)>,
    /// The file mode creation mask.
    pub umask: u32,
    /// Where the output streams lead.
    pub streams: Streams,
    /// Where the caller's paths mean what they mean.
    pub namespace: Namespace,
    /// The client's own program file: links to it in PATH are passed over.
    pub client: FileIdentity,
}

/// Device and inode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    /// Number of the device.
    pub device: u64,
    /// Number of the inode on it.
    pub inode: u64,
}

/// What the daemon says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Every output is in place. Write this and end with this code.
    Replay {
        /// That the tool ended with.
        code: i32,
        /// For standard output.
        #[serde(with = "serde_bytes")]
        stdout: Vec<u8>,
        /// For standard error.
        #[serde(with = "serde_bytes")]
        stderr: Vec<u8>,
    },
    /// Become the tool: `execve`.
    Exec(Program),
    /// What is on standard input? The compile's answer comes after that.
    SendInput,
    /// Run the tool, pass on what it writes, and keep a copy.
    Run {
        /// What to run.
        program: Program,
        /// What to add to its arguments.
        additions: Vec<Insertion>,
    },
    /// The call is these calls of the same tool, one after the other. Ask about each.
    Split {
        /// Indices of the user's arguments that each keeps.
        calls: Vec<Vec<u32>>,
    },
    /// The run is taken note of; the client may end.
    Done,
    /// How the daemon is.
    Status(DaemonStatus),
    /// What was counted.
    Stats(StatsReport),
    /// A command could not be carried out, and why.
    Trouble(String),
}

/// The file to execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its path; none: the client finds it as if there were no cache.
    #[serde(with = "serde_bytes")]
    pub path: Option<Vec<u8>>,
    /// Argument zero is the path too, not what the caller typed: a tool that looks for itself in PATH by its name would
    /// find the link to the cache.
    pub named_by_path: bool,
}

/// Arguments added to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insertion {
    /// Index of the user's argument that they are put before; their number: after the last.
    pub before: u32,
    /// What to add.
    pub words: Vec<String>,
}

/// What a client has on standard input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// All of it; none: a terminal, more than is asked for, or nothing that can be read twice.
    #[serde(with = "serde_bytes")]
    pub bytes: Option<Vec<u8>>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output; to both streams, where they are one. None: more than is kept.
    #[serde(with = "serde_bytes")]
    pub stdout: Option<Vec<u8>>,
    /// What it wrote to standard error. None: more than is kept.
    #[serde(with = "serde_bytes")]
    pub stderr: Option<Vec<u8>>,
}

/// How the daemon is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// Of the program.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Since it started.
    pub uptime_seconds: u64,
    /// The folder that it keeps.
    pub cache_folder: String,
    /// Most that it may grow to, bytes.
    pub cache_bytes: u64,
    /// Compilations that it is taking part in.
    pub running: u64,
    /// The plugins that it loaded.
    pub plugins: Vec<PluginStatus>,
    /// What the system tells it of changes.
    pub watch: WatchStatus,
}

/// What the system tells of changes, and what it does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchStatus {
    /// Why it tells of none; none: it does.
    pub off: Option<String>,
    /// Folders watched for names.
    pub folders: u64,
    /// Files watched for content.
    pub files: u64,
    /// Requests that are answered without looking at a file as long as nothing changes.
    pub remembered: u64,
    /// How many were answered so.
    pub answered: u64,
    /// Requests that cannot be remembered, by reason: each time they come, files are looked at.
    pub refused: BTreeMap<String, u64>,
    /// How often everything that was remembered had to be forgotten, by reason.
    pub lost: BTreeMap<String, u64>,
}

/// A loaded plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginStatus {
    /// As statistics count it.
    pub id: String,
    /// Of the plugin.
    pub version: String,
    /// It had too many faults and is left alone.
    pub disabled: bool,
}

/// What was counted, and what is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatsReport {
    /// Outcomes of requests.
    pub statistics: Statistics,
    /// Bytes of all blobs.
    pub bytes: u64,
    /// Number of blobs.
    pub blobs: u64,
    /// Number of results.
    pub results: u64,
    /// Damaged things dropped in this daemon's life.
    pub dropped: u64,
}

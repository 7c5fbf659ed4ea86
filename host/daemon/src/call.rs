//! One compiler call as the daemon works with it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zccache_files::{Place, Survey};
use zccache_model::invocation::Streams;
use zccache_protocol::message::{Bytes, CompileRequest, FileIdentity};

/// A call of a tool, with everything of the caller that can matter.
pub struct Call {
    /// A name or a path.
    pub program: OsString,
    /// Without the program.
    pub arguments: Vec<OsString>,
    /// The caller's working directory.
    pub directory: PathBuf,
    /// All of the caller's variables.
    pub environment: Vec<(OsString, OsString)>,
    /// The caller's file mode creation mask.
    pub umask: u32,
    /// Where the caller's output leads.
    pub streams: Streams,
    /// The client's program file.
    pub client: FileIdentity,
    /// What the caller gives on standard input, once that was asked for; none: nothing that can be known.
    pub input: OnceLock<Option<Vec<u8>>>,
    /// Where what is looked at for this call is claimed; none: it is looked at for this once.
    pub survey: Option<Survey>,
}

impl Call {
    /// The call that a client asks about.
    pub fn of(request: &CompileRequest<'_>) -> Call {
        let text = |bytes: &Bytes<'_>| OsStr::from_bytes(bytes.0).to_owned();
        Call {
            program: text(&request.program),
            arguments: request.arguments.iter().map(text).collect(),
            directory: PathBuf::from(text(&request.directory)),
            environment: request.environment.iter().map(|(name, value)| (text(name), text(value))).collect(),
            umask: request.umask,
            streams: request.streams,
            client: request.client,
            input: OnceLock::new(),
            survey: None,
        }
    }

    /// What the caller gives on standard input, as far as it was asked for.
    pub fn given(&self) -> Option<&[u8]> {
        self.input.get()?.as_deref()
    }

    /// A variable of the caller.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.iter().find(|(variable, _)| variable == name).map(|(_, value)| value.as_os_str())
    }

    /// The bytes of a variable of the caller.
    pub fn bytes_of(&self, name: &str) -> Option<&[u8]> {
        self.variable(name).map(OsStr::as_bytes)
    }

    /// Whether a path is the client's own program: a link to the cache is no compiler.
    pub fn is_client(&self, path: &Path) -> bool {
        std::fs::metadata(path)
            .is_ok_and(|metadata| FileIdentity { device: metadata.dev(), inode: metadata.ino() } == self.client)
    }

    /// Runs `work` with the place that relative paths and names of programs are seen from.
    pub fn at_place<T>(&self, work: impl FnOnce(&Place<'_>) -> T) -> T {
        let passed_over = |path: &Path| self.is_client(path);
        work(&Place {
            directory: &self.directory,
            path: self.variable("PATH"),
            library_path: self.variable("LD_LIBRARY_PATH"),
            preload: self.variable("LD_PRELOAD"),
            passed_over: &passed_over,
            survey: self.survey.as_ref(),
        })
    }
}

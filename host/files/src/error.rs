//! Why something cannot be said for sure. None of it breaks a build: the run is not stored, or the tool runs uncached.

use std::io;

/// Why it is not sure what a run read.
#[derive(Debug, thiserror::Error)]
pub enum Unsure {
    /// The tool may have read another state of it than the one that is there now.
    #[error("'{path}' changed during the run")]
    ChangedDuringRun {
        /// The input, or a link or folder on its way.
        path: String,
    },
    /// It was read and is not there.
    #[error("'{path}' was read and is not there any more")]
    Missing {
        /// The input.
        path: String,
    },
    /// What comes into being where the link leads cannot be told by looking at the folder of the link.
    #[error("'{path}' is a link to nothing")]
    DanglingLink {
        /// The link.
        path: String,
    },
    /// It leads through `/proc`, where each process finds something else.
    #[error("'{path}' leads to another place for each process")]
    OfProcess {
        /// The path.
        path: String,
    },
    /// It cannot be read, so its state is not known.
    #[error("cannot look at '{path}'")]
    Unreadable {
        /// The input.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A folder that was searched has a name that an input list cannot hold.
    #[error("'{path}' is not Unicode")]
    NotUnicode {
        /// The folder, as far as it can be shown.
        path: String,
    },
}

impl Unsure {
    /// A short code that statistics count by.
    pub fn code(&self) -> &'static str {
        match self {
            Unsure::ChangedDuringRun { .. } => "changed-during-run",
            Unsure::Missing { .. } => "input-missing",
            Unsure::DanglingLink { .. } => "dangling-link",
            Unsure::OfProcess { .. } => "path-of-process",
            Unsure::Unreadable { .. } => "input-unreadable",
            Unsure::NotUnicode { .. } => "path-not-unicode",
        }
    }
}

/// Why a scan found no end or no answer.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// More files than a scan follows.
    #[error("more than {limit} files are reached")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// The token by which names are found was not declared, or is no name rule.
    #[error("'{token}' finds no names")]
    NotANameRule {
        /// Its id.
        token: String,
    },
    /// A file was reached that cannot be read, so what it names is not known.
    #[error("cannot read '{path}'")]
    Unreadable {
        /// The file.
        path: String,
    },
}

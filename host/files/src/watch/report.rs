//! What the watcher watches, what it refuses to vouch for, and when it lost sight: told to people by `zccache status`.

use std::collections::BTreeMap;

/// Why something is not vouched for. It is looked at for every compile instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The user does not want it.
    Off,
    /// This system has no way to tell of changes that could be relied on, or no room for one more who asks.
    Unavailable,
    /// A file system whose files can change without this machine's knowing (network, FUSE) or without an event (overlay).
    FileSystem,
    /// The system watches no more, or as much is watched as this daemon is to.
    Limit,
    /// It may not be watched by this user, or cannot be looked at.
    Unreadable,
    /// All that is in and below a folder.
    Tree,
    /// It was changed too short a time ago, or was not looked at before: what is remembered of it would not last.
    Fresh,
}

impl Refusal {
    /// The code that `status` counts by.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Off => "off",
            Refusal::Unavailable => "unavailable",
            Refusal::FileSystem => "file-system",
            Refusal::Limit => "limit",
            Refusal::Unreadable => "unreadable",
            Refusal::Tree => "tree",
            Refusal::Fresh => "fresh",
        }
    }
}

/// Why everything that was claimed holds no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// More happened at once than the system's queue holds.
    Overflow,
    /// The root was mounted otherwise, or an overlay was mounted.
    Mounts,
    /// As much was watched as this daemon is to: it begins anew.
    Full,
    /// The system's queue cannot be read, or something in here went wrong.
    Trouble,
}

impl Loss {
    /// The code that `status` counts by.
    pub fn code(self) -> &'static str {
        match self {
            Loss::Overflow => "overflow",
            Loss::Mounts => "mounts",
            Loss::Full => "full",
            Loss::Trouble => "trouble",
        }
    }
}

/// How the watcher is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchReport {
    /// Why it vouches for nothing at all; none: it works.
    pub off: Option<Refusal>,
    /// Folders watched for names.
    pub folders: u64,
    /// Files watched for content.
    pub files: u64,
    /// Surveys that ended in a refusal, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// How often everything claimed was lost, by reason.
    pub lost: BTreeMap<Loss, u64>,
}

//! What a plugin is told of a run, and what it says the run read.

use crate::plan::{FileKind, Input, Lookup, Refusal};

/// A run that ended well; or that did not, where its unit keeps failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// From the unit.
    pub state: Vec<u8>,
    /// The code that it ended with.
    pub code: i32,
    /// The caller's working directory, absolute.
    pub directory: String,
    /// What the tool wrote to standard output.
    pub stdout: Vec<u8>,
    /// What the tool wrote to standard error.
    pub stderr: Vec<u8>,
    /// One for each of the unit's dependencies; none: this run did not write it.
    pub dependencies: Vec<Option<Vec<u8>>>,
}

/// What is at a path that `collect` asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What is there.
    pub kind: FileKind,
    /// The same for files of equal content, and for no others.
    pub content: Option<String>,
    /// The same for all paths that lead to one file or folder, and for no others.
    pub file: Option<String>,
    /// What the tokens found.
    pub findings: std::sync::Arc<Vec<Finding>>,
    /// Of a folder that was asked about with a slash behind its path, can be read and is not too large: the names in it that are
    /// Unicode, in no order.
    pub names: Option<Vec<String>>,
}

/// A place where a token was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Finding {
    /// Index of the token in the plugin's description.
    pub token: u32,
    /// Index of the name rule's word; none for other rules and for rules without words.
    pub word: Option<u32>,
    /// Index of the delimiters around the name; none: a find without a name.
    pub delimiter: Option<u32>,
    /// The name.
    pub name: String,
}

/// What a run read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It cannot be known, or will not be the same next time.
    Refuse(Refusal),
    /// The plugin must know first what these files hold.
    Facts(Vec<String>),
    /// This is all.
    Done(Reading),
}

/// Everything that a run read and looked for, beyond what the unit said before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Ordered lists of folders that the lookups name by index.
    pub chains: Vec<Vec<String>>,
    /// What it read.
    pub inputs: Vec<Input>,
    /// What it looked for.
    pub lookups: Vec<Lookup>,
    /// Names of variables that it read, beyond those that are in the context.
    pub variables: Vec<String>,
}

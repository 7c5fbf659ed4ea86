//! What a plugin is told of a run, and what it says the run read.

use std::sync::Arc;

use crate::plan::{FileKind, Input, Lookup, Probe, Ran, Refusal};
use crate::plugin::Token;

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
    /// The caller's two streams are one.
    pub joined: bool,
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
    pub findings: Arc<Vec<Finding>>,
    /// Of a folder that was asked about with a slash behind its path, can be read and is not too large: the names in it that are
    /// Unicode, in no order.
    pub names: Option<Vec<String>>,
}

impl Fact {
    /// That there is something of this kind, and no more.
    pub fn nothing(kind: FileKind) -> Fact {
        Fact { kind, content: None, file: None, findings: Arc::default(), names: None }
    }
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
    /// The name; of a find without one the identifier in its place, or empty.
    pub name: String,
}

/// Everything that a plugin was told of a run so far, besides the run itself: one answer for everything that it asked for, in
/// the order asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// For every path.
    pub facts: Vec<Fact>,
    /// For every file of every [`Find`].
    pub found: Vec<Found>,
    /// For every companion.
    pub companions: Vec<CompanionRun>,
}

/// Where further tokens were found in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was looked for. The findings speak of tokens by their index here.
    pub tokens: Arc<Vec<Token>>,
    /// Where.
    pub findings: Arc<Vec<Finding>>,
}

/// What a companion did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionRun {
    /// How it ended, and what it said.
    pub ran: Ran,
    /// What it wrote to the scratch file of its grant.
    pub scratch: Option<Vec<u8>>,
}

/// Further tokens, which only one run gives reason to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// What to look for.
    pub tokens: Vec<Token>,
    /// In which files; an empty path is standard input.
    pub files: Vec<String>,
}

/// What a run read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It cannot be known, or will not be the same next time.
    Refuse(Refusal),
    /// The plugin must know first what these files hold.
    Facts(Vec<String>),
    /// Or where they hold something.
    Find(Find),
    /// Or what this companion says.
    Companion(Probe),
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
    /// The working directory is a part of it.
    pub directory: bool,
}

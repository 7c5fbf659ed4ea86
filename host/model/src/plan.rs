//! What a plugin says of a call before it runs: decisions, questions, plans.
//!
//! The types follow the WIT package `zccache:plugin`, where each field's contract is written down.

use crate::invocation::ExitStatus;

/// What a command line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Not for this plugin: the next one that claims the name is asked.
    Decline,
    /// The tool runs as it is, uncached.
    Bypass(Refusal),
    /// The plugin must know this first.
    Need(Vec<Question>),
    /// Cacheable.
    Run(Box<Plan>),
    /// The call does what these calls do one after the other: indices of the arguments that each keeps.
    Split(Vec<Vec<u32>>),
}

/// Why a call is not cached, or a run not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A short code that statistics count by.
    pub reason: String,
    /// For people.
    pub detail: String,
}

/// What a plugin must know before it can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The content of a file that the command line or an earlier answer names, or of the tool.
    Read(String),
    /// What the caller gives on standard input.
    StandardInput,
    /// What is at this path?
    Look(String),
    /// What does the tool say when asked this way?
    Probe(Probe),
}

/// One use of a granted probe or companion.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Probe {
    /// The grant's id.
    pub grant: String,
    /// Indices of the user's arguments that stand for the grant's `user` word.
    pub user: Vec<u32>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A file's content; none: there is no such file.
    Content(Option<Vec<u8>>),
    /// What is there.
    Is(FileKind),
    /// What the probe did.
    Ran(Ran),
}

/// What is at a path, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Nothing.
    Absent,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A device, a pipe, a socket.
    Other,
}

/// What a probe did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// A cacheable call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Ordered lists of folders that lookups name by index.
    pub chains: Vec<Vec<String>>,
    /// What the tool makes.
    pub unit: Unit,
    /// What the answers to probes rested on.
    pub assumptions: Vec<Input>,
}

/// What one call makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// One for every argument of the invocation.
    pub roles: Vec<Role>,
    /// What else tells two runs apart, by name.
    pub key: Vec<(String, String)>,
    /// What else tells two runs apart, by name, where the reading names it.
    pub sometimes: Vec<(String, String)>,
    /// The result can hold the working directory.
    pub directory_in_key: bool,
    /// Declared variables that cannot matter.
    pub irrelevant_environment: Vec<String>,
    /// What is read, as far as it is known before the run.
    pub inputs: Vec<Input>,
    /// What is looked for, as far as it is known before the run.
    pub lookups: Vec<Lookup>,
    /// What is written.
    pub outputs: Vec<Output>,
    /// What is added to the command.
    pub additions: Vec<Addition>,
    /// Where the tool says what it read.
    pub dependencies: Vec<Dependency>,
    /// What becomes of a run that fails.
    pub failures: Failures,
    /// How what is read may lead to more, for a guess on which nothing rests.
    pub ahead: Option<Scan>,
    /// What earlier runs may have left for this one.
    pub earlier: Vec<EarlierState>,
    /// Given back to `collect`.
    pub state: Vec<u8>,
}

/// A folder in which the tool keeps what spares a later run work: a run that found any is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierState {
    /// Absolute, or from the working directory. Holds a folder for each thing that is made.
    pub folder: String,
    /// What the names of those folders begin with that can be this call's.
    pub prefix: String,
    /// How names end, within such a folder, of what no run begins with.
    pub unfinished: Vec<String>,
}

/// What becomes of a run that ends with another code than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// Nothing.
    Forget,
    /// It is stored, if all that it read and looked for is known.
    Keep,
    /// The same, and it is given again only where nothing is in the place of an output that it did not write.
    KeepWhereNothingIs,
}

/// What an argument is to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// In it, byte for byte.
    Key,
    /// Not in it: it names an output whose content cannot show the name.
    OutputPath,
    /// Not in it: it matters only to runs whose reading says so.
    Sometimes,
}

/// A granted addition to the user's command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The grant's id.
    pub grant: String,
    /// Index of the user's argument that it is put before; their number: after the last.
    pub before: u32,
}

/// A path that is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Input {
    /// Absolute, or from the working directory.
    pub path: String,
    /// What of it matters.
    pub observe: Observe,
    /// What it means when nothing is there after the run.
    pub absence: Absence,
}

/// What of a path the tool depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Observe {
    /// A file's bytes.
    Content,
    /// Bytes and modification time.
    ContentAndTime,
    /// What kind of thing is there.
    Kind,
    /// Which file or folder it is, behind all links.
    Identity,
    /// The names in a folder.
    Listing,
    /// A program: its bytes, its interpreter, its shared objects.
    Program,
    /// The names and bytes of all that is in and below a folder; of a file its bytes.
    Tree,
    /// Of a name: to which file it leads in the caller's PATH. The host's own, for programs that are looked for by name: what was
    /// found and what was not says nothing of another PATH.
    InPath,
    /// Of a name: to which file it leads in the caller's PATH, and that program. What the answer of a probe rests on that runs it.
    ProgramInPath,
    /// The bytes of a file that a tool made, and to which links come and go while others read it.
    Made,
}

/// What it means when nothing is at a path after the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absence {
    /// It was read, so nothing is stored.
    MustExist,
    /// That is what is recorded.
    MayBeAbsent,
}

/// A name that the tool looks for in an ordered list of folders, taking the first that has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// Relative to each folder of the chain; an absolute one is looked for as it is.
    pub name: String,
    /// Where it is looked for.
    pub chain: Chain,
    /// What of the found file matters.
    pub observe: Observe,
    /// Every folder matters, not only up to the first that has it.
    pub all: bool,
}

/// Where a name is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chain {
    /// One of the lists.
    Listed(u32),
    /// One folder first, then one of the lists.
    Beside(String, u32),
    /// The caller's PATH.
    Programs,
}

/// A file that the run writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Unique within the unit and the same in every run of it.
    pub role: String,
    /// Absolute, or from the working directory.
    pub path: String,
    /// The run is not stored without it.
    pub required: bool,
    /// The argument that names it, or names another file in its folder.
    pub named_by: Option<u32>,
    /// The tool replaces a file that is there, also one that may not be written.
    pub replaced: bool,
}

/// Where the tool, or the host for it, says what it read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// The scratch file of an addition, by the grant's id.
    Scratch(String),
    /// An output of the user's own, by role.
    Output(String),
    /// The host follows the names that a token finds.
    Scan(Scan),
    /// The same where the tool did not write the dependency before.
    ScanInstead(Scan),
}

/// How names lead from file to file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// A name rule's id.
    pub token: String,
    /// For each delimiter of the rule.
    pub searches: Vec<Search>,
    /// Words after which every folder's file is followed, not only the first.
    pub all_words: Vec<String>,
}

/// Where a name between one pair of delimiters is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Index of the plan's list.
    pub chain: u32,
    /// The includer's folder comes first.
    pub beside: bool,
}

//! What a plugin says of itself.

/// Who a plugin is and everything it may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Short and unique. Statistics count by it.
    pub id: String,
    /// For people.
    pub version: String,
    /// One line for people.
    pub about: String,
    /// Raised whenever the same question gets an answer of another meaning.
    pub key_version: u32,
    /// Names of programs, with `*` and `#`.
    pub programs: Vec<String>,
    /// Variables that `plan` is given; a trailing `*` stands for any text.
    pub environment: Vec<String>,
    /// What may be added to a command or run.
    pub grants: Vec<Grant>,
    /// What the host looks for in the content of inputs.
    pub tokens: Vec<Token>,
}

impl Description {
    /// The grant of this id.
    pub fn grant(&self, id: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// Whether the plugin is given the variable of this name.
    pub fn declares(&self, variable: &str) -> bool {
        self.environment.iter().any(|declared| match declared.strip_suffix('*') {
            Some(prefix) => variable.starts_with(prefix),
            None => declared == variable,
        })
    }
}

/// Words that may be added or run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Unique within the plugin.
    pub id: String,
    /// What the words are for.
    pub kind: GrantKind,
    /// The whole of what is added or run, in order.
    pub words: Vec<Word>,
    /// For people.
    pub reason: String,
}

/// What a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// The words may be added to the user's own command.
    Addition,
    /// The same, and they change nothing but how messages look.
    MessageAddition,
    /// The tool may be run with the words to learn something.
    Probe,
    /// The same, of the tool alone: in the root folder and without the caller's variables.
    SelfProbe,
    /// The tool may be run with the words after a run, to say what that read.
    Companion,
}

/// One argument of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Exactly this text.
    Literal(String),
    /// This text joined with a fresh path in the scratch folder.
    Scratch(String),
    /// Words of the user's own command line, chosen by index at use.
    User,
}

/// Bytes that the host looks for, once per file content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Unique within the plugin.
    pub id: String,
    /// What to look for.
    pub rule: TokenRule,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRule {
    /// The word, not as part of a longer identifier.
    WholeWord(String),
    /// A lead, one of some words, and a name between delimiters.
    Name(NameRule),
    /// A lead and hexadecimal digits.
    Digits(DigitsRule),
}

/// `lead`, and at least `count` hexadecimal digits in lower case, of which the first `count` are the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigitsRule {
    /// Right before the digits.
    pub lead: String,
    /// How many.
    pub count: u32,
}

/// `lead`, one of `words`, and a name between one of `delimiters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameRule {
    /// As in `#`.
    pub lead: String,
    /// As in `include`; empty: the name follows the lead.
    pub words: Vec<String>,
    /// Opening and closing text.
    pub delimiters: Vec<(String, String)>,
}

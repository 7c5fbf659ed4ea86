//! What a compiler is asked to make.

/// One thing that is made of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Object,
    Assembly,
    Preprocessed,
    /// The macros that are defined at the end.
    Macros,
    /// The rule that names all headers.
    Dependencies,
    /// The one that names those of the project.
    UserDependencies,
    /// Nothing but messages.
    Syntax,
}

/// Where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// To a file that the call names.
    Named,
    /// Where the compiler puts it: into a file of its own choice, or to standard output.
    Chosen,
    /// To `/dev/null`.
    Discarded,
}

/// All that is no object.
pub const OTHERS: [Mode; 6] =
    [Mode::Assembly, Mode::Preprocessed, Mode::Macros, Mode::Dependencies, Mode::UserDependencies, Mode::Syntax];

impl Mode {
    /// The options that ask for it.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Mode::Object => &["-c"],
            Mode::Assembly => &["-S"],
            Mode::Preprocessed => &["-E"],
            Mode::Macros => &["-dM", "-E"],
            Mode::Dependencies => &["-M"],
            Mode::UserDependencies => &["-MM"],
            Mode::Syntax => &["-fsyntax-only"],
        }
    }

    /// The suffix of a file of it; none: it is no file.
    pub fn suffix(self) -> Option<&'static str> {
        match self {
            Mode::Object => Some("o"),
            Mode::Assembly => Some("s"),
            Mode::Preprocessed | Mode::Macros => Some("i"),
            Mode::Dependencies | Mode::UserDependencies => Some("rule"),
            Mode::Syntax => None,
        }
    }

    /// Whether the call can ask for a dependency file and for further outputs too.
    pub fn has_side_outputs(self) -> bool {
        !matches!(self, Mode::Macros | Mode::Dependencies | Mode::UserDependencies)
    }
}

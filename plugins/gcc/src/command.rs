//! One command line, understood: which source becomes what, which words steer the search for headers, what is read and
//! written besides. Or the reason why it is not cached.

use zccache_plugin_sdk::options::{self, Argument, Item};

use crate::effect::{Effect, Mode, Side};
use crate::language::{Language, Stage};
use crate::modules::Modules;
use crate::reader::Reader;
use crate::several::Several;
use crate::table::TABLE;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// What a command line is.
pub(crate) enum Call<'a> {
    /// A cacheable compile of one source.
    One(Box<CommandLine<'a>>),
    /// Several sources, each a compile of its own.
    Several(Several<'a>),
}

/// A cacheable compile of one source.
#[derive(Debug)]
pub(crate) struct CommandLine<'a> {
    /// What is made.
    pub mode: Mode,
    /// The source.
    pub source: Source<'a>,
    /// The value of `-o`.
    pub output: Option<Named<'a>>,
    /// What is written besides.
    pub besides: Besides<'a>,
    /// The dependency file that the user asks for.
    pub depends: Depends<'a>,
    /// What the result can hold.
    pub shows: Shows,
    /// What is said of modules of C++.
    pub modules: Option<Modules<'a>>,
    /// What is read besides headers.
    pub reads: Reads<'a>,
    /// gcc hands its text to the assembler by a pipe.
    pub piped: bool,
    /// A macro may stand for the name of a file.
    pub macros_name_headers: bool,
    /// Tokens of dates whose macros are gone, or others.
    pub redefined_dates: Vec<&'static str>,
    /// Names of macros that the command line defines.
    pub defined: Vec<&'a str>,
    /// `??=` is a `#`, and `??/` a backslash.
    pub trigraphs: bool,
    /// Indices of the caller's arguments that make the compiler read what it reads, and write nothing. None: one word does both.
    pub reading: Option<Vec<u32>>,
    /// What is said about colours.
    pub colour: Colour,
    /// Where options end: all behind are sources.
    pub end: Option<u32>,
    /// What steers the search for headers.
    pub search: SearchWords<'a>,
    /// What steers the search for gcc's own parts.
    pub parts: PartsWords<'a>,
}

/// A source and its language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub argument: &'a Argument,
    pub language: Language,
}

/// A value that names a file, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    pub text: &'a str,
    pub argument: &'a Argument,
}

/// Files that are written beside the output.
#[derive(Clone, Debug, Default)]
pub(crate) struct Besides<'a> {
    /// Each once.
    pub sides: Vec<Side>,
    /// Where temporary files are kept.
    pub temporaries: Temporaries,
    /// Those with names of their own.
    pub named: Vec<Named<'a>>,
}

/// Where temporary files are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Temporaries {
    /// It is not said: gcc keeps them beside the output, clang in the working directory.
    #[default]
    Unsaid,
    /// Beside the output.
    Beside,
    /// In the working directory.
    Here,
}

/// The dependency file that the user asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depends<'a> {
    pub which: Which,
    /// The value of `-MF` or what stands for it.
    pub file: Option<Named<'a>>,
    /// `-MT` or `-MQ` names the target, so that the file does not show the output's name.
    pub target: bool,
    /// clang makes another thing of these words.
    pub gcc_alone: bool,
}

/// What the user's dependency file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// There is none.
    Unasked,
    /// `-MD`: every header.
    All,
    /// `-MMD`, alone or with `-MD`: without headers of the system.
    User,
}

/// What the result can hold of the call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shows {
    /// The name of the output.
    pub output: bool,
    /// The working directory.
    pub directory: bool,
    /// By this option clang stores its command line.
    pub command: Option<&'static str>,
    /// The words for the assembler, which gcc keeps for the link where it leaves code to that.
    pub assembler_words: bool,
}

/// Files that are read and that no directive names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads<'a> {
    /// Lists and profiles.
    pub files: Vec<&'a str>,
    /// Values of `-specs`.
    pub specs: Vec<&'a str>,
    /// gcc reads specs of the device (`-mmcu=`).
    pub device_specs: bool,
    /// Values of `-include-pch`.
    pub precompiled: Vec<&'a str>,
    /// A precompiled header that clang makes keeps no times of what it is made of.
    pub timeless: bool,
    /// What would be random is given: gcc then removes the counts of earlier runs, since it cannot tell them apart.
    pub seeded: bool,
    /// Sanitizers are on: clang reads lists of its own.
    pub sanitizes: bool,
    /// Profiles of earlier runs.
    pub profile: Option<Profile<'a>>,
}

/// A profile of earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile<'a> {
    /// Where the compiler looks by itself.
    Default,
    /// A file or folder.
    Named(&'a str),
}

/// What the command line says about colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Nothing: as the terminal is.
    Unsaid,
    /// As the terminal is, in so many words, which win over an addition before them.
    Auto,
    /// Yes or no.
    Said,
}

/// What steers the search for headers.
#[derive(Debug, Default)]
pub(crate) struct SearchWords<'a> {
    /// Indices of the caller's arguments that the search probe is given, in order.
    pub arguments: Vec<u32>,
    /// Folders that are named, as spelled.
    pub folders: Vec<&'a str>,
    /// Those of `-iquote` and `-I`: not of the system.
    pub own_folders: Vec<&'a str>,
    /// Those of the system.
    pub system_folders: Vec<&'a str>,
    /// Those that the assembler is given too.
    pub assembler_folders: Vec<&'a str>,
    /// What stands for `/`.
    pub sysroots: Vec<&'a str>,
    /// Below these clang looks for gcc.
    pub toolchains: Vec<&'a str>,
    /// Names of `-include` and `-imacros`.
    pub forced: Vec<&'a str>,
}

/// What steers the search for gcc's own parts.
#[derive(Debug, Default)]
pub(crate) struct PartsWords<'a> {
    /// Indices of the caller's arguments that the probe for gcc's folders is given, in order.
    pub arguments: Vec<u32>,
    /// Values of `-B`.
    pub folders: Vec<&'a str>,
}

impl CommandLine<'_> {
    /// The source is what the caller gives on standard input.
    pub(crate) fn is_given(&self) -> bool {
        self.source.argument.text == "-"
    }

    /// The path of the source; empty where it is given on standard input.
    pub(crate) fn source_path(&self) -> &str {
        if self.is_given() { "" } else { &self.source.argument.text }
    }

    /// What is made goes to where the messages go, or nowhere.
    pub(crate) fn makes_no_file(&self) -> bool {
        match (self.mode, self.output.map(|output| output.text)) {
            (Mode::Check, _) | (_, Some("/dev/null")) => true,
            (Mode::Text | Mode::Assembly, Some("-")) | (Mode::Text, None) => true,
            (Mode::List(_), None | Some("-")) => self.depends.file.is_none(),
            _ => false,
        }
    }

    /// A precompiled header is made.
    pub(crate) fn makes_precompiled_header(&self) -> bool {
        self.mode == Mode::Object && self.source.language.stage == Stage::Header
    }
}

/// Understands an argument list. `cpp_driver`: C is compiled as C++.
pub(crate) fn parse(words: &[Argument], cpp_driver: bool) -> Result<Call<'_>, Stop> {
    let mut items = options::parse(&TABLE, words);
    let end = end_of_options(&mut items, words);
    let mode = mode(&items)?;
    let mut reader = Reader::new(cpp_driver, end);
    for item in &items {
        reader.read(item)?;
    }
    if reader.keeps_temporaries() && words.iter().any(|word| word.nested) {
        return bypass("save-temps", "the response file is kept too");
    }
    reader.finish(mode)
}

/// Takes everything behind `--` for an operand, as clang does (gcc knows no such word and fails). Where it stands.
fn end_of_options<'a>(items: &mut Vec<Item<'a, Effect>>, words: &'a [Argument]) -> Option<u32> {
    let place = items.iter().position(|item| matches!(item, Item::Unknown(word) if word.text == "--"))?;
    let Item::Unknown(end) = items[place] else { return None };
    let behind = words.iter().skip_while(|word| !std::ptr::eq(*word, end)).skip(1);
    items.truncate(place);
    items.extend(behind.map(Item::Operand));
    Some(end.index)
}

/// What the driver is asked to do at all weighs more than what it is asked to do besides. None: it is not said.
fn mode(items: &[Item<'_, Effect>]) -> Result<Option<Mode>, Stop> {
    let options = || {
        items.iter().filter_map(|item| match item {
            Item::Option(option) => Some(option),
            _ => None,
        })
    };
    if let Some(option) = options().find(|option| option.effect == Effect::Query) {
        return bypass("query", option.argument.text.clone());
    }
    for option in options() {
        if let Effect::OtherMode(reason) = option.effect {
            return bypass(reason, option.argument.text.clone());
        }
    }
    // Of several, the one that stops earliest counts.
    let made = options().filter_map(|option| match option.effect {
        Effect::Make(mode) => Some(mode),
        _ => None,
    });
    Ok(made.max())
}

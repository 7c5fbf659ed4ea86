//! One command line, understood: which source becomes which object with which dependency file, which words steer the
//! search for headers. Or the reason why it is not cached.

use std::collections::HashSet;

use zccache_plugin_sdk::options::{self, Argument, Item, Matched};

use crate::language::{self, Language};
use crate::stop::{Stop, bypass};
use crate::table::{self, Effect};

/// A cacheable compile of one source.
#[derive(Debug)]
pub(crate) struct CommandLine<'a> {
    /// The source's argument.
    pub source: &'a Argument,
    /// The source's language.
    pub language: Language,
    /// The value of `-o`.
    pub object: Option<Named<'a>>,
    /// The dependency file that the user asks for.
    pub depends: Depends,
    /// The value of `-MF`.
    pub depend_file: Option<Named<'a>>,
    /// `-MT` or `-MQ` names the depfile's target, so that it does not show the object's name.
    pub depend_target: bool,
    /// The object may show the name of the output.
    pub shows_output: bool,
    /// The option by which clang stores its command line.
    pub records_command: Option<&'static str>,
    /// Sanitizers are on.
    pub sanitizes: bool,
    /// What is said about colours.
    pub colour: Colour,
    /// What steers the search for headers.
    pub search: SearchWords<'a>,
}

/// A value that names a file, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Named<'a> {
    pub text: &'a str,
    pub argument: &'a Argument,
}

/// The dependency file that the user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depends {
    /// None.
    Unasked,
    /// `-MD`: every header.
    All,
    /// `-MMD`, alone or with `-MD`: without headers of the system.
    User,
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
    /// Those that the assembler is given too.
    pub assembler_folders: Vec<&'a str>,
    /// Names of `-include` and `-imacros`.
    pub forced: Vec<&'a str>,
}

/// Understands an argument list. `cpp_driver`: C is compiled as C++.
pub(crate) fn parse(words: &[Argument], cpp_driver: bool) -> Result<CommandLine<'_>, Stop> {
    let rows = table::rows();
    let items = options::parse(&rows, words);
    check_mode(&items)?;
    let mut reader = Reader::default();
    for item in &items {
        reader.read(item, cpp_driver)?;
    }
    reader.finish()
}

/// What the driver is asked to do at all weighs more than what it is asked to do besides.
fn check_mode(items: &[Item<'_, Effect>]) -> Result<(), Stop> {
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
    if !options().any(|option| option.effect == Effect::Compile) {
        return bypass("link", "there is no -c");
    }
    Ok(())
}

#[derive(Default)]
struct Reader<'a> {
    source: Option<(&'a Argument, Language)>,
    language: Option<Language>,
    object: Option<Named<'a>>,
    depend_all: bool,
    depend_user: bool,
    depend_file: Option<Named<'a>>,
    depend_target: bool,
    depend_modifier: Option<&'a str>,
    shows_output: bool,
    records_command: Option<&'static str>,
    sanitizes: bool,
    colour: Option<Colour>,
    search: SearchWords<'a>,
    nested: Nested,
}

/// Response files by what they hold: one that steers the search is handed to the probe as a whole, which only those may
/// be that do not also name sources or outputs.
#[derive(Default)]
struct Nested {
    steering: HashSet<u32>,
    acting: HashSet<u32>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, item: &Item<'a, Effect>, cpp_driver: bool) -> Result<(), Stop> {
        match item {
            Item::Unknown(unknown) => bypass("unknown-option", unknown.text.clone()),
            Item::Incomplete(option) => bypass("incomplete-option", option.text.clone()),
            Item::Operand(operand) if operand.text == "-" => bypass("stdin", "the source is standard input"),
            Item::Operand(operand) => {
                if let Some((first, _)) = self.source {
                    return bypass("several-sources", format!("{} and {}", first.text, operand.text));
                }
                let language = match self.language {
                    Some(language) => language,
                    None => language::of_suffix(&operand.text, cpp_driver)?,
                };
                self.acting(operand);
                self.source = Some((operand, language));
                Ok(())
            }
            Item::Option(option) => self.option(option),
        }
    }

    fn option(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        match option.effect {
            Effect::Key | Effect::Query | Effect::OtherMode(_) => {}
            Effect::Search => self.steering(option),
            Effect::Folder => self.folder(option),
            Effect::IncludeFolder => {
                self.folder(option);
                self.search.assembler_folders.push(option.value);
            }
            Effect::FlagWord if option.value.contains('=') => {
                return bypass("unknown-option", option.argument.text.clone());
            }
            Effect::FlagWord => self.steering(option),
            Effect::MacroWord if option.value.contains(',') => {
                return bypass("preprocessor-options", option.argument.text.clone());
            }
            Effect::Macro | Effect::MacroWord if table::hides(option.value) => {
                return bypass("macro", option.value.to_owned());
            }
            Effect::Macro | Effect::MacroWord => {}
            Effect::MachineWord if option.value.contains("=native") => {
                return bypass("native-cpu", option.argument.text.clone());
            }
            Effect::MachineWord => self.steering(option),
            Effect::DebugWord if table::is_debug_word(option.value) => {}
            Effect::DebugWord => return bypass("unknown-option", option.argument.text.clone()),
            Effect::ShowsOutput => self.shows_output = true,
            Effect::RecordsCommand => {
                self.shows_output = true;
                self.records_command = Some(option.name);
            }
            Effect::Sanitize => {
                self.sanitizes = true;
                self.steering(option);
            }
            Effect::DiagnosticsFormat if matches!(option.value, "text" | "clang") => {}
            Effect::DiagnosticsFormat => return bypass("diagnostics-format", option.argument.text.clone()),
            Effect::Colour => {
                let auto = option.value == "auto";
                self.colour = Some(if auto { Colour::Auto } else { Colour::Said });
            }
            Effect::ForcedInclude => {
                self.acting(option.argument);
                self.search.forced.push(option.value);
            }
            Effect::Language => {
                self.acting(option.argument);
                if self.source.is_none() {
                    self.language = language::named(option.value)?;
                }
            }
            Effect::Bypass(reason) => return bypass(reason, option.argument.text.clone()),
            Effect::Compile | Effect::Output => self.output(option)?,
            Effect::DependAll
            | Effect::DependUser
            | Effect::DependFile
            | Effect::DependTarget
            | Effect::DependPhony => self.depend(option),
        }
        Ok(())
    }

    fn output(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        self.acting(option.argument);
        if option.effect == Effect::Output {
            // gcc fails on two with -MD and else takes the last; clang takes the last.
            if self.object.is_some() {
                return bypass("several-outputs", option.value.to_owned());
            }
            self.object = Some(Named { text: option.value, argument: option.value_argument });
        }
        Ok(())
    }

    fn depend(&mut self, option: &Matched<'a, Effect>) {
        self.acting(option.argument);
        match option.effect {
            Effect::DependAll => self.depend_all = true,
            Effect::DependUser => self.depend_user = true,
            Effect::DependFile => {
                self.depend_modifier = Some(option.name);
                self.depend_file = Some(Named { text: option.value, argument: option.value_argument });
            }
            Effect::DependTarget => {
                self.depend_modifier = Some(option.name);
                self.depend_target = true;
            }
            _ => self.depend_modifier = Some(option.name),
        }
    }

    fn folder(&mut self, option: &Matched<'a, Effect>) {
        self.steering(option);
        self.search.folders.push(option.value);
    }

    fn steering(&mut self, option: &Matched<'a, Effect>) {
        for argument in [option.argument, option.value_argument] {
            if argument.nested {
                self.nested.steering.insert(argument.index);
            }
            if self.search.arguments.last() != Some(&argument.index) {
                self.search.arguments.push(argument.index);
            }
        }
    }

    fn acting(&mut self, argument: &Argument) {
        if argument.nested {
            self.nested.acting.insert(argument.index);
        }
    }

    fn finish(self) -> Result<CommandLine<'a>, Stop> {
        let Some((source, language)) = self.source else { return bypass("no-source", "no source is named") };
        if self.nested.steering.intersection(&self.nested.acting).next().is_some() {
            return bypass("response-file", "one response file names search folders and also sources or outputs");
        }
        let depends = match (self.depend_all, self.depend_user) {
            (_, true) => Depends::User,
            (true, false) => Depends::All,
            (false, false) => Depends::Unasked,
        };
        // gcc fails and clang warns, until an added -MD would give the option a meaning.
        if let (Depends::Unasked, Some(modifier)) = (depends, self.depend_modifier) {
            return bypass("dependencies", format!("{modifier} without -MD or -MMD"));
        }
        Ok(CommandLine {
            source,
            language,
            object: self.object,
            depends,
            depend_file: self.depend_file,
            depend_target: self.depend_target,
            shows_output: self.shows_output,
            records_command: self.records_command,
            sanitizes: self.sanitizes,
            colour: self.colour.unwrap_or(Colour::Unsaid),
            search: self.search,
        })
    }
}

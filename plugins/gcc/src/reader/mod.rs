//! Reads a command line item by item, and puts together what it comes to.

use std::collections::HashSet;

use zccache_plugin_sdk::options::{Argument, Item, Matched};

use crate::command::{Besides, Colour, Named, PartsWords, Profile, Reads, SearchWords, Shows, Source, Temporaries};
use crate::depends::DependsWords;
use crate::effect::{Effect, Said, Side};
use crate::language::{self, Language};
use crate::{assembler, dates, description, plain, preprocessor, proper, table};
use zccache_plugin_sdk::stop::{Stop, bypass};

mod finish;
mod steering;

/// What was read so far.
pub(crate) struct Reader<'a> {
    cpp_driver: bool,
    end: Option<u32>,
    sources: Vec<Source<'a>>,
    language: Option<Language>,
    /// Indices of `-x` and its values.
    languages: Vec<u32>,
    output: Option<Named<'a>>,
    besides: Besides<'a>,
    depends: DependsWords<'a>,
    shows: Shows,
    /// By which option modules are on.
    modules: Option<&'a str>,
    mapper: Option<&'a str>,
    names_module_depends: bool,
    reads: Reads<'a>,
    colour: Colour,
    search: SearchWords<'a>,
    parts: PartsWords<'a>,
    text_option: Option<&'a str>,
    quotes_source: bool,
    piped: bool,
    /// A macro may stand for the name of a file.
    macros_name_headers: bool,
    redefined_dates: Vec<&'static str>,
    preprocessor: Vec<preprocessor::Word<'a>>,
    /// Of the words that ask for debug information, the last does not take it back.
    debugs: bool,
    /// Counts of the program's runs lie in a folder of their own.
    moves_counts: bool,
    /// A word by which the assembler notes the lines of its own text.
    notes_lines: Option<&'a str>,
    proper: Vec<&'a Argument>,
    nested: Nested,
    defined: Vec<&'a str>,
    trigraphs: bool,
    acts: Acts,
}

/// What each argument of the caller's does, by its index. A response file may do both.
#[derive(Default)]
struct Acts {
    writes: HashSet<u32>,
    reads: HashSet<u32>,
}

/// Response files by what they hold: one that steers the search is handed to the probe as a whole, which only those may
/// be that do not also name sources or outputs.
#[derive(Default)]
struct Nested {
    steering: HashSet<u32>,
    acting: HashSet<u32>,
}

impl<'a> Reader<'a> {
    /// Nothing was read yet. `cpp_driver`: C is compiled as C++. `end`: where options end.
    pub(crate) fn new(cpp_driver: bool, end: Option<u32>) -> Self {
        Reader {
            cpp_driver,
            end,
            sources: Vec::new(),
            language: None,
            languages: Vec::new(),
            output: None,
            besides: Besides::default(),
            depends: DependsWords::default(),
            shows: Shows::default(),
            modules: None,
            mapper: None,
            names_module_depends: false,
            reads: Reads::default(),
            colour: Colour::Unsaid,
            search: SearchWords::default(),
            parts: PartsWords::default(),
            text_option: None,
            quotes_source: false,
            piped: false,
            macros_name_headers: false,
            redefined_dates: Vec::new(),
            preprocessor: Vec::new(),
            debugs: false,
            moves_counts: false,
            notes_lines: None,
            proper: Vec::new(),
            nested: Nested::default(),
            defined: Vec::new(),
            trigraphs: false,
            acts: Acts::default(),
        }
    }

    /// Reads one item.
    pub(crate) fn read(&mut self, item: &Item<'a, Effect>) -> Result<(), Stop> {
        match item {
            Item::Unknown(unknown) => bypass("unknown-option", unknown.text.clone()),
            Item::Incomplete(option) => bypass("incomplete-option", option.text.clone()),
            Item::Operand(operand) if operand.text == "-" && self.language.is_none() => {
                bypass("stdin", "standard input without -x")
            }
            Item::Operand(operand) => {
                self.acts.reads.insert(operand.index);
                let language = match self.language {
                    Some(language) => language,
                    None => language::of_suffix(&operand.text, self.cpp_driver)?,
                };
                self.acting(operand);
                self.sources.push(Source { argument: operand, language });
                Ok(())
            }
            Item::Option(option) => {
                if !matches!(option.effect, Effect::PreprocessorWords) {
                    self.note(option.effect, [option.argument.index, option.value_argument.index]);
                }
                self.option(option)
            }
        }
    }

    fn option(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        match option.effect {
            Effect::Key | Effect::Query | Effect::OtherMode(_) => {}
            Effect::Search(search) => self.search(search, option),
            Effect::QuotesSource => self.quotes_source = true,
            Effect::RandomSeed => self.reads.seeded = true,
            Effect::Pipe => self.piped = true,
            Effect::Trigraphs => self.trigraphs = true,
            Effect::Standard => {
                self.trigraphs |= !option.value.starts_with("gnu");
                self.steering(option);
            }
            Effect::FlagWord | Effect::MachineWord | Effect::DebugWord => self.family_word(option)?,
            Effect::Define => self.define(option.value)?,
            Effect::Undefine => self.redefined_dates.extend(dates::redefined(option.value)),
            Effect::PreprocessorWords => {
                let words = preprocessor::split(option);
                if preprocessor::differs_by_compiler(&words) {
                    self.depends.differs_by_compiler();
                }
                self.preprocessor.extend(words);
            }
            Effect::ShowsOutput => self.shows_all(),
            Effect::LinkTime => {
                self.steering(option);
                self.shows_all();
            }
            Effect::ProfileFolder => {
                self.moves_counts = true;
                self.shows_all();
            }
            Effect::Only(_) | Effect::InputCharset | Effect::DiagnosticsFormat | Effect::LlvmOption => {
                self.choice(option)?;
            }
            Effect::RecordsCommand => {
                self.shows_all();
                self.shows.command = Some(option.name);
            }
            Effect::Sanitize => {
                self.reads.sanitizes = true;
                self.shows.directory = true;
                self.steering(option);
            }
            Effect::Colour if option.value == "auto" => self.colour = Colour::Auto,
            Effect::Colour => self.colour = Colour::Said,
            Effect::ForcedInclude => {
                self.acting(option.argument);
                self.search.forced.push(option.value);
            }
            Effect::Language => {
                self.acting(option.argument);
                self.languages.extend([option.argument.index, option.value_argument.index]);
                self.language = language::named(option.value)?;
            }
            Effect::AssemblerWords => {
                assembler::check(option.value)?;
                self.shows.directory |= option.value != "--noexecstack";
                self.notes_lines = self.notes_lines.or(assembler::notes_lines(option.value));
            }
            Effect::ProperWord => self.proper.push(option.value_argument),
            Effect::PreprocessedText => self.text_option = Some(option.name),
            Effect::MakePrecompiledHeader | Effect::Timeless => return bypass("precompiled-header", option.name),
            Effect::Bypass(reason) => return bypass(reason, option.argument.text.clone()),
            Effect::Side(side) => self.side(side, option)?,
            Effect::SideNamed => {
                self.acting(option.argument);
                self.besides.named.push(Named { text: option.value, argument: option.value_argument });
            }
            Effect::Modules => self.modules = Some(option.name),
            Effect::ModuleMapper => self.mapper = Some(option.value),
            Effect::ModuleDepends(said) => self.module_depends(said, option)?,
            Effect::InputFile => self.reads.files.push(option.value),
            Effect::Specs => {
                self.steering(option);
                self.reads.specs.push(option.value);
                // An option that they add may be one by which the result shows more.
                self.shows_all();
            }
            Effect::DeviceSpecs if plain::is_value(option.value) => {
                self.steering(option);
                self.reads.device_specs = true;
                self.shows_all();
            }
            Effect::DeviceSpecs => return bypass("specs", option.argument.text.clone()),
            Effect::PrecompiledHeader => self.reads.precompiled.push(option.value),
            Effect::ProfileUse => {
                let named = option.argument.text.contains('=');
                self.reads.profile = Some(if named { Profile::Named(option.value) } else { Profile::Default });
                // What is missing is told by its full path.
                self.shows_all();
            }
            Effect::Make(_) | Effect::Output => self.output(option)?,
            Effect::Depend(word) => {
                self.acting(option.argument);
                self.depends.read(word, option);
            }
        }
        Ok(())
    }

    /// A word after `-f`, `-m` or `-g`.
    fn family_word(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        let value = option.value;
        match option.effect {
            Effect::FlagWord if !value.contains('=') => self.flag_word(option),
            Effect::FlagWord if plain::is_setting(value) => {
                self.flag_word(option);
                self.shows_all();
            }
            Effect::MachineWord if plain::is_machine_word(value) => self.steering(option),
            // Alone it makes no debug information, and takes none away.
            Effect::DebugWord if value == "z" || value.starts_with("z=") => {}
            Effect::DebugWord if table::is_debug_word(value) => self.debugs = value != "0",
            Effect::DebugWord if plain::is_word(value) || plain::is_setting(value) => self.shows_all(),
            _ => return bypass("unknown-option", option.argument.text.clone()),
        }
        Ok(())
    }

    /// An option of which only some values are known.
    fn choice(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        let refuse = |reason| bypass(reason, option.argument.text.clone());
        match option.effect {
            Effect::Only(value) if option.value == value => self.shows_all(),
            Effect::Only(_) => return refuse("offload"),
            Effect::InputCharset if ["utf-8", "utf8"].contains(&option.value.to_ascii_lowercase().as_str()) => {}
            Effect::InputCharset => return refuse("input-charset"),
            Effect::DiagnosticsFormat if matches!(option.value, "text" | "clang") => {}
            Effect::DiagnosticsFormat => return refuse("diagnostics-format"),
            _ if proper::is_plain_choice(option.value) => {}
            _ => return bypass("compiler-options", option.value.to_owned()),
        }
        Ok(())
    }

    fn define(&mut self, definition: &'a str) -> Result<(), Stop> {
        if table::hides(definition) {
            return bypass("macro", definition.to_owned());
        }
        self.macros_name_headers |= description::names_header(definition);
        self.defined.push(&definition[..definition.find(['=', '(']).unwrap_or(definition.len())]);
        self.redefined_dates.extend(dates::redefined(definition));
        Ok(())
    }

    fn flag_word(&mut self, option: &Matched<'a, Effect>) {
        self.shows.directory |= table::may_show_directory(option.value);
        self.shows.assembler_words |= table::may_show_assembler_words(option.value);
        self.steering(option);
    }

    fn shows_all(&mut self) {
        self.shows.output = true;
        self.shows.directory = true;
        self.shows.assembler_words = true;
    }

    /// Like for a depfile, gcc asks that there is one.
    fn module_depends(&mut self, said: Said, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        self.depends.modify(option.name);
        match said {
            Said::Format if option.value == "p1689r5" => self.side(Side::ModuleDepends, option),
            Said::Format => bypass("modules", option.argument.text.clone()),
            Said::File => {
                self.acting(option.argument);
                self.names_module_depends = true;
                self.besides.named.push(Named { text: option.value, argument: option.value_argument });
                Ok(())
            }
            Said::Target => Ok(()),
        }
    }

    fn side(&mut self, side: Side, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        self.acting(option.argument);
        self.shows_all();
        if side == Side::Temporaries {
            self.besides.temporaries = match option.value {
                "" => Temporaries::Unsaid,
                "obj" => Temporaries::Beside,
                "cwd" => Temporaries::Here,
                _ => return bypass("save-temps", option.argument.text.clone()),
            };
        }
        if !self.besides.sides.contains(&side) {
            self.besides.sides.push(side);
        }
        Ok(())
    }

    fn output(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        self.acting(option.argument);
        if option.effect == Effect::Output {
            // gcc fails on two with -MD and else takes the last; clang takes the last.
            if self.output.is_some() {
                return bypass("several-outputs", option.value.to_owned());
            }
            self.output = Some(Named { text: option.value, argument: option.value_argument });
        }
        Ok(())
    }

    /// Notes what the arguments of a word do.
    fn note(&mut self, effect: Effect, arguments: impl IntoIterator<Item = u32>) {
        let writes = matches!(
            effect,
            Effect::Make(_)
                | Effect::Output
                | Effect::Depend(_)
                | Effect::Side(_)
                | Effect::SideNamed
                | Effect::ModuleDepends(_)
        );
        if writes { self.acts.writes.extend(arguments) } else { self.acts.reads.extend(arguments) }
    }

    /// The arguments that make the compiler read what it reads, without those by which it writes; none: one does both.
    fn reading(&self) -> Option<Vec<u32>> {
        let mut reading: Vec<u32> = self.acts.reads.iter().copied().collect();
        reading.sort_unstable();
        self.acts.reads.is_disjoint(&self.acts.writes).then_some(reading)
    }

    /// Temporary files are kept.
    pub(crate) fn keeps_temporaries(&self) -> bool {
        self.besides.sides.contains(&Side::Temporaries)
    }
}

//! Reads a command line item by item, and puts together what it comes to.

use std::collections::HashSet;

use zccache_plugin_sdk::options::{Argument, Item, Matched};

use crate::command::{
    Besides, Call, Colour, CommandLine, Depends, Named, PartsWords, Profile, Reads, SearchWords, Shows, Source,
    Temporaries, Which,
};
use crate::depends::DependsWords;
use crate::effect::{Effect, Mode, Search, Side};
use crate::language::{self, Language, Stage, Tongue};
use crate::several::Several;
use crate::{assembler, dates, description, plain, preprocessor, proper, table};
use zccache_plugin_sdk::stop::{Stop, bypass};

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
        }
    }

    /// Reads one item.
    pub(crate) fn read(&mut self, item: &Item<'a, Effect>) -> Result<(), Stop> {
        match item {
            Item::Unknown(unknown) => bypass("unknown-option", unknown.text.clone()),
            Item::Incomplete(option) => bypass("incomplete-option", option.text.clone()),
            Item::Operand(operand) if operand.text == "-" => bypass("stdin", "the source is standard input"),
            Item::Operand(operand) => {
                let language = match self.language {
                    Some(language) => language,
                    None => language::of_suffix(&operand.text, self.cpp_driver)?,
                };
                self.acting(operand);
                self.sources.push(Source { argument: operand, language });
                Ok(())
            }
            Item::Option(option) => self.option(option),
        }
    }

    fn option(&mut self, option: &Matched<'a, Effect>) -> Result<(), Stop> {
        let unknown = || bypass("unknown-option", option.argument.text.clone());
        match option.effect {
            Effect::Key | Effect::Query | Effect::OtherMode(_) => {}
            Effect::Search(search) => self.search(search, option),
            Effect::QuotesSource => self.quotes_source = true,
            Effect::RandomSeed => self.reads.seeded = true,
            Effect::Pipe => self.piped = true,
            Effect::FlagWord if !option.value.contains('=') => self.flag_word(option),
            Effect::FlagWord if plain::is_setting(option.value) => {
                self.flag_word(option);
                self.shows_all();
            }
            Effect::FlagWord => return unknown(),
            Effect::Define => self.define(option.value)?,
            Effect::Undefine => self.redefined_dates.extend(dates::redefined(option.value)),
            Effect::PreprocessorWords => {
                let words = preprocessor::split(option);
                if preprocessor::differs_by_compiler(&words) {
                    self.depends.differs_by_compiler();
                }
                self.preprocessor.extend(words);
            }
            Effect::MachineWord if plain::is_machine_word(option.value) => self.steering(option),
            Effect::MachineWord => return unknown(),
            // Alone it makes no debug information, and takes none away.
            Effect::DebugWord if matches!(option.value.split('=').next(), Some("z")) => {}
            Effect::DebugWord if table::is_debug_word(option.value) => self.debugs = option.value != "0",
            Effect::DebugWord if plain::is_word(option.value) || plain::is_setting(option.value) => self.shows_all(),
            Effect::DebugWord => return unknown(),
            Effect::ShowsOutput => self.shows_all(),
            Effect::LinkTime => {
                self.steering(option);
                self.shows_all();
            }
            Effect::ProfileFolder => {
                self.moves_counts = true;
                self.shows_all();
            }
            Effect::Only(value) if option.value == value => self.shows_all(),
            Effect::Only(_) => return bypass("offload", option.argument.text.clone()),
            Effect::InputCharset if ["utf-8", "utf8"].contains(&option.value.to_ascii_lowercase().as_str()) => {}
            Effect::InputCharset => return bypass("input-charset", option.argument.text.clone()),
            Effect::RecordsCommand => {
                self.shows_all();
                self.shows.command = Some(option.name);
            }
            Effect::Sanitize => {
                self.reads.sanitizes = true;
                self.shows.directory = true;
                self.steering(option);
            }
            Effect::DiagnosticsFormat if matches!(option.value, "text" | "clang") => {}
            Effect::DiagnosticsFormat => return bypass("diagnostics-format", option.argument.text.clone()),
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
            Effect::LlvmOption if proper::is_plain_choice(option.value) => {}
            Effect::LlvmOption => return bypass("compiler-options", option.value.to_owned()),
            Effect::PreprocessedText => self.text_option = Some(option.name),
            Effect::MakePrecompiledHeader | Effect::Timeless => return bypass("precompiled-header", option.name),
            Effect::Bypass(reason) => return bypass(reason, option.argument.text.clone()),
            Effect::Side(side) => self.side(side, option)?,
            Effect::SideNamed => {
                self.acting(option.argument);
                self.besides.named.push(Named { text: option.value, argument: option.value_argument });
            }
            Effect::InputFile => self.reads.files.push(option.value),
            Effect::Specs => {
                self.steering(option);
                self.reads.specs.push(option.value);
                // An option that they add may be one by which the result shows more.
                self.shows_all();
            }
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

    fn define(&mut self, definition: &str) -> Result<(), Stop> {
        if table::hides(definition) {
            return bypass("macro", definition.to_owned());
        }
        self.macros_name_headers |= description::names_header(definition);
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

    fn search(&mut self, search: Search, option: &Matched<'a, Effect>) {
        match search {
            Search::Choice => self.steering(option),
            Search::Folder => {
                self.folder(option);
                self.search.system_folders.push(option.value);
            }
            Search::QuoteFolder => {
                self.folder(option);
                self.search.own_folders.push(option.value);
            }
            Search::IncludeFolder => {
                self.folder(option);
                self.search.own_folders.push(option.value);
                self.search.assembler_folders.push(option.value);
            }
            Search::Root => {
                self.steering(option);
                self.search.sysroots.push(option.value);
            }
            Search::Toolchain => {
                self.steering(option);
                self.search.toolchains.push(option.value);
            }
            Search::Multilib => {
                self.steering(option);
                push(&mut self.parts.arguments, option.argument.index);
            }
            Search::PartsFolder => {
                self.folder(option);
                self.parts.folders.push(option.value);
                push(&mut self.parts.arguments, option.argument.index);
                push(&mut self.parts.arguments, option.value_argument.index);
            }
        }
    }

    fn folder(&mut self, option: &Matched<'a, Effect>) {
        self.steering(option);
        self.search.folders.push(option.value);
    }

    fn steering(&mut self, option: &Matched<'a, Effect>) {
        for argument in [option.argument, option.value_argument] {
            self.steering_argument(argument);
        }
    }

    fn steering_argument(&mut self, argument: &Argument) {
        if holds_several(argument) {
            self.nested.steering.insert(argument.index);
        }
        push(&mut self.search.arguments, argument.index);
    }

    fn acting(&mut self, argument: &Argument) {
        if holds_several(argument) {
            self.nested.acting.insert(argument.index);
        }
    }

    /// Ends the plan where one argument would have to be given to the search probe, and must not be.
    fn check_several(&self, reason: &str) -> Result<(), Stop> {
        match self.nested.steering.intersection(&self.nested.acting).next() {
            Some(_) => bypass(reason, "one argument names search folders and also sources or outputs"),
            None => Ok(()),
        }
    }

    /// What the words for the preprocessor come to: the same as the driver's own, and the search probe is given them with what hands
    /// them on.
    fn preprocessor_words(&mut self) -> Result<(), Stop> {
        for said in preprocessor::read(&std::mem::take(&mut self.preprocessor))? {
            self.option(&said.option)?;
            if matches!(said.option.effect, Effect::Search(_) | Effect::FlagWord) {
                said.arguments.iter().for_each(|argument| self.steering_argument(argument));
            }
        }
        self.search.arguments.sort_unstable();
        self.search.arguments.dedup();
        Ok(())
    }

    /// Temporary files are kept.
    pub(crate) fn keeps_temporaries(&self) -> bool {
        self.besides.sides.contains(&Side::Temporaries)
    }

    /// What it all comes to.
    pub(crate) fn finish(mut self, mode: Option<Mode>) -> Result<Call<'a>, Stop> {
        self.check_several("response-file")?;
        self.preprocessor_words()?;
        self.check_several("preprocessor-options")?;
        let headers_only = self.sources.iter().all(|source| source.language.stage == Stage::Header);
        let mode = match mode {
            Some(mode) => mode,
            // Headers are precompiled without being told to.
            None if headers_only && !self.sources.is_empty() => Mode::Object,
            None => return bypass("link", "there is no -c"),
        };
        if let (Mode::Object | Mode::Assembly, Some(option)) = (mode, self.text_option) {
            return bypass("preprocessor-output", option);
        }
        if self.quotes_source && (mode == Mode::Assembly || self.keeps_temporaries()) {
            return bypass("verbose-assembly", "-fverbose-asm quotes files that a #line directive names");
        }
        for word in proper::words(&std::mem::take(&mut self.proper))? {
            match word {
                proper::Word::ForcedInclude(name) => self.search.forced.push(name),
                proper::Word::UsePrecompiledHeader(file) => self.reads.precompiled.push(file),
                proper::Word::Timeless => self.reads.timeless = true,
                proper::Word::Define(definition) => self.define(definition)?,
                proper::Word::Shows => self.shows_all(),
                proper::Word::MakePrecompiledHeader => self.make_precompiled_header(mode)?,
            }
        }
        let depends = std::mem::take(&mut self.depends).finish(mode)?;
        let source = match self.sources[..] {
            [] => return bypass("no-source", "no source is named"),
            [source] => source,
            _ => return self.several(mode, &depends).map(Call::Several),
        };
        check_mode(mode, source.language)?;
        let language = source.language;
        if let Some(word) = self.notes_lines.filter(|_| mode == Mode::Object && !language.is_assembler()) {
            return bypass("assembler-options", format!("{word} notes the name of a temporary file"));
        }
        self.check_counts()?;
        self.shows.directory |= self.debugs
            || language.stage == Stage::Header
            || !self.reads.precompiled.is_empty()
            || !self.besides.named.is_empty()
            // Where a line of assembler text comes from may be told from the working directory on.
            || !matches!(language.tongue, Tongue::C | Tongue::Cpp);
        self.shows.output |= language.stage == Stage::Header;
        Ok(Call::One(Box::new(CommandLine {
            mode,
            source,
            output: self.output,
            besides: self.besides,
            // Neither compiler writes a dependency file of what includes nothing.
            depends: if language.includes() { depends } else { Depends { which: Which::Unasked, ..depends } },
            shows: self.shows,
            reads: self.reads,
            piped: self.piped,
            macros_name_headers: self.macros_name_headers,
            redefined_dates: self.redefined_dates,
            colour: self.colour,
            end: self.end,
            search: self.search,
            parts: self.parts,
        })))
    }

    /// Counts of earlier runs are read, or removed, in a folder where their names are made of full paths.
    fn check_counts(&self) -> Result<(), Stop> {
        let touched = self.reads.profile.is_some() || self.reads.seeded;
        if touched && self.moves_counts {
            return bypass("profile-use", "counts of earlier runs lie in a folder of their own");
        }
        Ok(())
    }

    /// clang's own word for it; the driver still thinks that it makes an object.
    fn make_precompiled_header(&mut self, mode: Mode) -> Result<(), Stop> {
        match &self.sources[..] {
            [source] if mode == Mode::Object && source.language.stage == Stage::Header => Ok(()),
            _ => bypass("precompiled-header", "-emit-pch without -x c-header or -x c++-header"),
        }
    }

    /// One call for each source: the others' names are left out of it, and everything else is kept.
    fn several(&self, mode: Mode, depends: &Depends<'a>) -> Result<Several<'a>, Stop> {
        for source in &self.sources {
            check_mode(mode, source.language)?;
            // Another source may read what is made of these, or these what is made of another.
            if source.language.stage == Stage::Header || source.language.is_assembler() {
                return bypass("several-sources", format!("the order counts for {}", source.argument.text));
            }
        }
        if mode == Mode::Text || self.output.is_some() || depends.file.is_some() || !self.besides.named.is_empty() {
            let names: Vec<&str> = self.sources.iter().map(|source| source.argument.text.as_str()).collect();
            return bypass("several-sources", format!("one output is named for {}", names.join(" ")));
        }
        Several::of(&self.sources, &self.languages)
    }
}

/// Which stages a mode leads through at all.
fn check_mode(mode: Mode, language: Language) -> Result<(), Stop> {
    let useless = match mode {
        Mode::Object => false,
        Mode::Assembly => language.is_assembler() || language.stage == Stage::Header,
        Mode::Text => !language.includes(),
    };
    if useless { bypass("language", "the source is not of a kind that this makes anything of") } else { Ok(()) }
}

/// Whether an argument of the caller's holds several words: it is given to the search probe as a whole.
fn holds_several(argument: &Argument) -> bool {
    argument.nested || argument.text.starts_with("-Wp,")
}

fn push(indices: &mut Vec<u32>, index: u32) {
    if indices.last() != Some(&index) {
        indices.push(index);
    }
}

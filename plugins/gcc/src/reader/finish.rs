//! What all words of a command line come to.

use zccache_plugin_sdk::stop::{Stop, bypass};

use super::Reader;
use crate::command::{Call, CommandLine, Depends, Which};
use crate::effect::{Mode, Side};
use crate::language::{Language, Stage, Tongue};
use crate::modules::Modules;
use crate::proper;
use crate::several::Several;

impl<'a> Reader<'a> {
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
        let reading = self.reading();
        let language = source.language;
        let modules = self.modules(mode)?;
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
            modules,
            reads: self.reads,
            piped: self.piped,
            macros_name_headers: self.macros_name_headers,
            redefined_dates: self.redefined_dates,
            defined: self.defined,
            trigraphs: self.trigraphs,
            reading,
            colour: self.colour,
            end: self.end,
            search: self.search,
            parts: self.parts,
        })))
    }

    /// What is said of modules comes to something only together; and a module that is made has to be named somewhere.
    fn modules(&mut self, mode: Mode) -> Result<Option<Modules<'a>>, Stop> {
        let sides = &mut self.besides.sides;
        let unnamed = sides.contains(&Side::ModuleDepends) && !self.names_module_depends;
        if unnamed && mode == Mode::Text {
            return bypass("modules", "-fdeps-format with -E and without -fdeps-file");
        }
        sides.retain(|side| unnamed || *side != Side::ModuleDepends);
        match (self.modules, self.mapper) {
            (None, None) => Ok(None),
            (Some(_), Some(file)) => Ok(Some(Modules::Listed(file))),
            (Some(_), None) if mode == Mode::Text => Ok(Some(Modules::Unlisted)),
            (Some(option), None) => bypass("modules", option),
            (None, Some(file)) => bypass("modules", file),
        }
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
            if source.argument.text == "-" {
                return bypass("stdin", "standard input is one of several sources");
            }
            check_mode(mode, source.language)?;
            // Another source may read what is made of these, or these what is made of another.
            if source.language.stage == Stage::Header || source.language.is_assembler() {
                return bypass("several-sources", format!("the order counts for {}", source.argument.text));
            }
        }
        if matches!(mode, Mode::Text | Mode::List(_))
            || self.output.is_some()
            || depends.file.is_some()
            || !self.besides.named.is_empty()
        {
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
        // Of assembler text nothing is checked without making an object.
        Mode::Check => language.is_assembler(),
        Mode::Text | Mode::List(_) => !language.includes(),
    };
    if useless { bypass("language", "the source is not of a kind that this makes anything of") } else { Ok(()) }
}

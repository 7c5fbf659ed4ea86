//! A command line, read.

use zccache_plugin_sdk::options::{self, Argument, Item, Matched};
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::codegen::{self, Codegen};
use crate::table::{Effect, TABLE};

/// What is made of a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrateType {
    /// `lib` or `rlib`.
    Lib,
    /// An archive for other languages.
    StaticLib,
    /// A library of Rust's that is loaded.
    Dylib,
    /// One for other languages.
    Cdylib,
    /// A macro that the compiler loads.
    ProcMacro,
    /// A program.
    Bin,
}

impl CrateType {
    fn named(name: &str) -> Option<CrateType> {
        Some(match name {
            "lib" | "rlib" => CrateType::Lib,
            "staticlib" => CrateType::StaticLib,
            "dylib" => CrateType::Dylib,
            "cdylib" => CrateType::Cdylib,
            "proc-macro" => CrateType::ProcMacro,
            "bin" => CrateType::Bin,
            _ => return None,
        })
    }

    /// Whether a linker makes it.
    pub(crate) fn is_linked(self) -> bool {
        !matches!(self, CrateType::Lib | CrateType::StaticLib)
    }

    /// Whether other crates can use it, and so find its hash in it.
    pub(crate) fn has_metadata(self) -> bool {
        matches!(self, CrateType::Lib | CrateType::Dylib | CrateType::ProcMacro)
    }
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the crate's type says.
    Link,
    /// What other crates must know of it.
    Metadata,
    /// The list of its sources.
    DepInfo,
    /// Other forms of its code, by suffix.
    Code(&'static str),
}

impl Kind {
    fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "link" => Kind::Link,
            "metadata" => Kind::Metadata,
            "dep-info" => Kind::DepInfo,
            "obj" => Kind::Code("o"),
            "asm" => Kind::Code("s"),
            "llvm-ir" => Kind::Code("ll"),
            "llvm-bc" => Kind::Code("bc"),
            "mir" => Kind::Code("mir"),
            _ => return None,
        })
    }
}

/// How code of other crates is compiled anew for the whole program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lto {
    /// Not at all.
    #[default]
    No,
    /// Each crate's by itself, so that each shows in the call of the linker.
    Thin,
    /// As one, of which nothing says which crates it is made of; or by the linker.
    Whole,
}

/// An item of `--emit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emit {
    /// What.
    pub kind: Kind,
    /// Where to, if it is said; and the argument that says it.
    pub path: Option<(String, u32)>,
}

/// A folder of `-L`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    /// As spelled.
    pub path: String,
    /// Crates that the source names are looked for there.
    pub crates: bool,
    /// Libraries of other languages are looked for there.
    pub native: bool,
}

/// A value with the argument that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The value.
    pub path: String,
    /// Index of the caller's argument.
    pub index: u32,
}

/// Everything that a call says and that matters beyond being in the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// The root of the crate.
    pub source: String,
    /// Its name, where one is given.
    pub name: Option<String>,
    /// What is made of it: a program, where nothing is said.
    pub types: Vec<CrateType>,
    /// It is said.
    pub types_said: bool,
    /// What is written: what the types say, where nothing is said.
    pub emits: Vec<Emit>,
    /// The file that is written.
    pub output: Option<Named>,
    /// The folder that is written into.
    pub folder: Option<Named>,
    /// What the names of outputs end with.
    pub extra: String,
    /// A program of tests is made.
    pub test: bool,
    /// The machine that it is made for.
    pub target: Option<String>,
    /// Crates by path.
    pub externs: Vec<String>,
    /// Folders that are searched, in order.
    pub search: Vec<Folder>,
    /// Libraries of other languages.
    pub libraries: Vec<String>,
    /// Where the compiler's own libraries are.
    pub sysroot: Option<String>,
    /// Which program links.
    pub linker: Option<String>,
    /// Words for the linker.
    pub link_arguments: Vec<String>,
    /// Arguments by which it is chosen.
    chooses_linker: Vec<u32>,
    /// Code of other crates is compiled anew for the whole program.
    pub lto: Lto,
    /// It is for the machine's own processor, whichever that is.
    pub native_processor: bool,
    /// Where runs leave what spares later ones work.
    pub incremental: Option<String>,
    /// Further files that are read.
    pub reads: Vec<String>,
    /// The caller is told of every file as it is written.
    pub notices: bool,
    /// How wide messages are, and which arguments say so.
    pub width: Option<(String, Vec<u32>)>,
    /// Whether messages are coloured is said.
    pub colour_said: bool,
    /// Messages are for a program.
    pub json: bool,
}

/// Crates that are the compiler's own.
pub(crate) const OWN_CRATES: [&str; 5] = ["std", "core", "alloc", "proc_macro", "test"];

impl Command {
    /// Reads a call; `skipped` arguments before it are no part of it.
    pub(crate) fn read(arguments: &[String], skipped: usize) -> Result<Command, Stop> {
        let mut plain = options::plain(arguments);
        plain.drain(..skipped);
        // The compiler puts what the file holds in their place, wherever they stand.
        if let Some(file) = plain.iter().find(|argument| argument.text.starts_with('@')) {
            return bypass("argument-file", file.text.clone());
        }
        let mut command = Command::default();
        let mut sources: Vec<&Argument> = Vec::new();
        for item in options::parse(&TABLE, &plain) {
            match item {
                Item::Option(option) => command.option(&option)?,
                Item::Operand(operand) => sources.push(operand),
                Item::Unknown(unknown) => return bypass("unknown-option", unknown.text.clone()),
                Item::Incomplete(argument) => return bypass("incomplete-option", argument.text.clone()),
            }
        }
        match sources.as_slice() {
            [source] if source.text == "-" => return bypass("stdin", "the source is standard input"),
            [source] => command.source = source.text.clone(),
            [] => return bypass("no-source", String::new()),
            [one, other, ..] => return bypass("several-sources", format!("{} and {}", one.text, other.text)),
        }
        command.complete()
    }

    fn complete(mut self) -> Result<Command, Stop> {
        self.types_said = self.test || !self.types.is_empty();
        if self.test {
            self.types = vec![CrateType::Bin];
        }
        if self.types.is_empty() {
            self.types.push(CrateType::Bin);
        }
        let mut seen = Vec::new();
        self.types.retain(|kind| {
            !seen.contains(kind) && {
                seen.push(*kind);
                true
            }
        });
        if self.target.as_ref().is_some_and(|target| target.ends_with(".json")) {
            return bypass("target-file", "the target is described by a file");
        }
        if self.output.is_some() && self.folder.is_some() {
            return bypass("output", "-o and --out-dir are both given");
        }
        Ok(self)
    }

    fn option(&mut self, option: &Matched<'_, Effect>) -> Result<(), Stop> {
        let value = option.value;
        let named = || Named { path: value.to_owned(), index: option.value_argument.index };
        match option.effect {
            Effect::Keyed => {}
            Effect::CrateName => self.name = Some(value.to_owned()),
            Effect::CrateType => {
                for name in value.split(',') {
                    match CrateType::named(name) {
                        Some(kind) => self.types.push(kind),
                        None => return bypass("crate-type", name),
                    }
                }
            }
            Effect::Emit => self.emit(value, option.value_argument.index)?,
            Effect::Output => self.output = Some(named()),
            Effect::OutputFolder => self.folder = Some(named()),
            Effect::Test => self.test = true,
            Effect::Target => {
                self.target = Some(value.to_owned());
                self.chooses_linker.extend([option.argument.index, option.value_argument.index]);
            }
            Effect::Extern => self.external(value)?,
            Effect::Search => self.search.push(folder(value)?),
            Effect::Library => self.libraries.extend(library(value)),
            Effect::Sysroot => self.sysroot = Some(value.to_owned()),
            Effect::Codegen => {
                self.codegen(value)?;
                let chooses = value.starts_with("linker=") || value.contains("-fuse-ld=");
                self.chooses_linker
                    .extend([option.argument.index, option.value_argument.index].iter().filter(|_| chooses));
            }
            Effect::Json => self.notices |= value.split(',').any(|item| item == "artifacts"),
            Effect::Width => {
                let arguments = vec![option.argument.index, option.value_argument.index];
                self.width = Some((value.to_owned(), arguments));
            }
            Effect::Colour => self.colour_said = true,
            Effect::ErrorFormat => self.json = value == "json",
            Effect::Bypass(reason) => return bypass(reason, option.argument.text.clone()),
        }
        Ok(())
    }

    fn emit(&mut self, value: &str, index: u32) -> Result<(), Stop> {
        for item in value.split(',') {
            let (name, path) = match item.split_once('=') {
                Some((_, "-")) => return bypass("output", "an output goes to standard output"),
                Some((name, path)) => (name, Some((path.to_owned(), index))),
                None => (item, None),
            };
            let Some(kind) = Kind::named(name) else { return bypass("emit", name) };
            // The last word on each counts.
            self.emits.retain(|emit| emit.kind != kind);
            self.emits.push(Emit { kind, path });
        }
        Ok(())
    }

    fn external(&mut self, value: &str) -> Result<(), Stop> {
        let (name, path) = match value.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (value, None),
        };
        let name = name.rsplit(':').next().unwrap_or(name);
        match path {
            Some(path) => self.externs.push(path.to_owned()),
            None if OWN_CRATES.contains(&name) => {}
            None => return bypass("extern-without-path", name),
        }
        Ok(())
    }

    fn codegen(&mut self, value: &str) -> Result<(), Stop> {
        let (name, value) = value.split_once('=').unwrap_or((value, ""));
        let on = !matches!(value, "n" | "no" | "off" | "false");
        match codegen::find(name) {
            Some(Codegen::Keyed) => {}
            Some(Codegen::Incremental) => self.incremental = Some(value.to_owned()),
            Some(Codegen::ExtraFilename) => self.extra = value.to_owned(),
            Some(Codegen::Linker) => self.linker = Some(value.to_owned()),
            Some(Codegen::LinkArgument) => self.link_arguments.push(value.to_owned()),
            Some(Codegen::LinkArguments) => {
                self.link_arguments.extend(value.split_whitespace().map(str::to_owned));
            }
            Some(Codegen::Lto) if value == "thin" => self.lto = Lto::Thin,
            Some(Codegen::Lto) if on && value != "thin-local" => self.lto = Lto::Whole,
            Some(Codegen::Lto) => self.lto = Lto::No,
            Some(Codegen::LinkerLto) if on => self.lto = Lto::Whole,
            Some(Codegen::LinkerLto) => {}
            Some(Codegen::SplitDebugInfo) if on => return bypass("split-debuginfo", value),
            Some(Codegen::SplitDebugInfo) => {}
            Some(Codegen::Processor) => self.native_processor = value == "native",
            Some(Codegen::Reads) => self.reads.push(value.to_owned()),
            Some(Codegen::Bypass(reason)) => return bypass(reason, format!("-C {name}")),
            None => return bypass("unknown-option", format!("-C {name}")),
        }
        Ok(())
    }

    /// The crate's name: as given, or after its source.
    pub(crate) fn crate_name(&self) -> String {
        self.stem().replace('-', "_")
    }

    /// What the names of files begin with that are no libraries. There, the name of the source keeps its hyphens.
    pub(crate) fn stem(&self) -> String {
        let of_source = || path::split_suffix(path::file_name(&self.source)).0.to_owned();
        self.name.clone().unwrap_or_else(of_source)
    }

    /// Whether this is written.
    pub(crate) fn emits(&self, kind: Kind) -> bool {
        self.emits.iter().any(|emit| emit.kind == kind) || (self.emits.is_empty() && kind == Kind::Link)
    }

    /// Whether a linker runs.
    pub(crate) fn links(&self) -> bool {
        self.emits(Kind::Link) && self.types.iter().any(|kind| kind.is_linked())
    }

    /// Indices of the arguments by which a linker is chosen, each once.
    pub(crate) fn of_linker(&self) -> Vec<u32> {
        let mut indices = self.chooses_linker.clone();
        indices.dedup();
        indices
    }

    /// The folders in which crates are looked for that other crates use.
    pub(crate) fn crate_folders(&self) -> impl Iterator<Item = &str> {
        self.search.iter().filter(|folder| folder.crates || !folder.native).map(|folder| folder.path.as_str())
    }

    /// The folders in which libraries of other languages are looked for.
    pub(crate) fn native_folders(&self) -> impl Iterator<Item = &str> {
        self.search.iter().filter(|folder| folder.native).map(|folder| folder.path.as_str())
    }
}

fn folder(value: &str) -> Result<Folder, Stop> {
    let (kind, path) = match value.split_once('=') {
        Some((kind @ ("dependency" | "crate" | "native" | "framework" | "all"), path)) => (kind, path),
        _ => ("all", value),
    };
    let path = path.to_owned();
    Ok(match kind {
        "dependency" => Folder { path, crates: false, native: false },
        "crate" => Folder { path, crates: true, native: false },
        "native" => Folder { path, crates: false, native: true },
        "framework" => return bypass("framework", path),
        _ => Folder { path, crates: true, native: true },
    })
}

/// The names by which a library of `-l [KIND[:MODIFIERS]=]NAME[:NEW NAME]` can be looked for.
fn library(value: &str) -> impl Iterator<Item = String> {
    let names = value.rsplit_once('=').map_or(value, |(_, names)| names);
    names.split(':').filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;

//! The compiler call of a project, and all that random steps change of it.

mod change;

use std::fmt;
use std::io;
use std::path::Path;

use zccache_tests::Compiler;

use crate::layout::{Layout, Place};
use crate::mode::{Mode, Output};
use crate::sources::{PRECOMPILED, RESPONSE_FILE};

/// Folders of headers, with the option that names each.
const SEARCHED: [(&str, &str); 6] = [
    ("-I", "inc/one"),
    ("-I", "inc/two"),
    ("-isystem", "inc/three"),
    ("-I", "inc/four"),
    ("-iquote", "inc/five"),
    ("-isystem", "inc/system"),
];

/// A header that the call itself includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forced {
    Not,
    Include,
    Macros,
    /// The one that can be precompiled.
    Precompilable,
    /// The precompiled header by its own name: clang only.
    Precompiled,
}

/// A call of a compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    compiler: Compiler,
    /// How it is laid out.
    pub layout: Layout,
    /// It stays so.
    pinned: bool,
    sources: Vec<usize>,
    /// Which source a script tries.
    trial: u32,
    mode: Mode,
    output: Output,
    broken: &'static [&'static str],
    absolute: bool,
    optimise: u8,
    debug: bool,
    extra: &'static [&'static str],
    pick: u8,
    warnings: bool,
    order: [usize; SEARCHED.len()],
    depends: &'static [&'static str],
    forced: Forced,
    response_file: bool,
    search_variable: Option<(&'static str, &'static str)>,
    epoch: Option<&'static str>,
    locale: Option<(&'static str, &'static str)>,
}

impl Call {
    /// A plain call. One with a layout keeps it.
    pub fn new(compiler: Compiler, layout: Option<Layout>) -> Call {
        Call {
            compiler,
            layout: layout.unwrap_or(Layout::Apart),
            pinned: layout.is_some(),
            sources: vec![0],
            trial: 0,
            mode: Mode::Object,
            output: Output::Named,
            broken: &[],
            absolute: false,
            optimise: 0,
            debug: false,
            extra: &[],
            pick: 1,
            warnings: false,
            order: std::array::from_fn(|index| index),
            depends: &[],
            forced: Forced::Not,
            response_file: false,
            search_variable: None,
            epoch: None,
            locale: None,
        }
    }

    /// As it would be typed in the project's folder.
    pub fn words(&self, root: &Path) -> Vec<String> {
        let places = self.places();
        let mut words = vec![self.compiler.name.to_owned()];
        words.extend(owned(self.mode.words()));
        if matches!(self.layout, Layout::Input | Layout::Nothing) {
            words.extend(owned(&["-x", if self.compiler.suffix == "c" { "c" } else { "c++" }]));
        }
        words.extend(places.iter().map(|place| match self.layout {
            Layout::Input | Layout::Nothing => place.source.clone(),
            _ => self.path(root, &place.source),
        }));
        words.extend(self.output_words(&places));
        if self.mode.has_side_outputs() && self.output != Output::Discarded {
            words.extend(self.extra.iter().map(|word| word.replace("$PWD", &root.to_string_lossy())));
            words.extend(self.layout.depends(&places[0]).unwrap_or_else(|| owned(self.depends)));
        }
        words.extend(owned(self.broken));
        words.extend(match self.forced {
            Forced::Not => Vec::new(),
            Forced::Include => owned(&["-include", "forced.h"]),
            Forced::Macros => owned(&["-imacros", "forced.h"]),
            Forced::Precompilable => owned(&["-include", PRECOMPILED]),
            Forced::Precompiled => vec!["-include-pch".to_owned(), self.precompiled()],
        });
        words.extend(self.options(root));
        words
    }

    fn output_words(&self, places: &[Place]) -> Vec<String> {
        match (self.output, places, self.mode.suffix()) {
            (Output::Discarded, [_], _) => owned(&["-o", "/dev/null"]),
            // No compiler takes one name for the outputs of several sources.
            (Output::Named, [Place { folder, stem, .. }], Some(suffix)) => {
                vec!["-o".to_owned(), format!("{folder}{stem}.{suffix}")]
            }
            _ => Vec::new(),
        }
    }

    /// Where each source lies.
    fn places(&self) -> Vec<Place> {
        let all = if self.layout.has_sources() { self.sources.as_slice() } else { &self.sources[..1] };
        all.iter().map(|source| self.layout.place(*source, self.compiler.suffix)).collect()
    }

    /// The file that is its standard input; none: there is none.
    pub fn input(&self) -> Option<String> {
        (self.layout == Layout::Input).then(|| Layout::Apart.place(self.sources[0], self.compiler.suffix).source)
    }

    /// Puts the source in its place that is made for the call.
    pub fn write_source(&self, root: &Path) -> io::Result<()> {
        self.layout.write_source(root, self.compiler.suffix, self.trial)
    }

    /// The path and text of the source that is made for the call.
    pub fn own_source(&self, root: &Path) -> Option<(String, String)> {
        let text = self.layout.text(root, self.compiler.suffix, self.trial)?;
        Some((self.layout.place(0, self.compiler.suffix).source, text))
    }

    /// Of what kind it is, for people who count.
    pub fn kind(&self) -> String {
        let mut kind = self.layout.to_string();
        if self.mode != Mode::Object {
            kind += &format!(" {}", self.mode.words().join(" "));
        }
        if self.output == Output::Discarded {
            kind += " to /dev/null";
        }
        if self.layout.has_sources() && self.sources.len() > 1 {
            kind += ", several sources";
        }
        if self.is_precompilable() {
            kind += ", precompiled";
        }
        kind
    }

    /// The call that precompiles the header for this one.
    pub fn precompile_words(&self, root: &Path) -> Vec<String> {
        let language = if self.compiler.suffix == "c" { "c-header" } else { "c++-header" };
        let mut words = owned(&[self.compiler.name, "-x", language, PRECOMPILED, "-o"]);
        words.push(self.precompiled());
        words.extend(self.options(root));
        words
    }

    /// The path at which compiles with [`PRECOMPILED`] look for it precompiled.
    pub fn precompiled(&self) -> String {
        format!("{PRECOMPILED}.{}", if self.is_clang() { "pch" } else { "gch" })
    }

    /// What must be the same for a precompiled header and those that use it.
    fn options(&self, root: &Path) -> Vec<String> {
        let mut words = Vec::new();
        if self.optimise > 0 {
            words.push(format!("-O{}", self.optimise));
        }
        if self.debug {
            words.push("-g".to_owned());
        }
        if self.warnings {
            words.push("-Wall".to_owned());
        }
        words.push(format!("-DPICK={}", self.pick));
        if self.response_file {
            words.push(format!("@{RESPONSE_FILE}"));
        }
        words.extend(owned(self.layout.before()));
        for index in self.order {
            let (option, folder) = SEARCHED[index];
            words.extend([option.to_owned(), self.path(root, folder)]);
        }
        words.extend(owned(self.layout.after()));
        words
    }

    fn path(&self, root: &Path, path: &str) -> String {
        if self.absolute || self.layout.is_absolute() { format!("{}/{path}", root.display()) } else { path.to_owned() }
    }

    /// Variables that are set for it beyond those of the world.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let epoch = self.epoch.map(|epoch| ("SOURCE_DATE_EPOCH", epoch));
        self.search_variable.into_iter().chain(epoch).chain(self.locale)
    }

    /// Whether it includes the header that can be precompiled.
    pub fn is_precompilable(&self) -> bool {
        matches!(self.forced, Forced::Precompilable | Forced::Precompiled)
    }

    /// The same, including the header that can be precompiled.
    pub fn with_precompiled(&self) -> Call {
        Call { forced: Forced::Precompilable, ..self.clone() }
    }

    /// Whether it is of a kind that caches serve less often. Such calls do not stay for long.
    pub fn is_unusual(&self) -> bool {
        self.mode != Mode::Object
            || self.output == Output::Discarded
            || self.sources.len() > 1
            || !self.extra.is_empty()
            || !self.broken.is_empty()
            || self.is_precompilable()
    }

    /// The same without all that is unusual.
    pub fn usual(&self) -> Call {
        let forced = if self.is_precompilable() { Forced::Not } else { self.forced };
        let (mode, output) = (Mode::Object, Output::Named);
        Call { mode, output, sources: vec![self.sources[0]], extra: &[], broken: &[], forced, ..self.clone() }
    }

    /// Whether several sources have one depfile or one standard output.
    pub fn has_one_file_for_all(&self) -> bool {
        let depends = self.layout.depends(&self.places()[0]).unwrap_or_else(|| owned(self.depends));
        let one_depfile = depends.iter().any(|word| word == "-MF") || self.has_depfile_of_preprocessor();
        self.places().len() > 1 && (one_depfile || !matches!(self.mode, Mode::Object | Mode::Assembly | Mode::Syntax))
    }

    /// Whether the driver and the preprocessor are each asked for one.
    pub fn has_two_depfiles(&self) -> bool {
        let driver = self.layout.depends(&self.places()[0]).is_some() || !self.depends.is_empty();
        driver && self.has_depfile_of_preprocessor()
    }

    fn has_depfile_of_preprocessor(&self) -> bool {
        self.extra.iter().any(|word| word.starts_with("-Wp,-M"))
    }

    /// Whether it names the file of arguments.
    pub fn names_response_file(&self) -> bool {
        self.response_file
    }

    /// Whether it fails on purpose.
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    fn is_clang(&self) -> bool {
        Path::new(self.compiler.name).file_name().is_some_and(|name| name.to_string_lossy().contains("clang"))
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.variables() {
            write!(f, "{name}={value} ")?;
        }
        f.write_str(&self.words(Path::new("$PWD")).join(" "))?;
        match self.input() {
            Some(input) => write!(f, " <{input}"),
            None if self.layout == Layout::Configure => write!(f, " (question {})", self.trial),
            None => Ok(()),
        }
    }
}

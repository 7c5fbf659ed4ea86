//! The compiler call of a project, and all that random steps change of it.

use std::fmt;
use std::io;
use std::path::Path;

use fastrand::Rng;
use zccache_tests::Compiler;

use crate::conftest;
use crate::layout::{LAYOUTS, Layout, Place};
use crate::mode::{Mode, OTHERS, Output};
use crate::sources::{PRECOMPILED, RESPONSE_FILE, SOURCES};

/// Folders of headers, with the option that names each.
const SEARCHED: [(&str, &str); 6] = [
    ("-I", "inc/one"),
    ("-I", "inc/two"),
    ("-isystem", "inc/three"),
    ("-I", "inc/four"),
    ("-iquote", "inc/five"),
    ("-isystem", "inc/system"),
];

/// Values of the variable that adds search folders. An empty part of one stands for the working directory.
const SEARCH_VARIABLE: [&str; 4] = ["inc/env", "inc/env:inc/four", "inc/env:", "inc/gone:inc/env"];

/// What the call says about dependency files.
const DEPENDS: [&[&str]; 6] = [
    &[],
    &["-MD"],
    &["-MD", "-MF", "out/all.d"],
    &["-MMD", "-MP"],
    &["-MMD", "-MF", "out/user.d"],
    &["-MD", "-MF", "out/all.d", "-MT", "the-target"],
];

/// Options by which a compile writes further files, or the same in another way. `$PWD` stands for the project's folder.
const EXTRAS: [&[&str]; 9] = [
    &["-fstack-usage"],
    // The seed is for gcc: it would else draw the number by which notes and counts know each other.
    &["--coverage", "-frandom-seed=fixed"],
    &["-g", "-gsplit-dwarf"],
    &["-save-temps"],
    &["-save-temps=obj"],
    &["-Wp,-MMD,out/preprocessor.d"],
    &["-Wp,-MD,out/preprocessor.d"],
    &["-g", "-ffile-prefix-map=$PWD=/mapped"],
    &["-ffunction-sections", "-Wa,--noexecstack"],
];

/// More than one source in one call.
const SEVERAL: [&[usize]; 3] = [&[0, 1], &[2, 0], &[0, 1, 2]];

/// Moments that stand for the time of the compile.
const EPOCHS: [&str; 2] = ["0", "1700000000"];

/// Variables that choose the language of messages.
const LOCALES: [(&str, &str); 4] = [("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("LC_ALL", "C"), ("LANG", "none")];

/// Options by which a compile fails.
const BROKEN: [&[&str]; 4] = [&["-DBROKEN=1"], &["-DBROKEN=2"], &["-DBROKEN=3"], &["-Wall", "-Werror"]];

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
            depends: DEPENDS[0],
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

    /// Whether it fails on purpose.
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The same with one thing changed.
    pub fn changed(&self, random: &mut Rng) -> Call {
        let mut call = self.clone();
        match random.u32(0..32) {
            0..3 if self.layout == Layout::Configure => call.trial = random.u32(0..conftest::TRIALS),
            0..3 | 29..32 => call.sources = vec![(call.sources[0] + random.usize(1..SOURCES)) % SOURCES],
            3 => call.optimise = random.u8(0..3),
            4 => call.debug ^= true,
            5 | 6 => call.pick = random.u8(0..5),
            7 => call.warnings ^= true,
            8 => random.shuffle(&mut call.order),
            9 => call.depends = one_of(random, &DEPENDS),
            10 => call.forced = self.other_forced(random),
            11 => call.output = if call.output == Output::Named { Output::Chosen } else { Output::Named },
            12 => call.response_file ^= true,
            13 => call.search_variable = self.other_search_variable(random),
            14 => call.absolute ^= true,
            15 => call.epoch = if call.epoch.is_none() { Some(one_of(random, &EPOCHS)) } else { None },
            16 => call.locale = if random.bool() { Some(one_of(random, &LOCALES)) } else { None },
            17 => call.mode = one_of(random, &OTHERS),
            22 => call.mode = one_of(random, &OTHERS),
            23 => call.output = Output::Discarded,
            24 => call.broken = one_of(random, &BROKEN),
            25..29 if self.pinned => call.trial = random.u32(0..conftest::TRIALS),
            25..29 => call.layout = one_of(random, &LAYOUTS),
            18 | 19 => call.sources = one_of(random, &SEVERAL).to_vec(),
            _ => call.extra = one_of(random, &EXTRAS),
        }
        call
    }

    /// The same with one thing as in a plain call, for each thing that is not.
    pub fn simpler(&self) -> Vec<Call> {
        let plain = Call::new(self.compiler, self.pinned.then_some(self.layout));
        let simpler = [
            Call { mode: plain.mode, ..self.clone() },
            Call { sources: vec![self.sources[0]], ..self.clone() },
            Call { layout: plain.layout, ..self.clone() },
            Call { output: plain.output, ..self.clone() },
            Call { broken: plain.broken, ..self.clone() },
            Call { trial: plain.trial, ..self.clone() },
            Call { absolute: plain.absolute, ..self.clone() },
            Call { optimise: plain.optimise, ..self.clone() },
            Call { debug: plain.debug, ..self.clone() },
            Call { extra: plain.extra, ..self.clone() },
            Call { pick: plain.pick, ..self.clone() },
            Call { warnings: plain.warnings, ..self.clone() },
            Call { order: plain.order, ..self.clone() },
            Call { depends: plain.depends, ..self.clone() },
            Call { forced: plain.forced, ..self.clone() },
            Call { response_file: plain.response_file, ..self.clone() },
            Call { search_variable: plain.search_variable, ..self.clone() },
            Call { epoch: plain.epoch, ..self.clone() },
            Call { locale: plain.locale, ..self.clone() },
        ];
        simpler.into_iter().filter(|call| call != self).collect()
    }

    fn is_clang(&self) -> bool {
        Path::new(self.compiler.name).file_name().is_some_and(|name| name.to_string_lossy().contains("clang"))
    }

    fn other_forced(&self, random: &mut Rng) -> Forced {
        let all = [Forced::Not, Forced::Include, Forced::Macros, Forced::Precompilable, Forced::Precompiled];
        let forced = one_of(random, &all);
        if forced == Forced::Precompiled && !self.is_clang() { Forced::Not } else { forced }
    }

    fn other_search_variable(&self, random: &mut Rng) -> Option<(&'static str, &'static str)> {
        if self.search_variable.is_some() && random.bool() {
            return None;
        }
        let own = if self.compiler.suffix == "c" { "C_INCLUDE_PATH" } else { "CPLUS_INCLUDE_PATH" };
        let variable = if random.bool() { "CPATH" } else { own };
        Some((variable, one_of(random, &SEARCH_VARIABLE)))
    }
}

fn one_of<T: Copy>(random: &mut Rng, all: &[T]) -> T {
    all[random.usize(0..all.len())]
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

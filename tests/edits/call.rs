//! The compiler call of a project, and all that random steps change of it.

use std::fmt;
use std::path::Path;

use fastrand::Rng;
use zccache_tests::Compiler;

use crate::sources::{PRECOMPILED, RESPONSE_FILE, SOURCES, source_name};

/// Folders of headers, with the option that names each.
const SEARCHED: [(&str, &str); 5] =
    [("-I", "inc/one"), ("-I", "inc/two"), ("-isystem", "inc/three"), ("-I", "inc/four"), ("-iquote", "inc/five")];

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

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Object,
    Assembly,
    Preprocessed,
}

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
    sources: Vec<usize>,
    mode: Mode,
    named_output: bool,
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
    /// A plain call.
    pub fn new(compiler: Compiler) -> Call {
        Call {
            compiler,
            sources: vec![0],
            mode: Mode::Object,
            named_output: true,
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
        let mut words = vec![self.compiler.name.to_owned()];
        let (option, made) = match self.mode {
            Mode::Object => ("-c", "o"),
            Mode::Assembly => ("-S", "s"),
            Mode::Preprocessed => ("-E", "i"),
        };
        words.push(option.to_owned());
        for source in &self.sources {
            words.push(self.path(root, &format!("src/{}.{}", source_name(*source), self.compiler.suffix)));
        }
        // No compiler takes one name for the outputs of several sources.
        if let ([source], true) = (self.sources.as_slice(), self.named_output) {
            words.extend(["-o".to_owned(), format!("out/{}.{made}", source_name(*source))]);
        }
        words.extend(self.extra.iter().map(|word| word.replace("$PWD", &root.to_string_lossy())));
        words.extend(owned(self.depends));
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
        for index in self.order {
            let (option, folder) = SEARCHED[index];
            words.extend([option.to_owned(), self.path(root, folder)]);
        }
        words
    }

    fn path(&self, root: &Path, path: &str) -> String {
        if self.absolute { format!("{}/{path}", root.display()) } else { path.to_owned() }
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
        self.mode != Mode::Object || self.sources.len() > 1 || !self.extra.is_empty() || self.is_precompilable()
    }

    /// The same without all that is unusual.
    pub fn usual(&self) -> Call {
        let forced = if self.is_precompilable() { Forced::Not } else { self.forced };
        Call { mode: Mode::Object, sources: vec![self.sources[0]], extra: &[], forced, ..self.clone() }
    }

    /// The same with one thing changed.
    pub fn changed(&self, random: &mut Rng) -> Call {
        let mut call = self.clone();
        match random.u32(0..22) {
            0..3 => call.sources = vec![(call.sources[0] + random.usize(1..SOURCES)) % SOURCES],
            3 => call.optimise = random.u8(0..3),
            4 => call.debug ^= true,
            5 | 6 => call.pick = random.u8(0..5),
            7 => call.warnings ^= true,
            8 => random.shuffle(&mut call.order),
            9 => call.depends = one_of(random, &DEPENDS),
            10 => call.forced = self.other_forced(random),
            11 => call.named_output ^= true,
            12 => call.response_file ^= true,
            13 => call.search_variable = self.other_search_variable(random),
            14 => call.absolute ^= true,
            15 => call.epoch = if call.epoch.is_none() { Some(one_of(random, &EPOCHS)) } else { None },
            16 => call.locale = if random.bool() { Some(one_of(random, &LOCALES)) } else { None },
            17 => call.mode = one_of(random, &[Mode::Assembly, Mode::Preprocessed]),
            18 | 19 => call.sources = one_of(random, &SEVERAL).to_vec(),
            _ => call.extra = one_of(random, &EXTRAS),
        }
        call
    }

    /// The same with one thing as in a plain call, for each thing that is not.
    pub fn simpler(&self) -> Vec<Call> {
        let plain = Call::new(self.compiler);
        let simpler = [
            Call { mode: plain.mode, ..self.clone() },
            Call { sources: vec![self.sources[0]], ..self.clone() },
            Call { named_output: plain.named_output, ..self.clone() },
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
        self.compiler.name.starts_with("clang")
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
        f.write_str(&self.words(Path::new("$PWD")).join(" "))
    }
}

//! The compiler call of a project, and all that random steps change of it.

use std::fmt;

use fastrand::Rng;

use crate::sources::{RESPONSE_FILE, SOURCES, source_name};

/// Folders of headers, with the option that names each.
const SEARCHED: [(&str, &str); 5] =
    [("-I", "inc/one"), ("-I", "inc/two"), ("-isystem", "inc/three"), ("-I", "inc/four"), ("-iquote", "inc/five")];

/// Values of the variable that adds search folders. An empty part of one stands for the working directory.
const SEARCH_VARIABLE: [&str; 4] = ["inc/env", "inc/env:inc/four", "inc/env:", "inc/gone:inc/env"];

/// What the call says about dependency files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depends {
    Not,
    All,
    AllNamed,
    User,
    UserNamed,
    AllWithTarget,
}

/// A header that the call itself includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forced {
    Not,
    Include,
    Macros,
}

/// A call of a compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    compiler: &'static str,
    suffix: &'static str,
    source: usize,
    optimise: u8,
    debug: bool,
    pick: u8,
    warnings: bool,
    order: [usize; SEARCHED.len()],
    depends: Depends,
    forced: Forced,
    named_object: bool,
    response_file: bool,
    search_variable: Option<(&'static str, &'static str)>,
}

impl Call {
    /// A plain call.
    pub fn new(compiler: &'static str, suffix: &'static str) -> Call {
        Call {
            compiler,
            suffix,
            source: 0,
            optimise: 0,
            debug: false,
            pick: 1,
            warnings: false,
            order: std::array::from_fn(|index| index),
            depends: Depends::Not,
            forced: Forced::Not,
            named_object: true,
            response_file: false,
            search_variable: None,
        }
    }

    /// As it would be typed.
    pub fn words(&self) -> Vec<String> {
        let source = source_name(self.source);
        let mut words = vec![self.compiler.to_owned(), "-c".into(), format!("src/{source}.{}", self.suffix)];
        let mut add = |some: &[&str]| words.extend(some.iter().map(|word| (*word).to_owned()));
        if self.named_object {
            add(&["-o", &format!("out/{source}.o")]);
        }
        if self.optimise > 0 {
            add(&[&format!("-O{}", self.optimise)]);
        }
        if self.debug {
            add(&["-g"]);
        }
        if self.warnings {
            add(&["-Wall"]);
        }
        add(&[&format!("-DPICK={}", self.pick)]);
        if self.response_file {
            add(&[&format!("@{RESPONSE_FILE}")]);
        }
        match self.depends {
            Depends::Not => {}
            Depends::All => add(&["-MD"]),
            Depends::AllNamed => add(&["-MD", "-MF", "out/all.d"]),
            Depends::User => add(&["-MMD", "-MP"]),
            Depends::UserNamed => add(&["-MMD", "-MF", "out/user.d"]),
            Depends::AllWithTarget => add(&["-MD", "-MF", "out/all.d", "-MT", "the-target"]),
        }
        match self.forced {
            Forced::Not => {}
            Forced::Include => add(&["-include", "forced.h"]),
            Forced::Macros => add(&["-imacros", "forced.h"]),
        }
        for index in self.order {
            let (option, folder) = SEARCHED[index];
            add(&[option, folder]);
        }
        words
    }

    /// Variables that are set for it beyond those of the world.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.search_variable.into_iter()
    }

    /// The same with one thing changed.
    pub fn changed(&self, random: &mut Rng) -> Call {
        let mut call = self.clone();
        match random.u32(0..14) {
            0..3 => call.source = (call.source + random.usize(1..SOURCES)) % SOURCES,
            3 => call.optimise = random.u8(0..3),
            4 => call.debug ^= true,
            5 | 6 => call.pick = random.u8(0..5),
            7 => call.warnings ^= true,
            8 => random.shuffle(&mut call.order),
            9 => {
                let all = [
                    Depends::Not,
                    Depends::All,
                    Depends::AllNamed,
                    Depends::User,
                    Depends::UserNamed,
                    Depends::AllWithTarget,
                ];
                call.depends = all[random.usize(0..all.len())];
            }
            10 => call.forced = [Forced::Not, Forced::Include, Forced::Macros][random.usize(0..3)],
            11 => call.named_object ^= true,
            12 => call.response_file ^= true,
            _ => call.search_variable = self.other_search_variable(random),
        }
        call
    }

    fn other_search_variable(&self, random: &mut Rng) -> Option<(&'static str, &'static str)> {
        if self.search_variable.is_some() && random.bool() {
            return None;
        }
        let own = if self.suffix == "c" { "C_INCLUDE_PATH" } else { "CPLUS_INCLUDE_PATH" };
        let variable = if random.bool() { "CPATH" } else { own };
        Some((variable, SEARCH_VARIABLE[random.usize(0..SEARCH_VARIABLE.len())]))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.variables() {
            write!(f, "{name}={value} ")?;
        }
        f.write_str(&self.words().join(" "))
    }
}

//! What random steps, and making a failure shorter, change of a call.

use fastrand::Rng;

use super::{Call, Forced};
use crate::conftest;
use crate::layout::{LAYOUTS, Layout};
use crate::mode::{OTHERS, Output};
use crate::sources::SOURCES;

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

impl Call {
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

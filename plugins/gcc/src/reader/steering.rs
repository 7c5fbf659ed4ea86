//! What steers the search for headers: the search probe is given it, and so what it rests on is known.

use zccache_plugin_sdk::options::{Argument, Matched};
use zccache_plugin_sdk::stop::{Stop, bypass};

use super::Reader;
use crate::effect::{Effect, Search};
use crate::preprocessor;

impl<'a> Reader<'a> {
    pub(super) fn search(&mut self, search: Search, option: &Matched<'a, Effect>) {
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

    pub(super) fn steering(&mut self, option: &Matched<'a, Effect>) {
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

    pub(super) fn acting(&mut self, argument: &Argument) {
        if holds_several(argument) {
            self.nested.acting.insert(argument.index);
        }
    }

    /// Ends the plan where one argument would have to be given to the search probe, and must not be.
    pub(super) fn check_several(&self, reason: &str) -> Result<(), Stop> {
        match self.nested.steering.intersection(&self.nested.acting).next() {
            Some(_) => bypass(reason, "one argument names search folders and also sources or outputs"),
            None => Ok(()),
        }
    }

    /// What the words for the preprocessor come to: the same as the driver's own, and the search probe is given them with what hands
    /// them on.
    pub(super) fn preprocessor_words(&mut self) -> Result<(), Stop> {
        for said in preprocessor::read(&std::mem::take(&mut self.preprocessor))? {
            self.note(said.option.effect, said.arguments.iter().map(|argument| argument.index));
            self.option(&said.option)?;
            if matches!(said.option.effect, Effect::Search(_) | Effect::FlagWord) {
                said.arguments.iter().for_each(|argument| self.steering_argument(argument));
            }
        }
        self.search.arguments.sort_unstable();
        self.search.arguments.dedup();
        Ok(())
    }
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

//! A call of several sources is one call for each of them: that is what the driver does, one after the other.

use std::collections::HashSet;

use zccache_plugin_sdk::contract::{Decision, FileKind, Invocation};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::path;

use crate::command::Source;
use crate::description::REHEARSAL;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// The sources of one call.
pub(crate) struct Several<'a> {
    sources: Vec<Source<'a>>,
    /// Indices of `-x` and its values: each is for the sources behind it.
    languages: Vec<u32>,
}

impl<'a> Several<'a> {
    /// Sources that can be told apart by the caller's arguments, and that are compiled to outputs of different names.
    pub(crate) fn of(sources: &[Source<'a>], languages: &[u32]) -> Result<Self, Stop> {
        let mut stems = HashSet::new();
        for source in sources {
            let text = &source.argument.text;
            if source.argument.nested {
                return bypass("response-file", "a response file names one of several sources");
            }
            if !stems.insert(path::split_suffix(path::file_name(text)).0) {
                return bypass("output-twice", text.clone());
            }
        }
        let last = sources.last().map_or(0, |source| source.argument.index);
        if languages.iter().any(|language| *language > last) {
            return bypass("several-sources", "-x stands behind all sources");
        }
        Ok(Several { sources: sources.to_vec(), languages: languages.to_vec() })
    }

    /// The calls. clang compiles nothing if one of the sources is not there; and what a driver itself has to say, it says
    /// once, however many sources there are.
    pub(crate) fn split(&self, invocation: &Invocation, dialogue: &Dialogue<'_>) -> Result<Decision, Stop> {
        let rehearsed = dialogue.probe(REHEARSAL, (0..invocation.arguments.len() as u32).collect());
        let looked: Vec<_> = self.sources.iter().map(|source| dialogue.look(&source.argument.text)).collect();
        for (source, found) in self.sources.iter().zip(looked) {
            if found? != FileKind::File {
                return bypass("no-source", format!("{} is not there", source.argument.text));
            }
        }
        let said = String::from_utf8_lossy(&rehearsed?.stderr).into_owned();
        if let Some(line) = said.lines().find(|line| line.contains("warning: ") || line.contains("error: ")) {
            return bypass("several-sources", line.to_owned());
        }
        let sources: Vec<u32> = self.sources.iter().map(|source| source.argument.index).collect();
        let call = |own: &Source<'_>| {
            let own = own.argument.index;
            let left_out = |index: &u32| {
                (*index != own && sources.contains(index)) || (*index > own && self.languages.contains(index))
            };
            (0..invocation.arguments.len() as u32).filter(|index| !left_out(index)).collect()
        };
        Ok(Decision::Split(self.sources.iter().map(call).collect()))
    }
}

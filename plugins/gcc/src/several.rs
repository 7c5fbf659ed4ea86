//! A call of several sources is one call for each of them: that is what the driver does, one after the other.

use std::collections::HashSet;

use zccache_plugin_sdk::contract::{Decision, FileKind, Invocation};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::path;

use crate::command::Source;
use crate::stop::{Stop, bypass};

/// The sources of one call.
pub(crate) struct Several<'a> {
    sources: Vec<Source<'a>>,
}

impl<'a> Several<'a> {
    /// Sources that can be told apart by the caller's arguments, and that are compiled to outputs of different names.
    pub(crate) fn of(sources: &[Source<'a>]) -> Result<Self, Stop> {
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
        Ok(Several { sources: sources.to_vec() })
    }

    /// The calls. clang compiles nothing if one of the sources is not there.
    pub(crate) fn split(&self, invocation: &Invocation, dialogue: &Dialogue<'_>) -> Result<Decision, Stop> {
        let looked: Vec<_> = self.sources.iter().map(|source| dialogue.look(&source.argument.text)).collect();
        for (source, found) in self.sources.iter().zip(looked) {
            if found? != FileKind::File {
                return bypass("no-source", format!("{} is not there", source.argument.text));
            }
        }
        let others: Vec<u32> = self.sources.iter().map(|source| source.argument.index).collect();
        let call = |own: &Source<'_>| {
            let all = 0..invocation.arguments.len() as u32;
            all.filter(|index| *index == own.argument.index || !others.contains(index)).collect()
        };
        Ok(Decision::Split(self.sources.iter().map(call).collect()))
    }
}

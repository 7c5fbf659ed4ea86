//! The lookups of one reading, each once, over the chains of the search.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{self, Chain, Collected, Lookup, Observe};
use zccache_plugin_sdk::path;

use crate::context::Context;
use crate::environment::{EPOCH, OF_MESSAGES};

/// Chains of the reading, by index.
const QUOTE: u32 = 0;
const BRACKET: u32 = 1;
const ASSEMBLER: u32 = 2;
/// No folders.
const NONE: u32 = 3;

/// Where a name is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// As for `"name"` in a file of this folder.
    Quote(String),
    /// As for `"name"`, in all folders but the file's own.
    QuoteFolders,
    /// As for `<name>`.
    Bracket,
    /// In this folder alone.
    Only(String),
    /// As the assembler does.
    Assembler,
}

/// A name and where it is looked for; `all`: not only up to the first folder that has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sought {
    pub name: String,
    pub place: Place,
    pub all: bool,
}

/// What else a run may rest on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RestsOn {
    /// It said something.
    pub messages: bool,
    /// It holds a date that a variable fixes.
    pub epoch: bool,
    /// The working directory shows in how something is named.
    pub directory: bool,
}

impl RestsOn {
    fn variables(self) -> Vec<String> {
        let messages = OF_MESSAGES.iter().filter(|_| self.messages);
        messages.chain([EPOCH].iter().filter(|_| self.epoch)).map(|name| (*name).to_owned()).collect()
    }
}

/// What is known of a run's lookups.
pub(super) struct Reading<'a> {
    pub context: &'a Context,
    /// Files that were read if they are there.
    pub perhaps: Vec<String>,
    lookups: Vec<Sought>,
    known: HashSet<Sought>,
    none: Vec<String>,
}

impl<'a> Reading<'a> {
    /// Of nothing yet.
    pub(super) fn new(context: &'a Context) -> Self {
        Reading { context, perhaps: Vec::new(), lookups: Vec::new(), known: HashSet::new(), none: Vec::new() }
    }

    /// Adds a lookup. An empty name finds nothing, also for the compiler.
    pub(super) fn look(&mut self, name: &str, place: Place, all: bool) {
        let sought = Sought { name: name.to_owned(), place, all };
        if !name.is_empty() && !self.known.contains(&sought) {
            self.known.insert(sought.clone());
            self.lookups.push(sought);
        }
    }

    /// The lookups so far.
    pub(super) fn lookups(&self) -> &[Sought] {
        &self.lookups
    }

    /// The paths at which a name would be found, in order.
    pub(super) fn candidates<'s>(&'s self, sought: &'s Sought) -> impl Iterator<Item = String> + 's {
        let (first, folders) = match &sought.place {
            Place::Quote(folder) => (Some(folder.as_str()), &self.context.quote),
            Place::QuoteFolders => (None, &self.context.quote),
            Place::Bracket => (None, &self.context.bracket),
            Place::Only(folder) => (Some(folder.as_str()), &self.none),
            Place::Assembler => (Some(""), &self.context.assembler_folders),
        };
        // An absolute name is at one place only, and as often as there are folders.
        let places = if sought.name.starts_with('/') { 1 } else { usize::MAX };
        first
            .into_iter()
            .chain(folders.iter().map(String::as_str))
            .take(places)
            .map(|folder| path::join(folder, &sought.name))
    }

    /// Adds a lookup for each name by which the assembler may have found a file that it lists: a directive can be put together so that
    /// no token finds its name, but what is left of a file's path behind a folder of the search is the name.
    pub(super) fn look_for_assembled(&mut self, assembled: &[String]) {
        for path in assembled {
            let folders = self.context.assembler_folders.iter();
            let behind = |folder: &String| path.strip_prefix(folder.as_str()).map(|rest| rest.trim_start_matches('/'));
            let names: Vec<&str> = folders.filter_map(behind).collect();
            for name in names.into_iter().chain([path.as_str()]) {
                self.look(name, Place::Assembler, true);
            }
        }
    }

    /// The answer: the files read, those in `timed` with their time, the precompiled headers, all lookups, and what else the run rests on.
    pub(super) fn finish(
        self,
        paths: Vec<String>,
        timed: &HashSet<String>,
        precompiled: Vec<String>,
        rests_on: RestsOn,
    ) -> Collected {
        let mut inputs: Vec<_> = paths
            .into_iter()
            // What is given on standard input is in the key.
            .filter(|path| !path.is_empty())
            .map(|path| {
                let timed = self.context.timed || timed.contains(&path);
                input(path, if timed { Observe::ContentAndTime } else { Observe::Content })
            })
            .collect();
        inputs.extend(precompiled.into_iter().map(|path| input(path, Observe::Tree)));
        let read: HashSet<String> = inputs.iter().map(|input| input.path.clone()).collect();
        let mut unread: Vec<&String> = timed.iter().filter(|path| !read.contains(*path)).collect();
        unread.sort();
        inputs.extend(unread.into_iter().map(|path| input(path, Observe::ContentAndTime)));
        inputs.extend(self.perhaps.into_iter().map(|path| maybe(path, Observe::Content)));
        let lookups = self
            .lookups
            .into_iter()
            .map(|sought| Lookup {
                name: sought.name,
                chain: match sought.place {
                    Place::Quote(folder) => Chain::Beside((folder, QUOTE)),
                    Place::QuoteFolders => Chain::Listed(QUOTE),
                    Place::Bracket => Chain::Listed(BRACKET),
                    Place::Only(folder) => Chain::Beside((folder, NONE)),
                    Place::Assembler => Chain::Beside((String::new(), ASSEMBLER)),
                },
                observe: Observe::Content,
                all: sought.all,
            })
            .collect();
        let context = self.context;
        Collected::Done(contract::Reading {
            chains: vec![context.quote.clone(), context.bracket.clone(), context.assembler_folders.clone(), self.none],
            inputs,
            lookups,
            variables: rests_on.variables(),
            directory: rests_on.directory,
            more: Vec::new(),
        })
    }
}

//! What a run will read, as far as it is known before.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{Input, Invocation, Lookup, Observe};
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::clang;
use crate::command::CommandLine;
use crate::parts::{self, Folders};
use crate::search::{Family, Search};
use crate::told::Told;

/// Chains of a plan, by index. The first two are also those of a scan.
pub(crate) const QUOTE: u32 = 0;
pub(crate) const BRACKET: u32 = 1;
const PROGRAMS: u32 = 2;
const SPECS: u32 = 3;

/// The parts of a plan that say so.
pub(crate) struct Known {
    pub chains: Vec<Vec<String>>,
    pub inputs: Vec<Input>,
    pub lookups: Vec<Lookup>,
    /// What the answers of probes rest on.
    pub assumptions: Vec<Input>,
}

impl Known {
    /// By the command line and what was told of it.
    pub(crate) fn of(invocation: &Invocation, command: &CommandLine<'_>, told: &Told<'_>) -> Result<Known, Stop> {
        let search = &told.search;
        let mut known = Known {
            chains: vec![search.quote.clone(), search.bracket.clone()],
            inputs: vec![input(&command.source.argument.text, Observe::Content)],
            lookups: Vec::new(),
            assumptions: search_assumptions(command, search),
        };
        known.inputs.extend(told.hidden.inputs(command, search.family)?);
        match (search.family, told.folders) {
            (Family::Gcc(_), Some(folders)) => {
                let folders = Folders::read(folders)?;
                known.assumptions.extend(folders.headers(&command.parts.folders));
                if told.assembler_lists.is_some() {
                    known.assumptions.extend(folders.assemblers(&search.target));
                }
                known.chains.extend([folders.programs, folders.specs]);
                known.lookups.extend(parts::gcc_lookups(command, &search.target, PROGRAMS, SPECS));
            }
            (Family::Gcc(_), None) => return bypass("search-path", "gcc goes by the name of clang"),
            (Family::Clang(_), _) => {
                known.assumptions.extend(clang::assumptions(search, &invocation.tool, &command.search.sysroots));
                if command.reads.sanitizes {
                    known.inputs.extend(clang::sanitizer_lists(search));
                }
            }
        }
        Ok(known)
    }
}

/// Every folder that the answer of the search probe rests on: those that are searched, those that would be if they were
/// there or no doubles, and those that the command line names.
fn search_assumptions(command: &CommandLine<'_>, search: &Search) -> Vec<Input> {
    let named = command.search.folders.iter().filter(|folder| !folder.is_empty() && !folder.starts_with(['=', '$']));
    let mut seen = HashSet::new();
    search
        .quote
        .iter()
        .map(String::as_str)
        .chain(search.ignored.iter().map(String::as_str))
        .chain(named.copied())
        .filter(|folder| seen.insert(*folder))
        .map(|folder| maybe(folder, Observe::Identity))
        .collect()
}

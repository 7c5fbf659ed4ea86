//! What a run will read, as far as it is known before.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{Input, Invocation, Lookup, Observe};
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::clang;
use crate::command::CommandLine;
use crate::environment;
use crate::parts::{self, Folders};
use crate::search::{Family, Search};
use crate::specs;
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
            inputs: source(command).into_iter().collect(),
            lookups: Vec::new(),
            assumptions: search_assumptions(invocation, command, search),
        };
        known.inputs.extend(told.hidden.inputs(command, search.family)?);
        match (search.family, told.folders) {
            (Family::Gcc(_), Some(folders)) => {
                let folders = Folders::read(folders)?;
                known.assumptions.extend(folders.headers(&command.parts.folders));
                if told.assembler_lists.is_some() {
                    known.assumptions.extend(folders.assemblers(&search.target));
                }
                known.assumptions.extend(specs::assumptions(command, search, &folders.specs));
                let (inputs, lookups) = specs::reads(command, search, SPECS);
                known.inputs.extend(inputs);
                known.lookups.extend(lookups);
                known.chains.extend([folders.programs, folders.specs]);
                known.lookups.extend(parts::gcc_lookups(command, &search.target, PROGRAMS, SPECS));
            }
            (Family::Gcc(_), None) => return bypass("search-path", "gcc goes by the name of clang"),
            (Family::Clang(_), _) => {
                known.assumptions.extend(clang::assumptions(search, &invocation.tool, &command.search));
                if command.reads.sanitizes {
                    known.inputs.extend(clang::sanitizer_lists(search));
                }
            }
        }
        Ok(known)
    }
}

/// The source, where it is a file.
fn source(command: &CommandLine<'_>) -> Option<Input> {
    (!command.is_given()).then(|| input(command.source_path(), Observe::Content))
}

/// Every folder that the answer of the search probe rests on: those that are searched, those that would be if they were
/// there or no doubles, and those that the command line and variables name, also below what stands for `/`. Of the last, gcc says
/// nothing where one is a file; and clang takes a file for a header map as soon as it holds one.
fn search_assumptions(invocation: &Invocation, command: &CommandLine<'_>, search: &Search) -> Vec<Input> {
    let named = command.search.folders.iter().filter(|folder| !folder.is_empty() && !folder.starts_with(['=', '$']));
    let named: Vec<&str> = named.copied().chain(environment::header_folders(invocation)).collect();
    let mut seen = HashSet::new();
    let folders = search.quote.iter().map(String::as_str).chain(search.ignored.iter().map(String::as_str));
    let roots = command.search.sysroots.iter().map(|root| root.trim_end_matches('/'));
    let below: Vec<String> = roots.flat_map(|root| of_system(root, &search.target)).collect();
    let mut assumed: Vec<Input> = folders
        .chain(named.iter().copied())
        .chain(below.iter().map(String::as_str))
        .filter(|folder| seen.insert(*folder))
        .map(|folder| maybe(folder, Observe::Identity))
        .collect();
    if search.is_clang() {
        let searched = |folder: &str| search.quote.iter().any(|known| known == folder);
        let mut seen = HashSet::new();
        let perhaps_maps = named.iter().filter(|folder| !searched(folder) && seen.insert(**folder));
        assumed.extend(perhaps_maps.map(|folder| maybe(*folder, Observe::Content)));
    }
    assumed
}

/// Folders of headers that every compiler of a target has below what stands for `/`.
fn of_system(root: &str, target: &str) -> Vec<String> {
    let folders = ["usr/local/include", "usr/include"].map(|folder| format!("{root}/{folder}"));
    folders.into_iter().flat_map(|folder| [format!("{folder}/{target}"), folder]).collect()
}

//! What a run read: its sources and variables by the compiler's own list, what the linker read by the linker's, and what
//! neither lists: files that were looked for in vain, libraries that were packed into a crate, and the programs that linked.

mod crates;
mod dep_info;
mod failed;
mod linked;
mod linker;
mod messages;
mod native;
mod sources;

use zccache_plugin_sdk::answer::{maybe, refusal, refuse};
use zccache_plugin_sdk::contract::{Collected, Observe, Outcome, Reading, Refusal};

use crate::context::{Context, WIDTH};
use crates::Crates;
use dep_info::DepInfo;
use linked::Linked;
use messages::Messages;

/// Said where the compiler wrote a part of a message into a file of its own.
const ELSEWHERE: &str = "has been written to";

/// Said where make gives no jobs: that is about the caller, and not in the key.
const OF_JOBSERVER: &str = "connect to jobserver";

/// Said of the folder of incremental state where its file system does not do as the compiler wishes (`rustc_incremental`,
/// "messages.ftl"): that is in no key.
const OF_FOLDER: [&str; 8] = [
    "incremental compilation",
    "incremental directory",
    "session dir",
    "dep-graph",
    "dependency graph",
    "query cache",
    "work product",
    "deleting outdated file",
];

/// The chain of folders of libraries of other languages.
const NATIVE: u32 = 0;
/// The chain of folders that the linker searches.
const LIBRARIES: u32 = 1;
/// The chain of folders in which the compiler looks for crates that other crates use.
const CRATES: u32 = 3;
/// The chain of folders in which the linker's driver looks for a linker before it searches PATH.
const LINKERS: u32 = 2;

/// What the run read. Two rounds of facts: of the sources and of folders with crates, and of the crates given by path.
pub(crate) fn collect(outcome: &Outcome) -> Collected {
    let Some(context) = Context::decode(&outcome.state) else {
        return refuse("state", "the plan's state is not readable");
    };
    read(context, outcome).unwrap_or_else(Collected::Refuse)
}

fn read(context: Context, outcome: &Outcome) -> Result<Collected, Refusal> {
    let listed = |index: usize| outcome.dependencies.get(index).and_then(Option::as_deref);
    let Some(dep_info) = listed(0) else {
        return Err(refusal("no-dep-info", "the compiler did not list its sources"));
    };
    let DepInfo { sources, variables } = DepInfo::parse(dep_info)?;
    let folders = crates::folders(&context);
    if outcome.facts.len() < sources.len() + folders.len() {
        return Ok(Collected::Facts([sources, folders].concat()));
    }
    let (of_sources, of_crates) = outcome.facts.split_at(sources.len());
    let (of_folders, of_crates) = of_crates.split_at(folders.len());
    let crates = Crates::listed(&context, of_folders)?;
    let asked = crates.asked();
    if of_crates.len() < asked.len() {
        return Ok(Collected::Facts(asked));
    }
    let messages = Messages::of(outcome);
    if messages.say(ELSEWHERE) {
        return Err(refusal("long-message", "a part of a message is in a file"));
    }
    if messages.say(OF_JOBSERVER) {
        return Err(refusal("jobserver", "a message is about the make that called"));
    }
    if messages.say_of_no_source(&OF_FOLDER) {
        return Err(refusal("incremental-folder", "a message is about the folder of incremental state"));
    }
    if context.measures && !messages.are_none() {
        return Err(refusal("terminal-width", "a terminal said how wide messages are"));
    }
    let mut inputs = sources::inputs(&sources, of_sources);
    inputs.extend(crates.inputs(of_crates)?);
    inputs.extend(messages.shown().into_iter().map(|file| maybe(file, Observe::Content)));
    let failed = outcome.code != 0;
    if failed {
        inputs.extend(failed::looked_for(&messages, outcome.code, listed(2).is_some())?);
    }
    sources::check_types(&context, of_sources)?;
    sources::check_lints(&context, of_sources)?;
    sources::check_assembly(of_sources)?;
    let linked = match (context.links && !failed, listed(1), listed(2)) {
        (false, _, _) => Linked::default(),
        (true, Some(files), Some(call)) => Linked::read(files, call, &context)?,
        (true, _, _) => return Err(refusal("no-link-inputs", "the linker did not list what it read")),
    };
    let mut lookups = Vec::new();
    if context.bundles {
        lookups = native::lookups(&context, of_sources);
        inputs.extend(native::folders(&context, of_sources));
    }
    inputs.extend(linked.inputs);
    lookups.extend(linked.lookups);
    // Said or not: a width that is not said is another one.
    let width = (!messages.are_none()).then(|| WIDTH.to_owned());
    Ok(Collected::Done(Reading {
        chains: vec![context.native, linked.libraries, linked.linkers, context.crates],
        inputs,
        lookups,
        variables: variables.into_iter().chain(context.variables).chain(width).collect(),
        directory: false,
        more: Vec::new(),
    }))
}

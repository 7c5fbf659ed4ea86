//! From a command line to a plan: what is in the key, what is read as far as it is known, what is written.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{
    Decision, Dependency, FileKind, Input, Invocation, Observe, Property, Reason, Role, Run, Scan,
    Search as ScanSearch, Unit,
};
use zccache_plugin_sdk::dialogue::Dialogue;

use crate::command::{self, Colour, CommandLine, Depends};
use crate::context::Context;
use crate::description::{COLOUR, DEPENDENCIES, FOLDERS, INCLUDE};
use crate::environment;
use crate::language::Language;
use crate::outputs::{self, DEPFILE};
use crate::parts::{self, Folders};
use crate::search::{Family, Search};
use crate::stop::{Stop, bypass};
use crate::tool;
use crate::words;

/// Chains of a plan, by index. The first two are also those of a scan.
const QUOTE: u32 = 0;
const BRACKET: u32 = 1;
const PROGRAMS: u32 = 2;
const SPECS: u32 = 3;

/// What a call is.
pub(crate) fn plan(invocation: &Invocation) -> Decision {
    let dialogue = Dialogue::new(&invocation.answers);
    match decide(invocation, &dialogue) {
        Ok(run) => Decision::Run(run),
        Err(Stop::Need) => dialogue.need(),
        Err(Stop::Bypass(refusal)) => Decision::Bypass(refusal),
    }
}

fn decide(invocation: &Invocation, dialogue: &Dialogue<'_>) -> Result<Run, Stop> {
    tool::check(&invocation.tool)?;
    environment::check(invocation)?;
    let words = words::expand(&invocation.arguments, dialogue)?;
    let command = command::parse(&words, tool::is_cpp_driver(&invocation.tool))?;
    let outputs = outputs::outputs(&command)?;

    // All questions of one round are asked before the first answer is looked at.
    let search = dialogue.probe(command.language.search_grant(), command.search.arguments.clone());
    let folders = dialogue.probe(FOLDERS, Vec::new());
    let forced = forced_includes(&command, dialogue);
    let search = Search::read(search?)?;
    let folders = folders?;
    let forced = forced?;

    if let (Family::Clang(_), Some(option)) = (search.family, command.records_command) {
        return bypass("records-command-line", option);
    }
    let mut chains = vec![search.quote.clone(), search.bracket.clone()];
    let mut lookups = Vec::new();
    let mut assumptions = search_assumptions(&command, &search);
    let mut inputs = vec![input(&command.source.text, Observe::Content)];
    inputs.extend(forced);
    match search.family {
        Family::Gcc(_) => {
            let folders = Folders::read(folders)?;
            chains.extend([folders.programs, folders.specs]);
            lookups.extend(parts::gcc_lookups(command.language, &search.target, PROGRAMS, SPECS));
        }
        Family::Clang(_) => {
            assumptions.extend(parts::clang_assumptions(&search, &invocation.tool.name));
            if command.sanitizes {
                inputs.extend(parts::clang_sanitizer_lists(&search));
            }
        }
    }
    let colour = colour(invocation, &command, search.family);
    let mut additions: Vec<(String, u32)> = Vec::new();
    additions.extend(colour.map(|before| (COLOUR.to_owned(), before)));
    if command.depends == Depends::Unasked {
        additions.push((DEPENDENCIES.to_owned(), 0));
    }
    let unit = Unit {
        roles: roles(invocation, &command),
        key: colour.iter().map(|_| property("colour", "always")).collect(),
        directory_in_key: true,
        irrelevant_environment: Vec::new(),
        inputs,
        lookups,
        additions,
        dependencies: dependencies(&command),
        state: context(invocation, &command, &search, outputs.iter().map(|output| output.path.clone()).collect())
            .encode(),
        outputs,
        more: Vec::new(),
    };
    Ok(Run { chains, unit, assumptions, more: Vec::new() })
}

/// A scan starts from the inputs, so what `-include` names must be one, and that is certain only where it lies in the
/// working directory: gcc and clang look there first. A complete depfile lists it anyway.
fn forced_includes(command: &CommandLine<'_>, dialogue: &Dialogue<'_>) -> Result<Vec<Input>, Stop> {
    if command.depends != Depends::User {
        return Ok(Vec::new());
    }
    let looked: Vec<_> = command.search.forced.iter().map(|name| (*name, dialogue.look(name))).collect();
    let mut inputs = Vec::new();
    for (name, found) in looked {
        match found? {
            FileKind::File => inputs.push(input(name, Observe::Content)),
            _ => return bypass("forced-include", format!("{name} with -MMD is not in the working directory")),
        }
    }
    Ok(inputs)
}

/// Every folder that the answer of the search probe rests on: those that are searched, those that would be if they were
/// there or no doubles, and those that the command line names.
fn search_assumptions(command: &CommandLine<'_>, search: &Search) -> Vec<Input> {
    let named = command.search.folders.iter().filter(|folder| !folder.is_empty() && !folder.starts_with(['=', '$']));
    let mut seen = std::collections::HashSet::new();
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

/// Where the colour addition goes: before all else, or behind an `auto` that would win over it. None: it is not needed.
fn colour(invocation: &Invocation, command: &CommandLine<'_>, family: Family) -> Option<u32> {
    let before = match command.colour {
        Colour::Said => return None,
        Colour::Unsaid => 0,
        Colour::Auto => invocation.arguments.len() as u32,
    };
    let dumb = environment::value(invocation, "TERM").is_none_or(|term| term == "dumb");
    let no_colour = matches!(family, Family::Clang(version) if version >= 17)
        && environment::value(invocation, "NO_COLOR").is_some_and(|value| !value.is_empty());
    (invocation.streams.stderr_is_terminal && !dumb && !no_colour).then_some(before)
}

/// Everything is in the key but names of outputs that no output can show.
fn roles(invocation: &Invocation, command: &CommandLine<'_>) -> Vec<Role> {
    let mut roles = vec![Role::Key; invocation.arguments.len()];
    let depfile_shows_object = command.depends != Depends::Unasked && !command.depend_target;
    let object = command.object.iter().filter(|_| !command.shows_output && !depfile_shows_object);
    let depfile = command.depend_file.iter().filter(|_| !command.shows_output);
    for named in object.chain(depfile) {
        if let (false, Some(role)) = (named.argument.nested, roles.get_mut(named.argument.index as usize)) {
            *role = Role::Out(Reason::OutputPath);
        }
    }
    roles
}

fn dependencies(command: &CommandLine<'_>) -> Vec<Dependency> {
    match command.depends {
        Depends::Unasked => vec![Dependency::Scratch(DEPENDENCIES.to_owned())],
        Depends::All => vec![Dependency::Output(DEPFILE.to_owned())],
        // Any addition would change what the compiler writes into the user's file.
        Depends::User => vec![
            Dependency::Output(DEPFILE.to_owned()),
            Dependency::Scan(Scan {
                token: INCLUDE.to_owned(),
                searches: vec![ScanSearch { chain: QUOTE, beside: true }, ScanSearch { chain: BRACKET, beside: false }],
                all_words: vec!["include_next".to_owned()],
            }),
        ],
    }
}

fn context(invocation: &Invocation, command: &CommandLine<'_>, search: &Search, outputs: Vec<String>) -> Context {
    let epoch = environment::value(invocation, "SOURCE_DATE_EPOCH").is_some();
    let honoured = matches!(search.family, Family::Gcc(7..) | Family::Clang(16..));
    Context {
        family: search.family,
        dates_fixed: epoch && honoured,
        scanned: command.depends == Depends::User,
        assembler: command.language == Language::Assembler,
        source: command.source.text.clone(),
        outputs,
        quote: search.quote.clone(),
        bracket: search.bracket.clone(),
        assembler_folders: assembler_folders(command, search),
        forced: command.search.forced.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// Where `.incbin` looks: gcc passes `-I` on to the assembler; clang's own assembler searches all folders of headers, those
/// of `-I` also where they are missing.
fn assembler_folders(command: &CommandLine<'_>, search: &Search) -> Vec<String> {
    let mut folders: Vec<String> = command.search.assembler_folders.iter().map(|folder| (*folder).to_owned()).collect();
    if matches!(search.family, Family::Clang(_)) {
        folders.extend(search.quote.iter().chain(&search.bracket).cloned());
    }
    folders
}

fn property(name: &str, value: &str) -> Property {
    Property { name: name.to_owned(), value: value.to_owned() }
}

//! From a command line to a plan: what is in the key, what is read as far as it is known, what is written.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{
    Decision, Dependency, Failures, Input, Invocation, Observe, Property, Reason, Role, Run, Scan,
    Search as ScanSearch, Unit,
};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::environment::value as variable;
use zccache_plugin_sdk::path;

use crate::command::{self, Call, Colour, CommandLine, Which};
use crate::context::{Context, Listing};
use crate::description::{ASSEMBLED, COLOUR, DEPENDENCIES, FOLDERS, INCLUDE, search_grant};
use crate::environment;
use crate::outputs::{self, DEPFILE};
use crate::parts::{self, Folders};
use crate::reads::Hidden;
use crate::search::{Family, Search};
use crate::specs;
use crate::table::{Mode, Side};
use crate::tool;
use crate::words;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// Chains of a plan, by index. The first two are also those of a scan.
const QUOTE: u32 = 0;
const BRACKET: u32 = 1;
const PROGRAMS: u32 = 2;
const SPECS: u32 = 3;

/// What a call is.
pub(crate) fn plan(invocation: &Invocation) -> Decision {
    let dialogue = Dialogue::new(&invocation.answers);
    match decide(invocation, &dialogue) {
        Ok(decision) => decision,
        Err(stop) => stop.decision(&dialogue),
    }
}

fn decide(invocation: &Invocation, dialogue: &Dialogue<'_>) -> Result<Decision, Stop> {
    tool::check(&invocation.tool)?;
    environment::check(invocation)?;
    let words = words::expand(&invocation.arguments, dialogue)?;
    match command::parse(&words, tool::is_cpp_driver(&invocation.tool))? {
        Call::Several(several) => several.split(invocation, dialogue),
        Call::One(command) => one(invocation, dialogue, &command).map(Decision::Run),
    }
}

fn one(invocation: &Invocation, dialogue: &Dialogue<'_>, command: &CommandLine<'_>) -> Result<Run, Stop> {
    let clang = tool::is_clang(&invocation.tool);
    let mut outputs = outputs::outputs(command, clang)?;
    specs::check(&command.reads.specs, dialogue)?;

    // All questions of one round are asked before the first answer is looked at.
    let grant = search_grant(command.source.language.tongue, clang);
    let search = dialogue.probe(&grant, command.search.arguments.clone());
    let folders = (!clang).then(|| dialogue.probe(FOLDERS, command.parts.arguments.clone()));
    let hidden = Hidden::ask(command, dialogue);
    let search = Search::read(search?)?;
    let folders = folders.transpose()?;
    let hidden = hidden?;

    let family = search.family;
    if matches!(family, Family::Clang(_)) != clang && command.besides.sides.contains(&Side::Temporaries) {
        return bypass("save-temps", "which compiler it is does not show in its name");
    }
    if matches!(family, Family::Clang(_))
        && command.depends.which == Which::User
        && !command.reads.precompiled.is_empty()
    {
        return bypass("precompiled-header", "-MMD leaves out what one that is named was made of");
    }
    if let (Family::Clang(_), Some(option)) = (family, command.shows.command) {
        return bypass("records-command-line", option);
    }
    let mut chains = vec![search.quote.clone(), search.bracket.clone()];
    let mut lookups = Vec::new();
    let mut assumptions = search_assumptions(command, &search);
    let mut inputs = vec![input(&command.source.argument.text, Observe::Content)];
    inputs.extend(hidden.inputs(command, family)?);
    match (family, folders) {
        (Family::Gcc(_), Some(folders)) => {
            outputs::mark_replaced(&mut outputs, command);
            let folders = Folders::read(folders)?;
            assumptions.extend(folders.headers(&command.parts.folders));
            chains.extend([folders.programs, folders.specs]);
            lookups.extend(parts::gcc_lookups(command, &search.target, PROGRAMS, SPECS));
        }
        (Family::Gcc(_), None) => return bypass("search-path", "gcc goes by the name of clang"),
        (Family::Clang(_), _) => {
            assumptions.extend(parts::clang_assumptions(&search, &invocation.tool.name));
            if command.reads.sanitizes {
                inputs.extend(parts::clang_sanitizer_lists(&search));
            }
        }
    }
    let colour = colour(invocation, command, family);
    let mut additions: Vec<(String, u32)> = Vec::new();
    additions.extend(colour.map(|before| (COLOUR.to_owned(), before)));
    let listings = listings(command, family, &hidden);
    for addition in listings.iter().filter_map(|listing| addition(command, *listing)) {
        additions.push((addition.to_owned(), 0));
    }
    let directory_in_key = command.shows.directory
        || hidden.uses_precompiled_header()
        || is_steered_from_directory(invocation, command, &search);
    let unit = Unit {
        roles: roles(invocation, command),
        key: colour.iter().map(|_| property("colour", "always")).collect(),
        sometimes: Vec::new(),
        directory_in_key,
        irrelevant_environment: if directory_in_key { Vec::new() } else { vec!["PWD".to_owned()] },
        inputs,
        lookups,
        additions,
        dependencies: listings.iter().map(|listing| dependency(command, *listing)).collect(),
        state: Context {
            family,
            listings,
            dates_fixed: dates_fixed(invocation, family),
            assembler: command.source.language.is_assembler(),
            includes: command.source.language.includes(),
            anywhere: !directory_in_key,
            precompiles: command.makes_precompiled_header(),
            // Whether one that is used keeps times, its maker knows.
            timed: matches!(family, Family::Clang(_))
                && (hidden.uses_precompiled_header()
                    || (command.makes_precompiled_header() && !command.reads.timeless)),
            source: command.source.argument.text.clone(),
            outputs: outputs.iter().map(|output| output.path.clone()).collect(),
            assembler_folders: assembler_folders(command, &search),
            forced: command.search.forced.iter().map(|name| (*name).to_owned()).collect(),
            quote: search.quote,
            bracket: search.bracket,
            called: environment::called_directory(invocation).filter(|_| directory_in_key).map(str::to_owned),
        }
        .encode(),
        outputs,
        failures: Failures::Forget,
        ahead: command.source.language.includes().then(includes),
        more: Vec::new(),
    };
    Ok(Run { chains, unit, assumptions, more: Vec::new() })
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

/// Whether what gcc calls by its real path could be another file from another directory, without the call saying so: gcc
/// does that where the real path is shorter, with folders of the system, and with files that say that they are of it. Then
/// nothing in the key may tell one from the other: a folder of the system is named from the working directory; or any
/// folder is, and what the call names outright lies around that directory.
fn is_steered_from_directory(invocation: &Invocation, command: &CommandLine<'_>, search: &Search) -> bool {
    // Of a folder that is named both ways, a compiler drops the one that is its own.
    let own =
        |folder: &str| command.search.own_folders.contains(&folder) && !command.search.system_folders.contains(&folder);
    let source = path::folder(&command.source.argument.text);
    let around = |folder: &str| folder.starts_with('/') && invocation.directory.starts_with(folder);
    let mut folders = search.quote.iter().chain(&search.ignored).map(String::as_str);
    let relative = |folder: &str| !folder.starts_with('/');
    let steers = folders.clone().any(relative) && folders.clone().chain([source]).any(around);
    steers || folders.any(|folder| relative(folder) && !own(folder))
}

/// Where the colour addition goes: before all else, or behind an `auto` that would win over it. None: it is not needed.
fn colour(invocation: &Invocation, command: &CommandLine<'_>, family: Family) -> Option<u32> {
    let before = match command.colour {
        Colour::Said => return None,
        Colour::Unsaid => 0,
        Colour::Auto => invocation.arguments.len() as u32,
    };
    let dumb = variable(invocation, "TERM").is_none_or(|term| term == "dumb");
    let no_colour = matches!(family, Family::Clang(version) if version >= 17)
        && variable(invocation, "NO_COLOR").is_some_and(|value| !value.is_empty());
    (invocation.streams.stderr_is_terminal && !dumb && !no_colour).then_some(before)
}

/// Everything is in the key but names of outputs that no output can show.
fn roles(invocation: &Invocation, command: &CommandLine<'_>) -> Vec<Role> {
    let mut roles = vec![Role::Key; invocation.arguments.len()];
    let depfile_shows_object = command.depends.which != Which::Unasked && !command.depends.target;
    let object = command.output.iter().filter(|_| !command.shows.output && !depfile_shows_object);
    let depfile = command.depends.file.iter().filter(|_| !command.shows.output);
    for named in object.chain(depfile) {
        // The word for the preprocessor says more than the name.
        let whole = !named.argument.text.starts_with("-Wp,");
        if let (true, false, Some(role)) = (whole, named.argument.nested, roles.get_mut(named.argument.index as usize))
        {
            *role = Role::Out(Reason::OutputPath);
        }
    }
    roles
}

/// What will say what was read.
fn listings(command: &CommandLine<'_>, family: Family, hidden: &Hidden) -> Vec<Listing> {
    let mut listings = Vec::new();
    if command.source.language.includes() {
        listings.push(Listing::Depfile);
    }
    if command.source.language.is_assembler() && command.mode == Mode::Object && matches!(family, Family::Gcc(_)) {
        listings.push(Listing::Assembled);
    }
    match (command.depends.which, hidden.uses_precompiled_header() && matches!(family, Family::Gcc(_))) {
        // Any addition would change what the compiler writes into the user's file.
        (Which::User, _) => listings.push(Listing::Scan),
        (_, true) => listings.push(Listing::Behind),
        _ => {}
    }
    listings
}

/// The addition that makes the compiler write a list.
fn addition(command: &CommandLine<'_>, listing: Listing) -> Option<&'static str> {
    match listing {
        Listing::Depfile if command.depends.which == Which::Unasked => Some(DEPENDENCIES),
        Listing::Assembled => Some(ASSEMBLED),
        Listing::Depfile | Listing::Scan | Listing::Behind => None,
    }
}

fn dependency(command: &CommandLine<'_>, listing: Listing) -> Dependency {
    match (addition(command, listing), listing) {
        (Some(grant), _) => Dependency::Scratch(grant.to_owned()),
        (None, Listing::Scan | Listing::Behind) => Dependency::Scan(includes()),
        (None, Listing::Depfile | Listing::Assembled) => Dependency::Output(DEPFILE.to_owned()),
    }
}

/// How one file includes another.
fn includes() -> Scan {
    Scan {
        token: INCLUDE.to_owned(),
        searches: vec![ScanSearch { chain: QUOTE, beside: true }, ScanSearch { chain: BRACKET, beside: false }],
        all_words: vec!["include_next".to_owned()],
    }
}

fn dates_fixed(invocation: &Invocation, family: Family) -> bool {
    let epoch = variable(invocation, "SOURCE_DATE_EPOCH").is_some();
    epoch && matches!(family, Family::Gcc(7..) | Family::Clang(16..))
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

//! From a command line to a plan: what is in the key, what is read as far as it is known, what is written.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{
    Decision, Dependency, Failures, Invocation, Observe, Output, Reason, Role, Run, Scan, Search as ScanSearch, Unit,
};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::environment::value as variable;
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::{self, Call, Colour, CommandLine, Named, Which};
use crate::context::{Context, Listing};
use crate::description::{ASSEMBLED, COLOUR, DEPENDENCIES, INCLUDE};
use crate::effect::{Listed, Mode};
use crate::environment;
use crate::known::{BRACKET, Known, QUOTE};
use crate::modules::Compiled;
use crate::outputs::{self, DEPFILE, OBJECT};
use crate::search::{Family, Search};
use crate::specs;
use crate::told::Told;
use crate::tool;
use crate::words;

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
    let given = command.is_given().then(|| dialogue.standard_input());
    let told = Told::ask(command, dialogue, clang)?;
    // What is on it is in the key, as every answer is.
    given.transpose()?;
    told.check(command, clang)?;
    outputs::name_precompiled_header(&mut outputs, command, told.search.family)?;
    specs::check(command, &told.search, dialogue)?;
    let compiled = Compiled::ask(command, &told.search, dialogue)?;
    let mut known = Known::of(invocation, command, &told)?;
    known.inputs.extend(compiled.inputs());
    if !told.search.is_clang() {
        outputs::mark_replaced(&mut outputs, command);
    }

    let colour = colour(invocation, command, told.search.family);
    let listings = listings(command, &told);
    let mut additions: Vec<(String, u32)> = colour.iter().map(|before| (COLOUR.to_owned(), *before)).collect();
    let wanted = listings.iter().filter_map(|listing| addition(command, *listing));
    // The last word for a list's file counts, where the caller's is thrown away.
    let last = command.end.unwrap_or(invocation.arguments.len() as u32);
    let before = if command.depends.file.is_some() && command.depends.which == Which::Unasked { last } else { 0 };
    additions.extend(wanted.map(|grant| (grant.to_owned(), before)));
    // clang stores its whole command line, and what was added to it too.
    if let Some(option) = command.shows.command.filter(|_| told.search.is_clang() && !additions.is_empty()) {
        return bypass("records-command-line", option);
    }
    let directory_in_key = command.shows.directory
        || told.hidden.uses_precompiled_header()
        || is_steered_from_directory(invocation, command, &told.search);
    let mut inputs = known.inputs;
    if directory_in_key && let Some(called) = environment::called_directory(invocation) {
        // The host keeps of all inputs which are one and the same. What is written is no name of the directory.
        let is_written = outputs.iter().any(|output| output.path == called);
        inputs.extend([input(".", Observe::Kind), maybe(called, Observe::Kind)].into_iter().filter(|_| !is_written));
    }
    let unit = Unit {
        roles: roles(invocation, command),
        key: Vec::new(),
        sometimes: Vec::new(),
        directory_in_key,
        irrelevant_environment: environment::irrelevant(invocation, directory_in_key),
        inputs,
        lookups: known.lookups,
        additions,
        dependencies: listings.iter().filter_map(|listing| dependency(command, *listing)).collect(),
        state: Context {
            compiled_headers: compiled.known.map(|known| known.into_iter().collect()),
            ..context(invocation, command, told, listings, &outputs, directory_in_key)
        }
        .encode(),
        outputs,
        // Whether gcc removes an object that is there when it fails depends on where it fails.
        failures: Failures::KeepWhereNothingIs,
        ahead: command.source.language.includes().then(includes),
        earlier: Vec::new(),
        more: Vec::new(),
    };
    Ok(Run { chains: known.chains, unit, assumptions: known.assumptions, more: Vec::new() })
}

/// What `collect` is to know of the plan.
fn context(
    invocation: &Invocation,
    command: &CommandLine<'_>,
    told: Told<'_>,
    listings: Vec<Listing>,
    outputs: &[Output],
    directory_in_key: bool,
) -> Context {
    let Told { search, hidden, refused, .. } = told;
    let precompiles = command.makes_precompiled_header();
    Context {
        family: search.family,
        listings,
        dates_fixed: dates_fixed(invocation, search.family),
        assembler: command.source.language.is_assembler(),
        includes: command.source.language.includes(),
        anywhere: !directory_in_key,
        precompiles,
        // Whether one that is used keeps times, its maker knows.
        timed: search.is_clang() && (hidden.uses_precompiled_header() || (precompiles && !command.reads.timeless)),
        piped: command.piped,
        macros_name_headers: command.macros_name_headers,
        refused,
        prints: command.makes_no_file() && matches!(command.mode, Mode::Text | Mode::Assembly | Mode::List(_)),
        trigraphs: command.trigraphs,
        epoch: variable(invocation, environment::EPOCH).is_some(),
        reading: command.reading.clone(),
        defined: command.defined.iter().map(|name| (*name).to_owned()).collect(),
        source: command.source_path().to_owned(),
        outputs: outputs.iter().map(|output| output.path.clone()).collect(),
        assembler_folders: assembler_folders(command, &search),
        forced: command.search.forced.iter().map(|name| (*name).to_owned()).collect(),
        redefined_dates: command.redefined_dates.iter().map(|date| (*date).to_owned()).collect(),
        quote: search.quote,
        bracket: search.bracket,
        compiled_headers: None,
    }
}

/// Whether what gcc calls by its real path could be another file from another directory, without the call saying so: gcc
/// does that where the real path is shorter, with folders of the system, and with files that say that they are of it. Then
/// nothing in the key may tell one from the other: a folder of the system is named from the working directory; or any
/// folder is, and what the call names outright lies around that directory.
fn is_steered_from_directory(invocation: &Invocation, command: &CommandLine<'_>, search: &Search) -> bool {
    // Of a folder that is named both ways, a compiler drops the one that is its own.
    let own =
        |folder: &str| command.search.own_folders.contains(&folder) && !command.search.system_folders.contains(&folder);
    let source = path::folder(command.source_path());
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
        Colour::Auto => command.end.unwrap_or(invocation.arguments.len() as u32),
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
    let is_place = |named: &&Named<'_>| !matches!(named.text, "/dev/null" | "-");
    let shows = command.shows.output || depfile_shows_object || matches!(command.mode, Mode::List(_));
    let object = command.output.iter().filter(|_| !shows).filter(is_place);
    let depfile =
        command.depends.file.iter().filter(|_| !command.shows.output && !matches!(command.mode, Mode::List(_)));
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
fn listings(command: &CommandLine<'_>, told: &Told<'_>) -> Vec<Listing> {
    let is_gcc = !told.search.is_clang();
    let mut listings = Vec::new();
    match command.mode {
        // Any addition would change what is listed.
        Mode::List(Listed::All) => listings.push(Listing::Printed),
        Mode::List(Listed::User) => listings.extend([Listing::Printed, Listing::Scan]),
        _ if !command.source.language.includes() => {}
        _ if command.depends.which == Which::User => {
            listings.extend([Listing::Depfile, Listing::ScanInstead, Listing::Scan]);
        }
        _ => listings.extend([Listing::Depfile, Listing::ScanInstead]),
    }
    // Assembler text is little else than what it includes; in C a directive in inline assembly can be put together in ways that no
    // token finds.
    if is_gcc && told.assembler_lists == Some(true) && command.mode == Mode::Object {
        listings.push(Listing::Assembled);
    }
    if command.depends.which != Which::User && told.hidden.uses_precompiled_header() && is_gcc {
        listings.push(Listing::Behind);
    }
    listings
}

/// The addition that makes the compiler write a list.
fn addition(command: &CommandLine<'_>, listing: Listing) -> Option<&'static str> {
    match listing {
        Listing::Depfile if command.depends.which == Which::Unasked => Some(DEPENDENCIES),
        Listing::Assembled => Some(ASSEMBLED),
        Listing::Depfile | Listing::Printed | Listing::Scan | Listing::ScanInstead | Listing::Behind => None,
    }
}

/// Where a list is; none: it is what the compiler prints.
fn dependency(command: &CommandLine<'_>, listing: Listing) -> Option<Dependency> {
    Some(match (addition(command, listing), listing) {
        (Some(grant), _) => Dependency::Scratch(grant.to_owned()),
        (None, Listing::Scan | Listing::Behind) => Dependency::Scan(includes()),
        (None, Listing::ScanInstead) => Dependency::ScanInstead(includes()),
        (None, Listing::Printed) if command.makes_no_file() => return None,
        (None, Listing::Printed) => Dependency::Output(OBJECT.to_owned()),
        (None, Listing::Depfile | Listing::Assembled) => Dependency::Output(DEPFILE.to_owned()),
    })
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

//! From a command line to a plan: what is in the key, what is read as far as it is known, what is written.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{
    Chain, Decision, Dependency, EarlierState, Failures, Input, Invocation, Lookup, Observe, Output, Property, Reason,
    Role, Run, Status, Unit,
};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::environment::value;
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::{Command, CrateType, Kind, Lto};
use crate::context::{Context, MEASURED, WIDTH};
use crate::description::{CARGO_LINT_NAMES, COLOUR, LINK, LINKED, LINKER, LISTS, PROCESSOR, PROXY_LISTS, SOURCES};
use crate::environment::{
    self, COLOURING, EXTRA_FILES, EXTRA_VARIABLES, LD_LIBRARY_PATH, LIBRARY_PATH, OF_TERMINAL, PACKAGE,
};
use crate::link_words;
use crate::outputs::{self, DEP_INFO};
use crate::tool::{Tool, Toolchain};

/// The chain of folders from the package upwards.
const UPWARDS: u32 = 0;

/// What a call is.
pub(crate) fn plan(invocation: &Invocation) -> Decision {
    let dialogue = Dialogue::new(&invocation.answers);
    match decide(invocation, &dialogue) {
        Ok(run) => Decision::Run(run),
        Err(stop) => stop.decision(&dialogue),
    }
}

fn decide(invocation: &Invocation, dialogue: &Dialogue<'_>) -> Result<Run, Stop> {
    let tool = Tool::of(invocation)?;
    let command = Command::read(&invocation.arguments, tool.skipped)?;
    environment::check(invocation)?;
    check_crates(&command)?;
    if command.links() {
        if tool.is_clippy {
            return bypass("clippy-link", "clippy that is asked how it calls the linker looks for no lints");
        }
        check_linker(invocation, &command)?;
    }
    if tool.is_clippy {
        check_lints(invocation)?;
    }
    let outputs = outputs::outputs(&command)?;
    let additions = additions(invocation, &command, tool.skipped as u32)?;
    let own = ask(&tool, &command, dialogue)?;
    let toolchain =
        Toolchain { sysroot: command.sysroot.clone().unwrap_or_else(|| own.sysroot.clone()), host: own.host.clone() };
    let target = command.target.as_ref().unwrap_or(&toolchain.host);
    if command.links() && !target.contains("-linux-") {
        return bypass("target", format!("what is linked for {target} has other names"));
    }
    let libraries = format!("{}/lib", toolchain.of_target(target));
    let mut inputs = inputs(invocation, &command, &toolchain, &libraries);
    inputs.extend(tool.behind(&own));
    // Its own ones, the compiler keeps in mind whatever it is told.
    let sysroots = [&toolchain, &own];
    inputs
        .extend(sysroots.iter().take(1 + usize::from(command.sysroot.is_some())).flat_map(|of| brought(&command, of)));
    let mut assumptions = tool.assumptions();
    if command.links() {
        assumptions.extend(of_linker(&command));
    }
    let unit = Unit {
        roles: roles(invocation, &command),
        key: Vec::new(),
        sometimes: width(invocation, &command).into_iter().collect(),
        // Messages and debug information name files from it.
        directory_in_key: true,
        irrelevant_environment: irrelevant(invocation, &command),
        inputs,
        lookups: package_files(&tool),
        dependencies: dependencies(&command),
        state: context(invocation, &tool, &command, &outputs, libraries).encode(),
        outputs,
        additions,
        failures: Failures::Keep,
        ahead: None,
        earlier: earlier(&command),
        more: Vec::new(),
    };
    Ok(Run { chains: vec![upwards(invocation, &tool)], unit, assumptions, more: Vec::new() })
}

/// What the compiler must say of itself: where its libraries are, what it takes the processor for, and whether links can be
/// listed. That the answers are in the key is all that the second is for.
fn ask(tool: &Tool<'_>, command: &Command, dialogue: &Dialogue<'_>) -> Result<Toolchain, Stop> {
    if tool.is_proxy && command.native_processor {
        return bypass("target-cpu", "rustup's proxy does not say what the compiler makes of 'native'");
    }
    let toolchain = tool.toolchain(dialogue);
    let processor = command.native_processor.then(|| dialogue.probe(PROCESSOR, tool.words()));
    let lists = command.links().then(|| {
        dialogue.probe(if tool.is_proxy { PROXY_LISTS } else { LISTS }, [tool.words(), command.of_linker()].concat())
    });
    let toolchain = toolchain?;
    tool.check_linked(&toolchain)?;
    processor.transpose()?;
    if let Some(ran) = lists.transpose()?
        && ran.status != Status::Exited(0)
    {
        let why = String::from_utf8_lossy(&ran.stderr);
        return bypass("linker-lists", format!("the linker does not list what it reads: {}", why.trim_end()));
    }
    Ok(toolchain)
}

/// What the answer for the linker rests on: the driver that the compiler calls, `cc` where nothing else is said, and the linker
/// that this calls. Other versions of them may not know the option by which it lists what it reads.
fn of_linker(command: &Command) -> Vec<Input> {
    let driver = command.linker.as_deref().unwrap_or("cc");
    let observe = if driver.contains('/') { Observe::Program } else { Observe::ProgramInPath };
    let chosen = command.link_arguments.iter().filter_map(|word| word.strip_prefix("-fuse-ld="));
    let linkers = chosen.map(|kind| format!("ld.{kind}")).chain(["ld".to_owned()]);
    let linkers = linkers.map(|linker| maybe(linker, Observe::ProgramInPath));
    [maybe(driver, observe)].into_iter().chain(linkers).collect()
}

/// What earlier compiles of this crate, or of another of its name, left: folders named after it, in each the sessions of runs, of which
/// one that did not end, and the files by which they are locked, are of no use to another (`rustc_incremental::persist::fs`).
fn earlier(command: &Command) -> Vec<EarlierState> {
    let prefix = command.name.as_ref().map(|name| format!("{name}-")).unwrap_or_default();
    let unfinished = vec!["-working".to_owned(), ".lock".to_owned()];
    let folder = command.incremental.clone();
    folder
        .into_iter()
        .map(|folder| EarlierState { folder, prefix: prefix.clone(), unfinished: unfinished.clone() })
        .collect()
}

fn context(
    invocation: &Invocation,
    tool: &Tool<'_>,
    command: &Command,
    outputs: &[Output],
    libraries: String,
) -> Context {
    let written = command.emits(Kind::Link) || command.emits(Kind::Metadata);
    let mut native: Vec<String> = command.native_folders().map(str::to_owned).collect();
    native.extend([libraries.clone(), format!("{libraries}/self-contained")]);
    Context {
        links: command.links(),
        bundles: written && command.types.iter().any(|kind| !kind.is_linked()),
        types_said: command.types_said,
        lints: tool.is_clippy,
        measures: measures(invocation, command),
        libraries: command.libraries.clone(),
        native,
        crates: command.crate_folders().map(str::to_owned).chain([libraries]).collect(),
        externs: command.externs.clone(),
        written: outputs.iter().map(|output| output.path.clone()).collect(),
        link_words: command.link_arguments.clone(),
        variables: environment::listed(invocation, EXTRA_VARIABLES, ',').map(str::to_owned).collect(),
    }
}

/// Everything is in the key but how wide messages are: most runs have none.
fn roles(invocation: &Invocation, command: &Command) -> Vec<Role> {
    let mut roles = vec![Role::Key; invocation.arguments.len()];
    for index in command.width.iter().flat_map(|(_, arguments)| arguments) {
        if let Some(role) = roles.get_mut(*index as usize) {
            *role = Role::Out(Reason::Sometimes);
        }
    }
    roles
}

fn on_terminal(invocation: &Invocation) -> bool {
    invocation.streams.stdout_is_terminal || invocation.streams.stderr_is_terminal
}

/// Whether the compiler asks a terminal how wide it is: it looks at all three of its streams (the crate `termize`).
fn measures(invocation: &Invocation, command: &Command) -> bool {
    command.width.is_none() && on_terminal(invocation)
}

/// How wide messages are, as far as that is known.
fn width(invocation: &Invocation, command: &Command) -> Option<Property> {
    let said = command.width.as_ref().map(|(value, _)| value.clone());
    let value = said.or_else(|| measures(invocation, command).then(|| MEASURED.to_owned()))?;
    Some(Property { name: WIDTH.to_owned(), value })
}

fn irrelevant(invocation: &Invocation, command: &Command) -> Vec<String> {
    let of_terminal = OF_TERMINAL.iter().filter(|_| !on_terminal(invocation));
    let of_linker = [LD_LIBRARY_PATH].into_iter().filter(|_| !command.links());
    of_terminal.copied().chain(of_linker).map(str::to_owned).collect()
}

/// Ends the plan where other crates are read of which nothing tells which they are.
fn check_crates(command: &Command) -> Result<(), Stop> {
    // By path, or by a name in the source that is looked for.
    let uses = !command.externs.is_empty() || command.search.iter().any(|folder| folder.crates);
    if command.emits(Kind::Link) && command.types.contains(&CrateType::StaticLib) && uses {
        return bypass("staticlib-with-crates", "nothing lists the crates that are packed into it");
    }
    if command.links() && command.lto == Lto::Whole {
        return bypass("lto", "nothing lists the crates whose code is compiled anew as one");
    }
    if command.types.iter().filter(|kind| kind.is_linked()).count() > 1 {
        return bypass("several-links", "one list of what the linker read would take the place of another");
    }
    Ok(())
}

/// Ends the plan where it is not certain that the linker lists all that it reads, and writes nothing else.
fn check_linker(invocation: &Invocation, command: &Command) -> Result<(), Stop> {
    if value(invocation, LIBRARY_PATH).is_some() {
        return bypass("environment", format!("{LIBRARY_PATH} is set"));
    }
    if let Some(linker) = &command.linker {
        let name = path::file_name(linker);
        let plain = name.trim_end_matches(|last: char| last.is_ascii_digit() || matches!(last, '.' | '-'));
        // clang reads files of its own, and takes a linker that lies beside it.
        let driver = ["cc", "gcc", "c++", "g++"]
            .iter()
            .any(|driver| plain.strip_suffix(driver).is_some_and(|before| before.is_empty() || before.ends_with('-')));
        if !driver {
            return bypass("linker", format!("{linker} is not known as gcc"));
        }
    }
    link_words::check(&command.link_arguments)
}

/// Ends the plan where lints are asked for that read the manifests of other packages.
fn check_lints(invocation: &Invocation) -> Result<(), Stop> {
    // Clippy's cargo parts words by this; and the compiler takes hyphens in lints for underscores.
    let of_cargo = value(invocation, "CLIPPY_ARGS").into_iter().flat_map(|words| words.split("__CLIPPY_HACKERY__"));
    let words = invocation.arguments.iter().map(String::as_str).chain(of_cargo);
    let asked = |words: &str| {
        words.replace('-', "_").split("clippy::").skip(1).any(|rest| {
            let end = rest.find(|each: char| !(each.is_ascii_alphanumeric() || each == '_')).unwrap_or(rest.len());
            CARGO_LINT_NAMES.contains(&&rest[..end])
        })
    };
    if words.into_iter().any(asked) {
        return bypass("cargo-lints", "lints of manifests read those of other packages");
    }
    Ok(())
}

fn inputs(invocation: &Invocation, command: &Command, toolchain: &Toolchain, libraries: &str) -> Vec<Input> {
    let read = |path: &String| input(path.clone(), Observe::Content);
    let mut inputs = vec![read(&command.source)];
    inputs.extend(command.reads.iter().map(read));
    // A macro is loaded, with the libraries that it needs.
    let loaded = |path: &str| if path.ends_with(".so") { Observe::Program } else { Observe::Made };
    inputs.extend(command.externs.iter().map(|path| input(path.clone(), loaded(path))));
    // Crates that the source names are taken from there, too, and nothing says which.
    let searched = command.search.iter().filter(|folder| folder.crates);
    inputs.extend(searched.map(|folder| maybe(folder.path.clone(), Observe::Tree)));
    inputs.push(maybe(libraries, Observe::Tree));
    // Where the library's sources are, messages show them.
    let sources = ["src/rust/library/std/src/lib.rs", "rustc-src/rust/compiler/rustc/src/main.rs"];
    let sources = sources.map(|file| maybe(format!("{}/lib/rustlib/{file}", toolchain.sysroot), Observe::Kind));
    inputs.extend(sources);
    let package = value(invocation, PACKAGE).unwrap_or_default();
    let extra = environment::listed(invocation, EXTRA_FILES, ':');
    inputs.extend(extra.map(|file| maybe(path::join(package, file), Observe::Tree)));
    inputs
}

/// Programs and parts of the compiler that are looked for where it keeps its libraries.
fn brought(command: &Command, toolchain: &Toolchain) -> Vec<Input> {
    let of_host = toolchain.of_target(&toolchain.host);
    // The linker, and what it is found by.
    let tools = command.links().then(|| maybe(format!("{of_host}/bin"), Observe::Tree));
    [maybe(format!("{of_host}/codegen-backends"), Observe::Listing)].into_iter().chain(tools).collect()
}

/// What is looked for from the package upwards: manifests, by procedural macros that must know what a crate is called there
/// (`proc-macro-crate`); by clippy also its configuration (Clippy's documentation, "Configuration") and the lock file.
fn package_files(tool: &Tool<'_>) -> Vec<Lookup> {
    let file = |(name, all): &(&str, bool)| Lookup {
        name: (*name).to_owned(),
        chain: Chain::Listed(UPWARDS),
        observe: Observe::Content,
        all: *all,
    };
    let of_clippy = [("Cargo.lock", true), (".clippy.toml", false), ("clippy.toml", false)];
    let of_clippy = of_clippy.iter().filter(|_| tool.is_clippy);
    [("Cargo.toml", true)].iter().chain(of_clippy).map(file).collect()
}

/// The folders from that of clippy's configuration and from that of the package upwards. Where none is named, clippy begins in
/// the working directory.
fn upwards(invocation: &Invocation, tool: &Tool<'_>) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    let named = ["CLIPPY_CONF_DIR", PACKAGE].into_iter().filter_map(|name| value(invocation, name));
    for first in named.chain(tool.is_clippy.then_some(".")) {
        let mut folder = path::without_detours(&path::join(&invocation.directory, first));
        while !folder.is_empty() && !folders.contains(&folder) {
            let above = if folder == "/" { "" } else { path::folder(&folder) }.to_owned();
            folders.push(std::mem::replace(&mut folder, above));
        }
    }
    folders
}

/// What makes the tools list what they read.
fn additions(invocation: &Invocation, command: &Command, before: u32) -> Result<Vec<(String, u32)>, Stop> {
    let mut additions = Vec::new();
    if !command.emits(Kind::DepInfo) {
        if command.notices {
            return bypass("notices", "the caller would be told of a list of sources that it did not ask for");
        }
        if command.types.iter().any(|kind| kind.has_metadata()) {
            return bypass("dep-info", "the crate's hash says what was asked for besides it");
        }
        if command.emits.is_empty() {
            additions.push(LINK);
        }
        additions.push(SOURCES);
    }
    if command.links() {
        additions.extend([LINKED, LINKER]);
    }
    let asks = invocation.streams.stderr_is_terminal && !command.colour_said && !command.json;
    if let Some(name) = COLOURING.into_iter().find(|name| asks && value(invocation, name).is_some()) {
        return bypass("environment", format!("{name} says whether messages have colours"));
    }
    let dumb = value(invocation, "TERM").is_none_or(|term| term == "dumb");
    let plain = value(invocation, "NO_COLOR").is_some_and(|value| !value.is_empty());
    if asks && !dumb && !plain {
        additions.push(COLOUR);
    }
    Ok(additions.into_iter().map(|id| (id.to_owned(), before)).collect())
}

fn dependencies(command: &Command) -> Vec<Dependency> {
    let scratch = |id: &str| Dependency::Scratch(id.to_owned());
    let own = command.emits(Kind::DepInfo);
    let mut dependencies = vec![if own { Dependency::Output(DEP_INFO.to_owned()) } else { scratch(SOURCES) }];
    if command.links() {
        dependencies.extend([scratch(LINKED), scratch(LINKER)]);
    }
    dependencies
}

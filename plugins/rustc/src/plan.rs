//! From a command line to a plan: what is in the key, what is read as far as it is known, what is written.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{
    Chain, Decision, Dependency, Failures, Input, Invocation, Lookup, Observe, Role, Run, Unit,
};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::environment::value;
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::{Command, CrateType, Kind, Lto};
use crate::context::Context;
use crate::description::{COLOUR, LINK, LINKED, LINKER, PROCESSOR, SOURCES};
use crate::environment::{self, EXTRA_FILES, EXTRA_VARIABLES, LIBRARY_PATH, OF_TERMINAL, PACKAGE};
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
        check_linker(invocation, &command)?;
    }
    let outputs = outputs::outputs(&command)?;
    let additions = additions(invocation, &command, tool.skipped as u32)?;
    if command.native_processor && tool.is_proxy {
        return bypass("target-cpu", "rustup's proxy does not say what the compiler makes of 'native'");
    }
    // That its answer is in the key is all that the second is for.
    let (toolchain, processor) =
        (tool.toolchain(dialogue), command.native_processor.then(|| dialogue.probe(PROCESSOR, tool.words())));
    let toolchain = toolchain?;
    processor.transpose()?;
    let toolchain = Toolchain { sysroot: command.sysroot.clone().unwrap_or(toolchain.sysroot), ..toolchain };
    let target = command.target.as_ref().unwrap_or(&toolchain.host);
    if command.links() && !target.contains("-linux-") {
        return bypass("target", format!("what is linked for {target} has other names"));
    }
    let libraries = format!("{}/lib", toolchain.of_target(target));
    let mut native: Vec<String> = command.native_folders().map(str::to_owned).collect();
    let crates = command.crate_folders().map(str::to_owned).chain([libraries.clone()]).collect();
    native.extend([libraries.clone(), format!("{libraries}/self-contained")]);
    let context = Context {
        links: command.links(),
        bundles: command.emits(Kind::Link) && command.types.iter().any(|kind| !kind.is_linked()),
        types_said: command.types_said,
        searches_crates: command.search.iter().any(|folder| folder.crates),
        externs: command.extern_names.clone(),
        libraries: command.libraries.clone(),
        native,
        crates,
        variables: environment::listed(invocation, EXTRA_VARIABLES, ',').map(str::to_owned).collect(),
    };
    let mut inputs = inputs(invocation, &command, &toolchain, libraries);
    inputs.extend(tool.behind(&toolchain));
    let terminal = invocation.streams.stdout_is_terminal || invocation.streams.stderr_is_terminal;
    let unit = Unit {
        roles: vec![Role::Key; invocation.arguments.len()],
        key: Vec::new(),
        // Messages and debug information name files from it.
        directory_in_key: true,
        irrelevant_environment: if terminal { Vec::new() } else { OF_TERMINAL.map(str::to_owned).to_vec() },
        inputs,
        lookups: package_files(&tool),
        dependencies: dependencies(&command),
        outputs,
        additions,
        failures: Failures::Keep,
        ahead: None,
        state: context.encode(),
        more: Vec::new(),
    };
    Ok(Run { chains: vec![upwards(invocation)], unit, assumptions: tool.assumptions(), more: Vec::new() })
}

/// Ends the plan where other crates are read of which nothing tells which they are.
fn check_crates(command: &Command) -> Result<(), Stop> {
    if command.emits(Kind::Link) && command.types.contains(&CrateType::StaticLib) && !command.externs.is_empty() {
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
        let driver = ["cc", "gcc", "clang", "c++", "g++", "clang++"]
            .iter()
            .any(|driver| plain.strip_suffix(driver).is_some_and(|before| before.is_empty() || before.ends_with('-')));
        if !driver {
            return bypass("linker", format!("{linker} is not known as a compiler's driver"));
        }
    }
    const ELSE: [&str; 7] = ["dependency-file", "-Map", "plugin", "reproduce", "save-temps", "-flto", "specs"];
    let unsure =
        |word: &&String| word.starts_with('@') || word.starts_with("-o") || ELSE.iter().any(|part| word.contains(part));
    match command.link_arguments.iter().find(unsure) {
        Some(word) => bypass("link-argument", word.clone()),
        None => Ok(()),
    }
}

fn inputs(invocation: &Invocation, command: &Command, toolchain: &Toolchain, libraries: String) -> Vec<Input> {
    let read = |path: &String| input(path.clone(), Observe::Content);
    let mut inputs = vec![read(&command.source)];
    inputs.extend(command.externs.iter().chain(&command.reads).map(read));
    inputs.push(maybe(libraries, Observe::Tree));
    let of_host = toolchain.of_target(&toolchain.host);
    inputs.push(maybe(format!("{of_host}/codegen-backends"), Observe::Listing));
    if command.links() {
        // The linker that the compiler brings, and what it finds that by.
        inputs.push(maybe(format!("{of_host}/bin"), Observe::Tree));
    }
    // Where the library's sources are, messages show them.
    let sources = ["src/rust/library/std/src/lib.rs", "rustc-src/rust/compiler/rustc/src/main.rs"];
    let sources = sources.map(|file| maybe(format!("{}/lib/rustlib/{file}", toolchain.sysroot), Observe::Kind));
    inputs.extend(sources);
    let package = value(invocation, PACKAGE).unwrap_or_default();
    let extra = environment::listed(invocation, EXTRA_FILES, ':');
    inputs.extend(extra.map(|file| maybe(path::join(package, file), Observe::Tree)));
    inputs
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

/// The folders from that of clippy's configuration and from that of the package upwards, as far as these are named.
fn upwards(invocation: &Invocation) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for first in ["CLIPPY_CONF_DIR", PACKAGE].iter().filter_map(|name| value(invocation, name)) {
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
        if command.emits.is_empty() {
            additions.push(LINK);
        }
        additions.push(SOURCES);
    }
    if command.links() {
        additions.extend([LINKED, LINKER]);
    }
    let dumb = value(invocation, "TERM").is_none_or(|term| term == "dumb");
    let plain = value(invocation, "NO_COLOR").is_some_and(|value| !value.is_empty());
    if invocation.streams.stderr_is_terminal && !command.colour_said && !command.json && !dumb && !plain {
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

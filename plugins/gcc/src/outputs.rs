//! What a compile writes and where, as both drivers decide it: the output as `-o` says, or named like the source in the
//! working directory (a precompiled header: beside the source); all else named like the output, with another suffix.
//! Tried with gcc 12 and clang 14.

use zccache_plugin_sdk::contract::Output;
use zccache_plugin_sdk::options::Argument;
use zccache_plugin_sdk::path;

use crate::command::{CommandLine, Temporaries, Which};
use crate::effect::{Mode, Side};
use crate::language::{Stage, Tongue};
use crate::search::Family;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// The role of what the compiler was asked to make.
pub(crate) const OBJECT: &str = "object";
/// The role of the user's own dependency file.
pub(crate) const DEPFILE: &str = "depfile";

/// Where an output lies, and the argument that says so.
#[derive(Clone)]
struct Place<'a> {
    path: String,
    named_by: Option<&'a Argument>,
}

/// Everything that is written. First what the compiler was asked to make.
pub(crate) fn outputs(command: &CommandLine<'_>, clang: bool) -> Result<Vec<Output>, Stop> {
    let main = main(command)?;
    let mut outputs = Vec::new();
    if command.makes_no_file() {
        check_nothing_beside(command)?;
    } else {
        outputs.push(output(OBJECT, &main, Need::Required)?);
    }
    match (command.depends.which, command.depends.file) {
        (Which::Unasked, _) => {}
        (_, Some(named)) => {
            let place = Place { path: named.text.to_owned(), named_by: Some(named.argument) };
            outputs.push(output(DEPFILE, &place, Need::Required)?);
        }
        (_, None) => outputs.push(output(DEPFILE, &beside(&main, "d"), Need::Required)?),
    }
    for (index, named) in command.besides.named.iter().enumerate() {
        let place = Place { path: named.text.to_owned(), named_by: Some(named.argument) };
        outputs.push(output(&format!("named-{index}"), &place, Need::Optional)?);
    }
    for side in &command.besides.sides {
        for (role, place) in sides(*side, command, clang, &main) {
            outputs.push(output(role, &place, Need::Optional)?);
        }
    }
    check(command, &outputs)?;
    Ok(outputs)
}

/// Ends the plan where something is named like an output that is none.
fn check_nothing_beside(command: &CommandLine<'_>) -> Result<(), Stop> {
    let depfile = command.depends.which != Which::Unasked && command.depends.file.is_none();
    if (depfile && command.mode != Mode::Check) || !command.besides.sides.is_empty() {
        return bypass("output-special", "files besides one that is not kept");
    }
    Ok(())
}

/// Marks what gcc replaces: the assembler removes an object that is there. All else it opens as it is; clang replaces most, and
/// refuses what it may not write.
pub(crate) fn mark_replaced(outputs: &mut [Output], command: &CommandLine<'_>) {
    let assembled = command.mode == Mode::Object && !command.makes_precompiled_header();
    for output in outputs.iter_mut().filter(|output| assembled && output.role == OBJECT) {
        output.replaced = true;
    }
}

/// Names a precompiled header that the command line does not name: up to clang 16 all call it like gcc's, and from clang 19 on, clang
/// has a suffix of its own.
pub(crate) fn name_precompiled_header(
    outputs: &mut [Output],
    command: &CommandLine<'_>,
    family: Family,
) -> Result<(), Stop> {
    let unnamed = command.makes_precompiled_header() && command.output.is_none();
    match family {
        Family::Clang(17 | 18) if unnamed => bypass("precompiled-header", "it is not known what this clang calls it"),
        Family::Clang(19..) if unnamed => {
            for output in outputs.iter_mut().filter(|output| output.role == OBJECT) {
                output.path = format!("{}.pch", command.source.argument.text);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check(command: &CommandLine<'_>, outputs: &[Output]) -> Result<(), Stop> {
    let source = command.source_path();
    for (index, output) in outputs.iter().enumerate() {
        if output.path == source {
            return bypass("output-is-input", output.path.clone());
        }
        if outputs[..index].iter().any(|other| other.path == output.path) {
            return bypass("output-twice", output.path.clone());
        }
    }
    Ok(())
}

fn main<'a>(command: &CommandLine<'a>) -> Result<Place<'a>, Stop> {
    let source = &command.source.argument;
    if let (Mode::List(_), Some(named), None) | (Mode::List(_), None, Some(named)) =
        (command.mode, &command.output, &command.depends.file)
    {
        return Ok(Place { path: named.text.to_owned(), named_by: Some(named.argument) });
    }
    if let (Mode::List(_), Some(_)) = (command.mode, &command.output) {
        return bypass("several-outputs", "-M with -o and -MF");
    }
    if let Some(named) = &command.output {
        return Ok(Place { path: named.text.to_owned(), named_by: Some(named.argument) });
    }
    let stem = stem(path::file_name(&source.text));
    match command.mode {
        // gcc, which thinks of a program then, names them after that too.
        Mode::Object if command.makes_precompiled_header() && !command.besides.sides.is_empty() => {
            bypass("precompiled-header", "files besides one whose name is not said")
        }
        Mode::Object if command.makes_precompiled_header() => {
            Ok(Place { path: format!("{}.gch", source.text), named_by: Some(source) })
        }
        Mode::Object => Ok(Place { path: format!("{stem}.o"), named_by: None }),
        Mode::Assembly => Ok(Place { path: format!("{stem}.s"), named_by: None }),
        // Where no file is made, this is what others would be named by.
        Mode::Check | Mode::Text | Mode::List(_) => Ok(Place { path: stem.to_owned(), named_by: None }),
    }
}

/// The files of one kind. Which of them a compiler writes depends on more than the call; none is written elsewhere.
fn sides<'a>(side: Side, command: &CommandLine<'a>, clang: bool, main: &Place<'a>) -> Vec<(&'static str, Place<'a>)> {
    if matches!(command.mode, Mode::Check | Mode::Text | Mode::List(_)) {
        return Vec::new();
    }
    let beside = |main: &Place<'a>, suffix: &str| {
        if clang {
            return beside(main, suffix);
        }
        Place { path: beside_as_gcc(&main.path, suffix), named_by: main.named_by }
    };
    match side {
        Side::Coverage => vec![("coverage-notes", beside(main, "gcno"))],
        // clang, asked for assembler text, names it like an object that nobody asked for.
        Side::SplitDwarf if clang && command.mode == Mode::Assembly => {
            let name = format!("{}.dwo", stem(path::file_name(&command.source.argument.text)));
            vec![("split-dwarf", Place { path: name, named_by: None })]
        }
        Side::SplitDwarf => vec![("split-dwarf", beside(main, "dwo"))],
        Side::StackUsage => vec![("stack-usage", beside(main, "su"))],
        Side::CallGraph => vec![("call-graph", beside(main, "ci"))],
        Side::TimeTrace => vec![("time-trace", beside(main, "json"))],
        Side::ModuleDepends => vec![("module-depends", beside(main, "ddi"))],
        Side::Temporaries => temporaries(command, clang, main),
    }
}

/// gcc names them like the output, clang like the source.
fn temporaries<'a>(command: &CommandLine<'a>, clang: bool, main: &Place<'a>) -> Vec<(&'static str, Place<'a>)> {
    let source = path::file_name(&command.source.argument.text);
    let here = match command.besides.temporaries {
        Temporaries::Unsaid => clang,
        Temporaries::Beside => false,
        Temporaries::Here => true,
    };
    let stem = if clang { stem(source) } else { stem_as_gcc(path::file_name(&main.path)) }.to_owned();
    let place = |suffix: &str| {
        let name = format!("{stem}.{suffix}");
        match main.named_by {
            Some(_) if !here => Place { path: path::join(path::folder(&main.path), &name), named_by: main.named_by },
            _ => Place { path: name, named_by: None },
        }
    };
    let text = match command.source.language.tongue {
        Tongue::C => "i",
        Tongue::Cpp => "ii",
        Tongue::ObjectiveC => "mi",
        Tongue::ObjectiveCpp => "mii",
        Tongue::Assembler => "s",
    };
    let mut kept = Vec::new();
    if command.source.language.stage == Stage::Source {
        kept.push(("temporary-text", place(text)));
    }
    if !command.source.language.is_assembler() {
        if clang {
            kept.push(("temporary-bitcode", place("bc")));
        }
        kept.push(("temporary-assembly", place("s")));
    }
    // What is made is no temporary.
    kept.retain(|(_, place)| place.path != main.path);
    kept
}

fn beside<'a>(main: &Place<'a>, suffix: &str) -> Place<'a> {
    let name = format!("{}.{suffix}", stem(path::file_name(&main.path)));
    Place { path: path::join(path::folder(&main.path), &name), named_by: main.named_by }
}

/// What gcc calls a further file of an output. It takes a name that is all suffix for one without.
pub(crate) fn beside_as_gcc(output: &str, suffix: &str) -> String {
    let stem = stem_as_gcc(path::file_name(output));
    path::join(path::folder(output), &format!("{stem}.{suffix}"))
}

fn stem_as_gcc(name: &str) -> &str {
    if name.rfind('.') == Some(0) { name } else { stem(name) }
}

fn stem(name: &str) -> &str {
    path::split_suffix(name).0
}

/// Whether a run is worth storing without an output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// An output that the host will accept: it wants a name that is no device, and a plain relative one if no argument names
/// it. What a response file names has no argument of its own.
fn output(role: &str, place: &Place<'_>, need: Need) -> Result<Output, Stop> {
    let path = &place.path;
    let name = path::file_name(path);
    if matches!(name, "" | "." | ".." | "-") || path.starts_with("/dev/") || path.starts_with("/proc/") {
        return bypass("output-special", path.clone());
    }
    let named_by = place.named_by.filter(|argument| !argument.nested).map(|argument| argument.index);
    let plain = !path.starts_with('/') && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if named_by.is_none() && !plain {
        return bypass("output-hidden", path.clone());
    }
    Ok(Output {
        role: role.to_owned(),
        path: path.clone(),
        required: need == Need::Required,
        named_by,
        replaced: false,
    })
}

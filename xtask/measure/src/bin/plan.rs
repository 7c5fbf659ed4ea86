//! Times what a plugin takes to say what a command line is, each time in a fresh instance, for `cargo xtask bench`.
//!
//! `plan <component> <call> <calls>`: the component's file; a file with the call, one line each: the program's name, its
//! path, the working directory, and every argument; how often it is asked. What the plugin asks back is answered first,
//! its probes run once. Prints the nanoseconds of each call: one line for each round of answers, in order.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use zccache_model::invocation::{ExitStatus, Invocation, ProgramKind, Streams, Tool};
use zccache_model::limits;
use zccache_model::path::from_directory;
use zccache_model::plan::{Answer, Decision, FileKind, Probe, Question, Ran};
use zccache_model::rules::{self, GrantedWord};
use zccache_sandbox::{Plugin, Sandbox, compile_image};

/// Calls before any is timed.
const WARM_UP: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, call, calls] = arguments.as_slice() else {
        return Err("usage: plan <component> <call> <calls>".into());
    };
    let images = tempfile::tempdir()?;
    let plugin = load(&images.path().join("images"), &fs::read(component)?)?;
    let invocation = invocation(&fs::read_to_string(call)?)?;
    let mut answers = Vec::new();
    for _ in 0..limits::PLAN_ROUNDS {
        let decision = time(&plugin, &invocation, &answers, calls.parse()?)?;
        match decision {
            Decision::Need(questions) => {
                for question in questions {
                    answers.push(answer(&plugin, &invocation, question, images.path())?);
                }
            }
            Decision::Run(_) => return Ok(()),
            other => return Err(format!("no plan, but: {other:?}").into()),
        }
    }
    Err("the plugin asks without end".into())
}

fn load(images: &Path, component: &[u8]) -> Result<Plugin, Box<dyn Error>> {
    let compile = |component: &[u8], file: &Path| {
        let image = compile_image(component).map_err(|error| error.to_string())?;
        fs::write(file, image).map_err(|error| error.to_string())
    };
    Ok(Sandbox::new(images)?.load(component, &compile)?)
}

fn invocation(text: &str) -> Result<Invocation, Box<dyn Error>> {
    let mut lines = text.lines().map(str::to_owned);
    let mut next = |what: &str| lines.next().ok_or_else(|| format!("the call has no {what}"));
    let (name, path, directory) = (next("name")?, next("path")?, next("directory")?);
    let real = fs::canonicalize(&path)?.display().to_string();
    Ok(Invocation {
        tool: Tool { name, path, real, kind: ProgramKind::Binary },
        arguments: lines.collect(),
        directory,
        environment: Vec::new(),
        streams: Streams::default(),
    })
}

/// Asks the same again and again, and prints what each time took.
fn time(
    plugin: &Plugin,
    invocation: &Invocation,
    answers: &[Answer],
    calls: usize,
) -> Result<Decision, Box<dyn Error>> {
    let mut decision = plugin.plan(invocation, answers)?;
    for _ in 1..WARM_UP {
        decision = plugin.plan(invocation, answers)?;
    }
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let start = Instant::now();
        decision = plugin.plan(invocation, answers)?;
        times.push(start.elapsed().as_nanos().to_string());
    }
    println!("{}", times.join(" "));
    Ok(decision)
}

/// As the daemon would.
fn answer(
    plugin: &Plugin,
    invocation: &Invocation,
    question: Question,
    scratch: &Path,
) -> Result<Answer, Box<dyn Error>> {
    let path = |path: &str| from_directory(Path::new(&invocation.directory), path);
    Ok(match question {
        Question::Read(file) => Answer::Content(fs::read(path(&file)).ok()),
        Question::Look(file) => Answer::Is(kind(&path(&file))),
        Question::StandardInput => Answer::Content(Some(Vec::new())),
        Question::Probe(probe) => Answer::Ran(run(plugin, invocation, &probe, scratch)?),
    })
}

fn kind(path: &PathBuf) -> FileKind {
    match fs::metadata(path) {
        Err(_) => FileKind::Absent,
        Ok(metadata) if metadata.is_file() => FileKind::File,
        Ok(metadata) if metadata.is_dir() => FileKind::Folder,
        Ok(_) => FileKind::Other,
    }
}

fn run(plugin: &Plugin, invocation: &Invocation, probe: &Probe, scratch: &Path) -> Result<Ran, Box<dyn Error>> {
    let mut command = Command::new(&invocation.tool.path);
    for word in rules::probe_words(plugin.description(), invocation, probe).map_err(|broken| broken.to_string())? {
        match word {
            GrantedWord::Text(text) => command.arg(text),
            GrantedWord::Scratch(prefix) => command.arg(format!("{prefix}{}", scratch.join("scratch").display())),
        };
    }
    let output = command.current_dir(&invocation.directory).env("LC_ALL", "C").output()?;
    let status = ExitStatus::Exited(output.status.code().unwrap_or(1));
    Ok(Ran { status, stdout: output.stdout, stderr: output.stderr })
}

//! When and with what a run is made.

use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::bench::version;
use crate::process;
use crate::survey::contestant::Contestant;
use crate::survey::report::Conditions;
use crate::tool;
use crate::workspace::Workspace;

/// Compilers and build tools that say their version in the last word that begins with a digit.
const PROGRAMS: [&str; 6] = ["gcc", "clang", "clang-19", "cmake", "ninja", "meson"];

/// Looks at the machine, the commit and the programs.
pub(crate) fn look(workspace: &Workspace, contestants: &[Contestant]) -> Result<Conditions> {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let mut programs = Vec::new();
    for contestant in contestants {
        programs.push((contestant.name().to_owned(), version(contestant.cache().program())?));
    }
    for name in PROGRAMS {
        let found = tool::find(name).and_then(|program| version(&program).ok());
        programs.extend(found.map(|version| (name.to_owned(), version)));
    }
    let rustc = line(Command::new("rustc").arg("--version"))?;
    programs.extend(rustc.split(' ').nth(1).map(|version| ("rustc".to_owned(), version.to_owned())));
    let git = ["describe", "--always", "--dirty", "--exclude=*"];
    Ok(Conditions {
        date: line(Command::new("date").args(["--utc", "+%Y-%m-%d"]))?,
        commit: line(Command::new("git").args(git).current_dir(&workspace.root)).unwrap_or_default(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        processor: processor.map(|(_, name)| name.to_owned()).unwrap_or_default(),
        programs,
    })
}

fn line(command: &mut Command) -> Result<String> {
    let said = String::from_utf8(process::output(command)?).context("not text")?;
    Ok(said.trim().to_owned())
}

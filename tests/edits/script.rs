//! A scenario as a shell script, for a person who wants to see a failure without this test. It does the same as far as a shell
//! can: swaps are three renames, and going back writes all files anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use zccache_tests::SOON;

use crate::call::Call;
use crate::engine::KEEP_EVERY;
use crate::jobs;
use crate::layout;
use crate::operation::Operation;
use crate::project::first_files;
use crate::sources::{FIRST_LINKS, SHOW, header_text};
use crate::step::{Again, Compile, Scenario, Step};
#[cfg(test)]
use {crate::layout::LAYOUTS, crate::step::Setting, zccache_tests::Age};

/// What the lines of a script call.
const PRELUDE: &str = include_str!("prelude.sh");

/// The script.
pub fn script(scenario: &Scenario) -> String {
    let setting = scenario.setting;
    let mut script = Script {
        text: PRELUDE.to_owned(),
        call: Call::new(setting.compiler, setting.layout),
        input: "/dev/null".to_owned(),
        trial: String::new(),
        calls: BTreeMap::new(),
    };
    script.calls.insert(0, script.call.clone());
    script.line(format!("export ZCCACHE_WATCH={}", u8::from(setting.watched)));
    script.line(format!("export {SOON}={}", setting.age.soon()));
    script.line(format!("mkdir -p {}", layout::FOLDERS.join(" ")));
    script.line(format!("SHOW={}", quoted(SHOW.trim_end())));
    for (path, text) in first_files(setting.compiler).filter(|(path, _)| !scenario.left_out.contains(path)) {
        script.line(format!("file {path} {}", contents(&text)));
    }
    for (path, target) in FIRST_LINKS {
        script.line(format!("link {path} {target}"));
    }
    let wanted = scenario.steps.iter().filter_map(|step| match step.operation {
        Operation::Revert { step } => Some(step),
        _ => None,
    });
    let wanted: BTreeSet<usize> = wanted.collect();
    if wanted.contains(&0) {
        script.line("keep 0".to_owned());
    }
    for step in &scenario.steps {
        script.step(step, setting.hits_only);
        if wanted.contains(&step.number) && step.number.is_multiple_of(KEEP_EVERY) {
            script.line(format!("keep {}", step.number));
        }
    }
    script.line("no_faults".to_owned());
    without_unused(&script.text)
}

/// Without the functions of one line that no other line calls.
fn without_unused(script: &str) -> String {
    let mut lines: Vec<&str> = script.lines().collect();
    loop {
        let function = |line: &str| line.split_once("() { ").map(|(name, _)| name.to_owned());
        let is_called = |name: &str| {
            let code = lines.iter().filter(|line| !line.starts_with('#'));
            let others = code.filter(|line| function(line).as_deref() != Some(name));
            others.flat_map(|line| line.split([' ', ';', '|', '(', ')'])).any(|word| word == name)
        };
        let needed = |line: &&str| function(line).is_none_or(|name| is_called(&name));
        let needed: Vec<&str> = lines.iter().copied().filter(needed).collect();
        if needed.len() == lines.len() {
            return needed.iter().map(|line| format!("{line}\n")).collect();
        }
        lines = needed;
    }
}

struct Script {
    text: String,
    call: Call,
    /// What is given to calls as standard input.
    input: String,
    /// The source that is removed as soon as a call is back; empty: none.
    trial: String,
    /// The calls of the states that can be gone back to.
    calls: BTreeMap<usize, Call>,
}

impl Script {
    fn step(&mut self, step: &Step, hits_only: bool) {
        self.line(format!("\n# {}", step.to_string().trim_start()));
        if !step.change_at_once {
            self.line("settle".to_owned());
        }
        self.operation(&step.operation);
        if step.change_at_once {
            self.line("settle".to_owned());
        }
        if let Some(Compile { cached_first, leftovers, again, jobs }) = step.compile {
            self.own_source();
            let order = if cached_first { "cached bare" } else { "bare cached" };
            let order = match again {
                Again::Not => order.to_owned(),
                Again::Times(_) | Again::UntilRemembered if hits_only => format!("{order} settle served"),
                Again::Times(times) => format!("{order} settle{}", " cached".repeat(times)),
                Again::UntilRemembered => format!("{order} settle remembered"),
            };
            let over = if leftovers { "over" } else { "" };
            if jobs {
                self.line(format!("jobs_in {}", jobs::FOLDERS.join(" ")));
            }
            self.line(format!("compile '{order}' '{over}' '{}' {}", self.variables(), self.words()));
            if jobs {
                self.line("no_jobs".to_owned());
            }
        }
        if step.number.is_multiple_of(KEEP_EVERY) {
            self.calls.insert(step.number, self.call.clone());
        }
    }

    fn operation(&mut self, operation: &Operation) {
        let line = match operation {
            Operation::Again => return,
            Operation::Edit { path, number } => format!("edit {path} {number}"),
            Operation::EditUnseen { path, number } => format!("edit_unseen {path} {number}"),
            Operation::Replace { path, number } => format!("replace {path} {number}"),
            Operation::Touch { path } => format!("touch -c {path}"),
            Operation::Create { path, name, number } => {
                format!("create {path} {}", contents(&header_text(name, *number)))
            }
            Operation::Delete { path } => format!("rm -r {path}"),
            Operation::MakeFolder { path } => format!("mkdir {path}"),
            Operation::Retarget { link, target } => format!("retarget {link} {target}"),
            Operation::Move { from, to } => format!("move {from} {to}"),
            Operation::Swap { one, other } => format!("swap {one} {other}"),
            Operation::HardLink { from, to } => format!("hard_link {from} {to}"),
            Operation::Link { from, to } => format!("symbolic_link {from} {to}"),
            Operation::Twin { from, to } => format!("twin {from} {to}"),
            Operation::Relocate { place } => format!("relocate {place}"),
            Operation::Copy { place } => format!("copy {place}"),
            Operation::Switch { place } => format!("switch {place}"),
            Operation::Call(call) => {
                self.call = call.clone();
                return;
            }
            Operation::Precompile => {
                self.call = self.call.with_precompiled();
                let header = self.call.precompile_words(Path::new("$PWD")).join(" ");
                let (file, variables) = (self.call.precompiled(), self.variables());
                format!("precompile {file} '{variables}' \"{header}\" {}", self.words())
            }
            Operation::Revert { step } => {
                let Some(call) = self.calls.get(step) else { return };
                self.call = call.clone();
                format!("back {step}")
            }
        };
        self.line(line);
    }

    /// What the call takes besides words.
    fn own_source(&mut self) {
        let input = self.call.input().unwrap_or_else(|| "/dev/null".to_owned());
        if self.input != input {
            self.line(format!("input={input}"));
            self.input = input;
        }
        let source = self.call.own_source(Path::new("$PWD"));
        let (trial, line) = match source {
            Some((path, text)) if self.call.layout.removes_source() => {
                (path.clone(), Some(format!("trial={path} question={}", quoted(text.trim_end()))))
            }
            Some((path, text)) => {
                let text = quoted(text.trim_end()).replace("$PWD", "'\"$PWD\"'");
                (String::new(), Some(format!("own {path} {text}")))
            }
            None => (String::new(), None),
        };
        if !self.trial.is_empty() && trial.is_empty() {
            self.line("trial=".to_owned());
        }
        self.trial = trial;
        line.into_iter().for_each(|line| self.line(line));
    }

    fn variables(&self) -> String {
        let variables: Vec<String> = self.call.variables().map(|(name, value)| format!("{name}={value}")).collect();
        variables.join(" ")
    }

    /// None of them has anything that a shell would change but `$PWD`, which it is to put in.
    fn words(&self) -> String {
        self.call.words(Path::new("$PWD")).join(" ")
    }

    fn line(&mut self, line: String) {
        writeln!(self.text, "{line}").expect("a string takes all that is written to it");
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A file's text, with what nearly all begin with by its name.
fn contents(text: &str) -> String {
    quoted(text.trim_end()).replace(SHOW.trim_end(), "'\"$SHOW\"'")
}

#[test]
fn a_script_of_every_operation_runs_and_finds_no_difference() {
    let compiler = zccache_tests::Compiler { name: "gcc", suffix: "c" };
    if !zccache_tests::required(compiler.name) {
        return;
    }
    let path = |path: &str| path.to_owned();
    let operations = [
        Operation::Edit { path: path("inc/one/common.h"), number: 10 },
        Operation::EditUnseen { path: path("inc/one/common.h"), number: 11 },
        Operation::Replace { path: path("inc/one/common.h"), number: 12 },
        Operation::Touch { path: path("src/first.c") },
        Operation::Create { path: path("src/option.h"), name: "option.h", number: 2 },
        Operation::Delete { path: path("src/option.h") },
        Operation::MakeFolder { path: path("inc/four") },
        Operation::Retarget { link: path("inc/one/api"), target: path("../../versions/second") },
        Operation::Move { from: path("inc/one/deep"), to: path("inc/one/deep.away") },
        Operation::Revert { step: 6 },
        Operation::Precompile,
        Operation::Swap { one: path("inc/one/inner.h"), other: path("inc/two/inner.h") },
        Operation::HardLink { from: path("inc/one/inner.h"), to: path("inc/two/inner.h") },
        Operation::Link { from: path("inc/one/common.h"), to: path("src/common.h") },
        Operation::Twin { from: path("inc/one/inner.h"), to: path("inc/two/inner.h") },
        Operation::Copy { place: "far/away" },
        Operation::Relocate { place: "there" },
        Operation::Switch { place: "here" },
        Operation::Revert { step: 12 },
        Operation::Revert { step: 0 },
        Operation::Again,
    ];
    let layouts = LAYOUTS.map(|layout| Operation::Call(Call::new(compiler, Some(layout))));
    let operations = operations.into_iter().chain(layouts);
    let steps = operations.zip(1..).map(|(operation, number)| Step {
        number,
        operation,
        change_at_once: number % 2 == 0,
        compile: Some(Compile {
            cached_first: number % 4 == 1,
            leftovers: number % 3 == 1,
            again: [Again::Not, Again::Times(2), Again::UntilRemembered][number % 3],
            jobs: number % 5 == 0,
        }),
    });
    let setting = Setting { compiler, watched: true, age: Age::Old, layout: None, hits_only: false };
    let scenario = Scenario { setting, left_out: vec![path("forced.h")], steps: steps.collect() };
    let repeated = crate::engine::Engine::repeat(&scenario);
    assert!(repeated.is_ok_and(|tally| tally.outcomes["hits"] > 5 && tally.answered > 0));

    let world = zccache_tests::World::new();
    world.write("script", script(&scenario));
    let mut command = world.command("sh");
    let run = zccache_tests::run(command.arg("script").env("ZCCACHE", zccache_tests::zccache()));
    assert_eq!((run.code, run.out(), run.err()), (Some(0), String::new(), String::new()));
}

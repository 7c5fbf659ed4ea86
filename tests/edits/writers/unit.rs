//! A source that shows the states of some headers, how it is compiled, and what an answer shows.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use zccache_tests::{Compiler, Run, World, run};

use super::header::{FOLDERS, Header, name};
use super::history::{Clock, Span, State};
use super::{CALLERS, HEADERS, WRITERS};

/// What is made of a source, and the suffix of it.
const MODES: [(&str, &str); 3] = [("-c", "o"), ("-S", "s"), ("-E", "i")];

/// What the calls of each caller say besides: as makefiles have it, and as they have it where objects lie beside sources.
const STYLES: [&str; CALLERS] = ["", "-MMD -MP ", "-I. -MD "];

/// A source and a call.
pub struct Unit {
    call: String,
    output: String,
    headers: Vec<usize>,
}

/// A call that has ended.
pub struct Compiled {
    call: String,
    headers: Vec<usize>,
    when: Span,
    run: Run,
    output: Option<Vec<u8>>,
}

impl Unit {
    /// The units of one who compiles, whose own header has the same number. Nobody else writes their outputs.
    pub fn create(work: &Path, compiler: Compiler, caller: usize) -> Vec<Unit> {
        let of_writer = |writer: usize, header: usize| CALLERS + writer % WRITERS * HEADERS + header % HEADERS;
        let shown = [
            vec![caller],
            vec![caller, of_writer(caller, 0)],
            vec![caller, of_writer(0, caller), of_writer(1, caller + 1)],
            vec![(caller + 1) % CALLERS, of_writer(caller, 2), caller],
        ];
        let units = shown.into_iter().enumerate().map(|(index, headers)| {
            let source = format!("source-{caller}-{index}.{}", compiler.suffix);
            fs::write(work.join(&source), source_text(&headers)).expect("the working folder is ours");
            let (mode, suffix) = MODES[if index == 3 { caller % MODES.len() } else { 0 }];
            // One writes its outputs where headers are looked for.
            let folder = if caller == 0 { FOLDERS[0] } else { "." };
            let output = format!("{folder}/made-{caller}-{index}.{suffix}");
            let style = if mode == "-E" { "" } else { STYLES[caller] };
            let folders = FOLDERS.map(|folder| format!("-I{folder}")).join(" ");
            Unit { call: format!("{} {style}{folders} {mode} {source} -o {output}", compiler.name), output, headers }
        });
        units.collect()
    }

    /// Compiles through the cache.
    pub fn compile(&self, world: &World, clock: &Clock) -> Compiled {
        world.remove(&self.output);
        let mut command = world.zccache(self.call.split(' '));
        let ((run, output), when) = clock.span(|| {
            let run = run(&mut command);
            (run, world.read(&self.output))
        });
        Compiled { call: self.call.clone(), headers: self.headers.clone(), when, run, output }
    }

    /// Compiles bare and through the cache, while nothing changes.
    #[track_caller]
    pub fn compare(&self, world: &World) {
        let (stem, _) = self.output.rsplit_once('.').expect("it has a suffix");
        let rule = format!("{stem}.d");
        let outputs = [self.output.as_str(), rule.as_str()];
        let bare = world.make_bare(&self.call, &outputs);
        assert_eq!(world.make_cached(&self.call, &outputs), bare, "{} after all changes", self.call);
    }
}

/// A header that is not there is shown as such. What is shown stands in what is made, and in what the compiler says.
fn source_text(headers: &[usize]) -> String {
    let mut text = String::new();
    for header in headers {
        let name = name(*header);
        let absent = format!("#define HEADER_{header} \"<{header}=absent>\"");
        writeln!(text, "#if __has_include(<{name}>)\n#include <{name}>\n#else\n{absent}\n#endif")
            .expect("a string takes all that is written");
    }
    let all: Vec<String> = headers.iter().map(|header| format!("HEADER_{header}")).collect();
    let all = all.join(" ");
    text + &format!("#pragma message ({all})\nconst char shown[] = {all};\n")
}

impl Compiled {
    /// Whether the compiler did not end well.
    pub fn failed(&self) -> bool {
        !self.run.succeeded()
    }

    /// What is wrong with the answer, for people; none: nothing.
    pub fn wrong(&self, headers: &[Header]) -> Option<String> {
        let what = self.breach(headers)?;
        let Span { from, to } = self.when;
        let mut text = format!("== {what}: {}, from {from} to {to}: {:?}\n", self.call, self.run);
        for header in &self.headers {
            writeln!(text, "{}", headers[*header].around(self.when)).expect("a string takes all that is written");
        }
        Some(text)
    }

    fn breach(&self, headers: &[Header]) -> Option<String> {
        for (header, state) in shown(&self.run.stderr) {
            if !headers[header].may_be(state, self.when) {
                return Some(format!("the compiler says that header {header} is {state}"));
            }
        }
        if self.failed() {
            let may_fail = self.headers.iter().any(|header| headers[*header].may_fail(self.when));
            return (!may_fail).then(|| "a failure for no reason".to_owned());
        }
        let Some(output) = &self.output else { return Some("no output".to_owned()) };
        let shown: BTreeMap<usize, State> = shown(output).into_iter().collect();
        for header in &self.headers {
            match shown.get(header) {
                // A preprocessor leaves the names be that a broken header does not define.
                None if headers[*header].may_be(State::Broken, self.when) => {}
                None => return Some(format!("header {header} is not shown")),
                Some(state) if !headers[*header].may_be(*state, self.when) => {
                    return Some(format!("header {header} is shown as {state}"));
                }
                Some(_) => {}
            }
        }
        None
    }
}

/// All that is shown in a text: `<3=12>`, `<3=absent>`.
fn shown(text: &[u8]) -> Vec<(usize, State)> {
    let text = String::from_utf8_lossy(text);
    let marks = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).filter_map(|(mark, _)| {
        let (header, state) = mark.split_once('=')?;
        let state = if state == "absent" { State::Absent } else { State::Shows(state.parse().ok()?) };
        Some((header.parse().ok()?, state))
    });
    marks.collect()
}

#[test]
fn what_is_shown_is_found_in_anything() {
    assert_eq!(shown(b"\x00<3=12><4=absent>\xff <x> <5=>"), [(3, State::Shows(12)), (4, State::Absent)]);
}

//! Golden tests: a command line in, a decision as text out, held against a file that a person reads in review.

use std::fmt::Write as _;

use crate::contract::{
    Absence, Answer, Chain, Collected, Decision, Dependency, Failures, GrantKind, Input, Invocation, Lookup, Observe,
    ProgramKind, Question, Role, Streams, Token, TokenRule, Tool, Unit, Word,
};

/// A call of a machine-code tool from `/work` with no declared variables and no terminal.
pub fn invocation(program: &str, real: &str, arguments: &[&str]) -> Invocation {
    Invocation {
        tool: Tool {
            name: crate::path::file_name(program).to_owned(),
            path: program.to_owned(),
            real: real.to_owned(),
            what: ProgramKind::Binary,
        },
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        directory: "/work".to_owned(),
        environment: Vec::new(),
        streams: Streams { stdout_is_terminal: false, stderr_is_terminal: false },
        answers: Vec::new(),
        more: Vec::new(),
    }
}

/// Most rounds of questions in which a host has a call planned.
const ROUNDS: usize = 8;

/// Has a plugin decide on a call, its questions answered one by one; with what it asked, as text. The answers stay in the
/// call.
///
/// # Panics
/// Where it goes on asking.
pub fn decide<P: crate::Plugin>(
    invocation: &mut Invocation,
    answer: impl Fn(&Invocation, &Question) -> Answer,
) -> (String, Decision) {
    let mut asked = String::new();
    for _ in 0..ROUNDS {
        let said = P::plan(invocation);
        let Decision::Need(questions) = &said else { return (asked, said) };
        asked += &decision(invocation, &said);
        for question in questions {
            let answered = answer(invocation, question);
            invocation.answers.push(answered);
        }
    }
    panic!("no decision after {ROUNDS} rounds");
}

/// A call, what was asked of it and what was decided, as text.
pub fn dialogue(invocation: &Invocation, asked: &str, decided: &Decision) -> String {
    let command = format!("$ {} {}\n", invocation.tool.name, invocation.arguments.join(" "));
    command + asked + &decision(invocation, decided)
}

/// Compares text with the golden file at `path`, which is written anew where `UPDATE_GOLDEN` is set.
///
/// # Panics
/// Where they differ.
#[cfg(not(target_arch = "wasm32"))]
pub fn check(path: &std::path::Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        expected == actual,
        "{} differs; if the change is meant, raise the key version where answers change meaning and run the test with \
         UPDATE_GOLDEN=1\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    );
}

/// A decision as text, one fact a line.
pub fn decision(invocation: &Invocation, decision: &Decision) -> String {
    let mut text = String::new();
    match decision {
        Decision::Decline => text.push_str("decline\n"),
        Decision::Bypass(refusal) => line(&mut text, &format!("bypass {}: {}", refusal.reason, refusal.detail)),
        Decision::Need(questions) => {
            for question in questions {
                line(&mut text, &format!("need {}", render_question(invocation, question)));
            }
        }
        Decision::Run(run) => {
            for (index, chain) in run.chains.iter().enumerate() {
                line(&mut text, &format!("chain {index}: {}", chain.join(" ")));
            }
            for input in &run.assumptions {
                line(&mut text, &format!("assumes {}", render_input(input)));
            }
            render_unit(&mut text, invocation, &run.unit);
        }
        Decision::Split(calls) => {
            for call in calls {
                let words = call.iter().filter_map(|index| invocation.arguments.get(*index as usize));
                line(&mut text, &format!("call {}", words.cloned().collect::<Vec<_>>().join(" ")));
            }
        }
    }
    text
}

/// What `collect` said, as text, one fact a line.
pub fn collected(collected: &Collected) -> String {
    let mut text = String::new();
    match collected {
        Collected::Refuse(refusal) => line(&mut text, &format!("refuse {}: {}", refusal.reason, refusal.detail)),
        Collected::Facts(paths) => {
            for path in paths {
                line(&mut text, &format!("facts {path}"));
            }
        }
        Collected::Find(find) => {
            for token in &find.tokens {
                line(&mut text, &format!("find {}", render_token(token)));
            }
            for path in &find.files {
                line(&mut text, &format!("in {path}"));
            }
        }
        Collected::Companion(probe) => {
            line(&mut text, &format!("companion {} with {:?}", probe.grant, probe.user));
        }
        Collected::Done(reading) => {
            for (index, chain) in reading.chains.iter().enumerate() {
                line(&mut text, &format!("chain {index}: {}", chain.join(" ")));
            }
            for input in &reading.inputs {
                line(&mut text, &format!("input {}", render_input(input)));
            }
            for lookup in &reading.lookups {
                line(&mut text, &format!("lookup {}", render_lookup(lookup)));
            }
            for name in &reading.variables {
                line(&mut text, &format!("variable {name}"));
            }
            if reading.directory {
                line(&mut text, "the working directory");
            }
        }
    }
    text
}

/// A description as text, one fact a line.
pub fn description(description: &crate::contract::Description) -> String {
    let mut text = format!("id {}\nkey version {}\n", description.id, description.key_version);
    for program in &description.programs {
        line(&mut text, &format!("program {program}"));
    }
    for variable in &description.environment {
        line(&mut text, &format!("variable {variable}"));
    }
    for grant in &description.grants {
        let what = match grant.what {
            GrantKind::Addition => "addition",
            GrantKind::MessageAddition => "addition for messages",
            GrantKind::Probe => "probe",
            GrantKind::SelfProbe => "probe of itself",
            GrantKind::Companion => "companion",
        };
        let words: Vec<String> = grant
            .words
            .iter()
            .map(|word| match word {
                Word::Literal(literal) => literal.clone(),
                Word::Scratch(prefix) => format!("{prefix}<scratch>"),
                Word::User => "<user>".to_owned(),
            })
            .collect();
        line(&mut text, &format!("{what} {}: {}", grant.id, words.join(" ")));
    }
    for token in &description.tokens {
        line(&mut text, &format!("token {}", render_token(token)));
    }
    text
}

fn render_token(token: &Token) -> String {
    let rule = match &token.find {
        TokenRule::WholeWord(word) => format!("word {word}"),
        TokenRule::Name(rule) => format!("{} {:?} {:?}", rule.lead, rule.words, rule.delimiters),
        TokenRule::Digits(rule) => format!("{} digits behind {:?}", rule.count, rule.lead),
    };
    format!("{}: {rule}", token.id)
}

fn render_unit(text: &mut String, invocation: &Invocation, unit: &Unit) {
    let out: Vec<&str> = unit
        .roles
        .iter()
        .zip(&invocation.arguments)
        .filter(|(role, _)| **role != Role::Key)
        .map(|(_, argument)| argument.as_str())
        .collect();
    line(text, &format!("out of the key: {}", if out.is_empty() { "nothing".to_owned() } else { out.join(" ") }));
    for property in &unit.key {
        line(text, &format!("key {} = {}", property.name, property.value));
    }
    for property in &unit.sometimes {
        line(text, &format!("sometimes {} = {}", property.name, property.value));
    }
    line(text, &format!("directory in key: {}", unit.directory_in_key));
    for variable in &unit.irrelevant_environment {
        line(text, &format!("irrelevant {variable}"));
    }
    for input in &unit.inputs {
        line(text, &format!("input {}", render_input(input)));
    }
    for lookup in &unit.lookups {
        line(text, &format!("lookup {}", render_lookup(lookup)));
    }
    for output in &unit.outputs {
        let named = match output.named_by {
            Some(index) => format!("by argument {index}"),
            None => "by the tool".to_owned(),
        };
        let required = if output.required { "" } else { ", optional" };
        let replaced = if output.replaced { ", replaced" } else { "" };
        line(text, &format!("output {} {} named {named}{required}{replaced}", output.role, output.path));
    }
    for (grant, before) in &unit.additions {
        line(text, &format!("addition {grant} before argument {before}"));
    }
    for dependency in &unit.dependencies {
        let rendered = match dependency {
            Dependency::Scratch(grant) => format!("scratch file of {grant}"),
            Dependency::Output(role) => format!("output {role}"),
            Dependency::Scan(scan) => format!("scan for {}", scan.token),
            Dependency::ScanInstead(scan) => format!("scan for {} where there is no list", scan.token),
        };
        line(text, &format!("dependencies from {rendered}"));
    }
    if let Some(scan) = &unit.ahead {
        line(text, &format!("ahead: scan for {}", scan.token));
    }
    for state in &unit.earlier {
        let unfinished = state.unfinished.join(" ");
        line(text, &format!("earlier state {}/{}*, unfinished: {unfinished}", state.folder, state.prefix));
    }
    match unit.failures {
        Failures::Forget => {}
        Failures::Keep => line(text, "failures are kept"),
        Failures::KeepWhereNothingIs => line(text, "failures are kept, and given where nothing is"),
    }
}

fn render_question(invocation: &Invocation, question: &Question) -> String {
    match question {
        Question::Read(file) => format!("read {file}"),
        Question::Look(path) => format!("look {path}"),
        Question::StandardInput => "standard input".to_owned(),
        Question::Probe(probe) => {
            let words: Vec<&str> = probe
                .user
                .iter()
                .map(|index| invocation.arguments.get(*index as usize).map_or("?", String::as_str))
                .collect();
            format!("probe {} with [{}]", probe.grant, words.join(" "))
        }
    }
}

fn render_input(input: &Input) -> String {
    let absence = if input.absence == Absence::MayBeAbsent { ", may be absent" } else { "" };
    format!("{} {}{absence}", input.path, render_observe(input.observe))
}

fn render_lookup(lookup: &Lookup) -> String {
    let chain = match &lookup.chain {
        Chain::Listed(chain) => format!("in chain {chain}"),
        Chain::Beside((folder, chain)) => format!("beside '{folder}', then in chain {chain}"),
        Chain::Programs => "in PATH".to_owned(),
    };
    let all = if lookup.all { ", every folder" } else { "" };
    format!("{} {chain} {}{all}", lookup.name, render_observe(lookup.observe))
}

fn render_observe(observe: Observe) -> &'static str {
    match observe {
        Observe::Content => "content",
        Observe::ContentAndTime => "content and time",
        Observe::Kind => "kind",
        Observe::Identity => "identity",
        Observe::Listing => "listing",
        Observe::Tree => "tree",
        Observe::Program => "program",
        Observe::ProgramInPath => "program in PATH",
        Observe::Made => "made",
    }
}

fn line(text: &mut String, fact: &str) {
    writeln!(text, "{fact}").expect("writing to a String cannot fail");
}

//! Invocations, from the model to the contract, and decisions, from the contract to the model.

use zccache_model::invocation::{ExitStatus, Invocation, ProgramKind};
use zccache_model::plan::{
    Addition, Answer, Decision, Dependency, EarlierState, Failures, Output, Plan, Probe, Question, Role, Scan, Search,
    Unit,
};

use super::given::{file_kind, input, lookup, refusal};
use super::{Items, Stop, nothing_more, too_long, unknown_property};
use crate::bindings::wire;
use crate::fault::PluginFault;

/// Hands an invocation over, with the answers so far. That both streams are one is the host's own business.
pub(crate) fn with_invocation<R>(
    invocation: &Invocation,
    answers: &[Answer],
    give: impl FnOnce(wire::Invocation<'_>) -> R,
) -> R {
    let arguments: Vec<&str> = invocation.arguments.iter().map(String::as_str).collect();
    let environment: Vec<(&str, &str)> =
        invocation.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answers: Vec<wire::Answer<'_>> = answers.iter().map(answer).collect();
    let tool = &invocation.tool;
    let what = match tool.kind {
        ProgramKind::Binary => wire::ProgramKind::Binary,
        ProgramKind::Script => wire::ProgramKind::Script,
    };
    give(wire::Invocation {
        tool: wire::Tool { name: &tool.name, path: &tool.path, real: &tool.real, what },
        arguments: &arguments,
        directory: &invocation.directory,
        environment: &environment,
        streams: wire::Streams {
            stdout_is_terminal: invocation.streams.stdout_is_terminal,
            stderr_is_terminal: invocation.streams.stderr_is_terminal,
        },
        answers: &answers,
        more: &[],
    })
}

fn answer(answer: &Answer) -> wire::Answer<'_> {
    match answer {
        Answer::Content(content) => wire::Answer::Content(content.as_deref()),
        Answer::Is(kind) => wire::Answer::Is(file_kind(*kind)),
        Answer::Ran(ran) => {
            wire::Answer::Ran(wire::Ran { status: status(ran.status), stdout: &ran.stdout, stderr: &ran.stderr })
        }
    }
}

/// The contract counts from zero; a code that the system gives as negative keeps its bits.
pub(super) fn status(status: ExitStatus) -> wire::Status {
    match status {
        ExitStatus::Exited(code) => wire::Status::Exited(code as u32),
        ExitStatus::Signalled(signal) => wire::Status::Signalled(signal as u32),
    }
}

/// What the plugin decided. A plan that says something unknown is a bypass.
pub(crate) fn decision(given: wire::Decision) -> Result<Decision, PluginFault> {
    let mut items = Items::new();
    let decision = match given {
        wire::Decision::Decline => Ok(Decision::Decline),
        wire::Decision::Bypass(given) => Ok(Decision::Bypass(refusal(given))),
        wire::Decision::Need(questions) => items.lists(questions, question).map(Decision::Need),
        wire::Decision::Run(run) => plan(&mut items, run).map(|plan| Decision::Run(Box::new(plan))),
        wire::Decision::Split(calls) => items.lists(calls, Items::plain).map(Decision::Split),
    };
    match decision {
        Ok(decision) => Ok(decision),
        Err(Stop::UnknownProperty(name)) => Ok(Decision::Bypass(unknown_property(&name))),
        Err(Stop::TooLong) => Err(too_long()),
    }
}

fn question(items: &mut Items, given: wire::Question) -> Result<Question, Stop> {
    Ok(match given {
        wire::Question::Read(file) => Question::Read(file),
        wire::Question::Look(path) => Question::Look(path),
        wire::Question::StandardInput => Question::StandardInput,
        wire::Question::Probe(given) => Question::Probe(probe(items, given)?),
    })
}

pub(super) fn probe(items: &mut Items, given: wire::Probe) -> Result<Probe, Stop> {
    Ok(Probe { grant: given.grant, user: items.plain(given.user)? })
}

fn plan(items: &mut Items, given: wire::Run) -> Result<Plan, Stop> {
    nothing_more(&given.more)?;
    Ok(Plan {
        chains: items.lists(given.chains, Items::plain)?,
        unit: unit(items, given.unit)?,
        assumptions: items.list(given.assumptions, input)?,
    })
}

fn unit(items: &mut Items, given: wire::Unit) -> Result<Unit, Stop> {
    nothing_more(&given.more)?;
    Ok(Unit {
        roles: items.list(given.roles, role)?,
        key: items.list(given.key, |property| (property.name, property.value))?,
        sometimes: items.list(given.sometimes, |property| (property.name, property.value))?,
        directory_in_key: given.directory_in_key,
        irrelevant_environment: items.plain(given.irrelevant_environment)?,
        inputs: items.list(given.inputs, input)?,
        lookups: items.list(given.lookups, lookup)?,
        outputs: items.list(given.outputs, output)?,
        additions: items.list(given.additions, |(grant, before)| Addition { grant, before })?,
        dependencies: items.lists(given.dependencies, dependency)?,
        failures: match given.failures {
            wire::Failures::Forget => Failures::Forget,
            wire::Failures::Keep => Failures::Keep,
            wire::Failures::KeepWhereNothingIs => Failures::KeepWhereNothingIs,
        },
        ahead: given.ahead.map(|given| scan(items, given)).transpose()?,
        earlier: items.lists(given.earlier, earlier_state)?,
        state: given.state,
    })
}

fn earlier_state(items: &mut Items, given: wire::EarlierState) -> Result<EarlierState, Stop> {
    let wire::EarlierState { folder, prefix, unfinished } = given;
    Ok(EarlierState { folder, prefix, unfinished: items.plain(unfinished)? })
}

fn role(given: wire::Role) -> Role {
    match given {
        wire::Role::Key => Role::Key,
        wire::Role::Out(wire::Reason::OutputPath) => Role::OutputPath,
        wire::Role::Out(wire::Reason::Sometimes) => Role::Sometimes,
    }
}

fn output(given: wire::Output) -> Output {
    let wire::Output { role, path, required, named_by, replaced } = given;
    Output { role, path, required, named_by, replaced }
}

fn dependency(items: &mut Items, given: wire::Dependency) -> Result<Dependency, Stop> {
    Ok(match given {
        wire::Dependency::Scratch(grant) => Dependency::Scratch(grant),
        wire::Dependency::Output(role) => Dependency::Output(role),
        wire::Dependency::Scan(given) => Dependency::Scan(scan(items, given)?),
        wire::Dependency::ScanInstead(given) => Dependency::ScanInstead(scan(items, given)?),
    })
}

fn scan(items: &mut Items, given: wire::Scan) -> Result<Scan, Stop> {
    Ok(Scan {
        token: given.token,
        searches: items.list(given.searches, |search| Search { chain: search.chain, beside: search.beside })?,
        all_words: items.plain(given.all_words)?,
    })
}

//! Runs and what was learnt of them, from the model to the contract, and readings, from the contract to the model.

use zccache_model::plugin::{Description, Token, TokenRule};
use zccache_model::reading::{Collected, CompanionRun, Fact, Find, Finding, Found, Learnt, Reading, RunRecord};

use super::describe::token;
use super::given::{file_kind, input, lookup, refusal};
use super::plan::{probe, status};
use super::{Items, Stop, nothing_more, too_long, unknown_property};
use crate::bindings::wire;
use crate::fault::PluginFault;

/// Hands over a run, with what was learnt so far. The host names tokens and words by their places; plugins are told their
/// texts.
pub(crate) fn with_outcome<R>(
    description: &Description,
    run: &RunRecord,
    learnt: &Learnt,
    give: impl FnOnce(wire::Outcome<'_>) -> R,
) -> Result<R, PluginFault> {
    let dependencies: Vec<Option<&[u8]>> = run.dependencies.iter().map(Option::as_deref).collect();
    let holds = learnt.facts.iter().map(|fact| findings(&description.tokens, &fact.findings));
    let holds = holds.collect::<Result<Vec<_>, _>>()?;
    let names = learnt.facts.iter().map(|fact| fact.names.as_ref().map(|names| as_texts(names)));
    let names: Vec<Option<Vec<&str>>> = names.collect();
    let facts = learnt.facts.iter().zip(&holds).zip(&names);
    let facts: Vec<wire::Fact<'_>> =
        facts.map(|((given, holds), names)| fact(given, holds, names.as_deref())).collect();
    let found = learnt.found.iter().map(|Found { tokens, findings: found }| findings(tokens, found));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let found: Vec<&[wire::Finding<'_>]> = found.iter().map(Vec::as_slice).collect();
    let companions: Vec<wire::CompanionRun<'_>> = learnt.companions.iter().map(companion).collect();
    Ok(give(wire::Outcome {
        state: &run.state,
        directory: &run.directory,
        stdout: &run.stdout,
        stderr: &run.stderr,
        joined: run.joined,
        dependencies: &dependencies,
        facts: &facts,
        found: &found,
        companions: &companions,
        // A code that the system gives as negative keeps its bits.
        code: run.code as u32,
        more: &[],
    }))
}

fn as_texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn fact<'a>(given: &'a Fact, findings: &'a [wire::Finding<'a>], names: Option<&'a [&'a str]>) -> wire::Fact<'a> {
    wire::Fact {
        is: file_kind(given.kind),
        content: given.content.as_deref(),
        file: given.file.as_deref(),
        findings,
        names,
    }
}

fn companion(given: &CompanionRun) -> wire::CompanionRun<'_> {
    let ran = &given.ran;
    wire::CompanionRun {
        ran: wire::Ran { status: status(ran.status), stdout: &ran.stdout, stderr: &ran.stderr },
        scratch: given.scratch.as_deref(),
    }
}

fn findings<'a>(tokens: &'a [Token], found: &'a [Finding]) -> Result<Vec<wire::Finding<'a>>, PluginFault> {
    let findings = found.iter().map(|found| finding(tokens, found)).collect::<Option<_>>();
    findings.ok_or_else(|| PluginFault::Host { message: "a finding is of another plugin's tokens".into() })
}

/// None: the finding names a token or a word that is not there.
fn finding<'a>(tokens: &'a [Token], found: &'a Finding) -> Option<wire::Finding<'a>> {
    let token = tokens.get(found.token as usize)?;
    let word = match (found.word, &token.rule) {
        (None, _) => "",
        (Some(word), TokenRule::Name(rule)) => rule.words.get(word as usize)?,
        (Some(_), TokenRule::WholeWord(_) | TokenRule::Digits(_)) => return None,
    };
    Some(wire::Finding { token: &token.id, word, delimiter: found.delimiter, name: &found.name })
}

/// What the plugin says the run read. A reading that says something unknown is refused.
pub(crate) fn collected(given: wire::Collected) -> Result<Collected, PluginFault> {
    let mut items = Items::new();
    let collected = match given {
        wire::Collected::Refuse(given) => Ok(Collected::Refuse(refusal(given))),
        wire::Collected::Facts(paths) => items.plain(paths).map(Collected::Facts),
        wire::Collected::Find(given) => find(&mut items, given).map(Collected::Find),
        wire::Collected::Companion(given) => probe(&mut items, given).map(Collected::Companion),
        wire::Collected::Done(given) => reading(&mut items, given).map(Collected::Done),
    };
    match collected {
        Ok(collected) => Ok(collected),
        Err(Stop::UnknownProperty(name)) => Ok(Collected::Refuse(unknown_property(&name))),
        Err(Stop::TooLong) => Err(too_long()),
    }
}

fn find(items: &mut Items, given: wire::Find) -> Result<Find, Stop> {
    Ok(Find { tokens: items.lists(given.tokens, token)?, files: items.plain(given.files)? })
}

fn reading(items: &mut Items, given: wire::Reading) -> Result<Reading, Stop> {
    nothing_more(&given.more)?;
    Ok(Reading {
        chains: items.lists(given.chains, Items::plain)?,
        inputs: items.list(given.inputs, input)?,
        lookups: items.list(given.lookups, lookup)?,
        variables: items.plain(given.variables)?,
        directory: given.directory,
    })
}

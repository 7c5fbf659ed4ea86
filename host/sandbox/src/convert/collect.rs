//! Runs and facts, from the model to the contract, and readings, from the contract to the model.

use zccache_model::plugin::{Description, TokenRule};
use zccache_model::reading::{Collected, Fact, Finding, Reading, RunRecord};

use super::given::{file_kind, input, lookup, refusal};
use super::{Items, Stop, nothing_more, too_long, unknown_property};
use crate::bindings::wire;
use crate::fault::PluginFault;

/// Hands over a run, with the facts so far. The host names tokens and words by their places in the description; plugins
/// are told their texts.
pub(crate) fn with_outcome<R>(
    description: &Description,
    run: &RunRecord,
    facts: &[Fact],
    give: impl FnOnce(wire::Outcome<'_>) -> R,
) -> Result<R, PluginFault> {
    let dependencies: Vec<Option<&[u8]>> = run.dependencies.iter().map(Option::as_deref).collect();
    let findings = facts
        .iter()
        .map(|fact| fact.findings.iter().map(|found| finding(description, found)).collect())
        .collect::<Option<Vec<Vec<wire::Finding<'_>>>>>()
        .ok_or_else(|| PluginFault::Host { message: "a finding is of another plugin's tokens".into() })?;
    let names: Vec<Option<Vec<&str>>> =
        facts.iter().map(|fact| fact.names.as_ref().map(|names| names.iter().map(String::as_str).collect())).collect();
    let facts: Vec<wire::Fact<'_>> = facts
        .iter()
        .zip(&findings)
        .zip(&names)
        .map(|((fact, findings), names)| wire::Fact {
            is: file_kind(fact.kind),
            content: fact.content.as_deref(),
            file: fact.file.as_deref(),
            findings,
            names: names.as_deref(),
        })
        .collect();
    Ok(give(wire::Outcome {
        state: &run.state,
        directory: &run.directory,
        stdout: &run.stdout,
        stderr: &run.stderr,
        dependencies: &dependencies,
        facts: &facts,
        // A code that the system gives as negative keeps its bits.
        code: run.code as u32,
        more: &[],
    }))
}

/// None: the finding names a token or a word that the description does not have.
fn finding<'a>(description: &'a Description, found: &'a Finding) -> Option<wire::Finding<'a>> {
    let token = description.tokens.get(found.token as usize)?;
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
        wire::Collected::Done(given) => reading(&mut items, given).map(Collected::Done),
    };
    match collected {
        Ok(collected) => Ok(collected),
        Err(Stop::UnknownProperty(name)) => Ok(Collected::Refuse(unknown_property(&name))),
        Err(Stop::TooLong) => Err(too_long()),
    }
}

fn reading(items: &mut Items, given: wire::Reading) -> Result<Reading, Stop> {
    nothing_more(&given.more)?;
    Ok(Reading {
        chains: items.lists(given.chains, Items::plain)?,
        inputs: items.list(given.inputs, input)?,
        lookups: items.list(given.lookups, lookup)?,
        variables: items.plain(given.variables)?,
    })
}

//! What a run read, from its depfile or the host's scan and from what the host found in those files.
//!
//! A depfile is not the whole of it: it leaves out files that were only asked for, files that `#pragma once` skipped as
//! another one's twin, precompiled headers and what the assembler included. So every name that the files hold becomes a
//! lookup; one that the compiler never reached only costs hits.

mod asks;
mod computed;
mod diagnostics;
pub(crate) mod failures;
mod findings;
mod folders;
mod listed;
mod macros;
mod precompiled;
mod reading;
mod twins;

use std::collections::HashSet;

use zccache_plugin_sdk::answer::{self, refuse};
use zccache_plugin_sdk::contract::{Collected, Fact, FileKind, Outcome, Refusal};
use zccache_plugin_sdk::inquiry::{Inquiry, Stop};
use zccache_plugin_sdk::path;

use crate::context::Context;
use crate::description::INCLUDED;
use computed::Computed;
use failures::Came;
use findings::Found;
use folders::Folders;
use listed::{Followed, Listed};
use reading::{Reading, RestsOn};

/// What the run read.
pub(crate) fn collect(outcome: &Outcome) -> Collected {
    let Some(context) = Context::decode(&outcome.state) else {
        return refuse("state", "the plan's state is not readable");
    };
    read(&context, outcome).unwrap_or_else(Stop::collected)
}

/// What one attempt comes to.
enum Attempt {
    /// All that was read.
    Read(Collected),
    /// A list of all headers is needed.
    LacksHeaders,
    /// A list of what a precompiled header stands for is needed.
    LacksWhatIsBehind,
}

fn read(context: &Context, outcome: &Outcome) -> Result<Collected, Stop> {
    let inquiry = Inquiry::new(outcome);
    let came = failures::check(outcome.code, [&outcome.stdout, &outcome.stderr])?;
    if context.refused && came != Came::Nowhere {
        return Err(answer::refusal("search-path", "the compiler took options that it had refused").into());
    }
    let listed = Listed::of(context, outcome, came)?;
    let (reason, file) = match attempt(context, outcome, &inquiry, &listed)? {
        Attempt::Read(collected) => return Ok(collected),
        Attempt::LacksHeaders => ("computed-include", context.source.clone()),
        Attempt::LacksWhatIsBehind => ("precompiled-header-in-source", context.source.clone()),
    };
    let Some(reading) = &context.reading else { return Err(answer::refusal(reason, file).into()) };
    let ran = inquiry.companion(INCLUDED, reading)?;
    let listed = match reason {
        "computed-include" => listed.with_headers(context, ran)?,
        _ => listed.with_what_is_behind(context, ran)?,
    };
    match attempt(context, outcome, &inquiry, &listed)? {
        Attempt::Read(collected) => Ok(collected),
        Attempt::LacksHeaders | Attempt::LacksWhatIsBehind => Err(answer::refusal(reason, file).into()),
    }
}

fn attempt(context: &Context, outcome: &Outcome, inquiry: &Inquiry<'_>, listed: &Listed) -> Result<Attempt, Stop> {
    let Listed { read: paths, assembled, behind, followed } = listed;
    let mut quoted = Vec::new();
    // What was kept of the way to the object, the compiler read too. What it was asked to print is no message.
    let printed = context.prints && !outcome.joined;
    let streams = if printed { vec![&outcome.stderr] } else { vec![&outcome.stdout, &outcome.stderr] };
    for stream in streams {
        // Where the caller's two streams are one, the first holds both.
        let known = paths.iter().chain(assembled).chain(behind).chain(&context.outputs);
        quoted.extend(diagnostics::check(stream, known)?);
    }
    // What is asked for in the first round, and its folder, is known as it was when the run ended.
    let folders = folders::questions(context, paths);
    let facts = inquiry.facts(&[&paths[..], behind, assembled, &folders, &quoted].concat())?;
    let (facts, rest) = facts.split_at(paths.len());
    let (behind_facts, rest) = rest.split_at(behind.len());
    let (assembled_facts, rest) = rest.split_at(assembled.len());
    let folder_facts = &rest[..folders.len()];
    check_kinds(paths, facts)?;
    if *followed == Some(Followed::FromNowhere) {
        return Ok(Attempt::LacksHeaders);
    }
    let mut reading = Reading::new(context);
    let mut found = findings::gather(&mut reading, paths, facts)?;
    findings::check_behind(context, &mut found, behind, behind_facts)?;
    let assembled = included_by_assembler(&mut reading, &mut found, assembled, assembled_facts)?;
    let texts = [&paths[..], behind].concat();
    for (name, place) in asks::all(context, inquiry, &texts, &[facts, behind_facts].concat())? {
        found.direct.push((name.clone(), place.clone()));
        reading.look(&name, place, true);
    }
    let words = found.computing.iter().map(|computing| computing.identifier.clone()).collect();
    let may_name = macros::among(context, inquiry, &texts, &words)?;
    found.computing.retain(|computing| may_name.contains(&computing.identifier));
    if followed.is_some() && (found.unfollowed || !found.computing.is_empty()) {
        return Ok(Attempt::LacksHeaders);
    }
    twins::check(context, &found)?;
    let folders = Folders::of(context, &folders, folder_facts);
    let computed = Computed::of(&context.source, paths, &folders, &found)?;
    let beginnings = inquiry.facts(&computed.questions())?;
    computed.explain(&mut reading, &mut found, beginnings)?;
    let candidates = precompiled::candidates(&mut reading, &found);
    let unread = if found.once { twins::candidates(&reading, paths)? } else { Vec::new() };
    let further = inquiry.facts(&[&candidates[..], &unread].concat())?;
    let (candidate_facts, unread_facts) = further.split_at(candidates.len());
    let precompiled = precompiled::taken(&candidates, candidate_facts);
    if precompiled::stands_for_unknown(context, &precompiled, paths, behind) {
        return Ok(Attempt::LacksWhatIsBehind);
    }
    precompiled::check_dates(context, &found, &precompiled)?;
    let timed = if found.once { twins::find(paths, facts, &unread, unread_facts) } else { HashSet::new() };
    // The source is listed once more, as what the assembler is told of.
    reading.perhaps = assembled.into_iter().chain(quoted).filter(|path| !paths.contains(path)).collect();
    let said = !outcome.stdout.is_empty() || !outcome.stderr.is_empty();
    let rests_on =
        RestsOn { messages: said, epoch: found.dated && context.epoch, directory: listed.rests_on_directory(context) };
    Ok(Attempt::Read(reading.finish([&paths[..], behind].concat(), &timed, precompiled, rests_on)))
}

/// What the assembler included of what it lists, with what those files hold, and names by which it can have been meant. It lists what it is only told of, too, by the compiler or by
/// a directive: that need not be there.
fn included_by_assembler(
    reading: &mut Reading<'_>,
    found: &mut Found,
    listed: &[String],
    facts: &[Fact],
) -> Result<Vec<String>, Refusal> {
    let told = |path: &String, found: &Found| {
        let source = &reading.context.source;
        let name = if source.is_empty() { "<stdin>" } else { path::file_name(source) };
        (!reading.context.assembler && path == name) || found.told.contains(path)
    };
    let there = listed.iter().zip(facts).filter(|(_, fact)| fact.is != FileKind::Absent);
    let (paths, facts): (Vec<String>, Vec<Fact>) = there.map(|(path, fact)| (path.clone(), fact.clone())).unzip();
    let gone = listed.iter().find(|path| !paths.contains(path) && !told(path, found));
    if let Some(path) = gone {
        return Err(answer::refusal("vanished", path.clone()));
    }
    check_kinds(&paths, &facts)?;
    let is_included = |(path, _): &(&String, &Fact)| !told(path, found);
    let included = paths.iter().zip(&facts).filter(is_included).map(|(path, fact)| (path.clone(), fact.clone()));
    let (included, facts): (Vec<String>, Vec<Fact>) = included.unzip();
    findings::add(reading, found, &included, &facts)?;
    reading.look_for_assembled(&included);
    Ok(paths)
}

fn check_kinds(paths: &[String], facts: &[Fact]) -> Result<(), Refusal> {
    for (path, fact) in paths.iter().zip(facts) {
        match fact.is {
            FileKind::File => {}
            FileKind::Absent => return Err(answer::refusal("vanished", path.clone())),
            FileKind::Folder | FileKind::Other => return Err(answer::refusal("not-a-file", path.clone())),
        }
    }
    Ok(())
}

//! What a run read, from its depfile or the host's scan and from what the host found in those files.
//!
//! A depfile is not the whole of it: it leaves out files that were only asked for, files that `#pragma once` skipped as
//! another one's twin, precompiled headers and what the assembler included. So every name that the files hold becomes a
//! lookup; one that the compiler never reached only costs hits.

mod computed;
mod diagnostics;
mod findings;
mod folders;
mod listed;
mod precompiled;
mod reading;
mod twins;

use std::collections::HashSet;

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::answer::refuse;
use zccache_plugin_sdk::contract::{Collected, Fact, FileKind, Outcome, Refusal};

use crate::context::Context;
use computed::Computed;
use folders::Folders;
use listed::Listed;
use reading::Reading;

/// What the run read. Up to three rounds of facts: of the files that were read, of what names of computed includes can
/// begin with, and of files that could have been read.
pub(crate) fn collect(outcome: &Outcome) -> Collected {
    let Some(context) = Context::decode(&outcome.state) else {
        return refuse("state", "the plan's state is not readable");
    };
    read(&context, outcome).unwrap_or_else(Collected::Refuse)
}

fn read(context: &Context, outcome: &Outcome) -> Result<Collected, Refusal> {
    let Listed { read: paths, assembled, told, behind } = Listed::of(context, &outcome.dependencies)?;
    let mut quoted = Vec::new();
    // What was kept of the way to the object, the compiler read too.
    for stream in [&outcome.stdout, &outcome.stderr] {
        // Where the caller's two streams are one, the first holds both.
        quoted.extend(diagnostics::check(stream, paths.iter().chain(&behind).chain(&context.outputs))?);
    }
    // What is asked for in the first round, and its folder, is known as it was when the run ended.
    let folders = folders::questions(context, &paths);
    let told: Vec<String> = told.into_iter().collect();
    let questions = [&paths[..], &behind, &folders, &told, &quoted].concat();
    let Some((facts, later)) = outcome.facts.split_at_checked(questions.len()) else {
        return Ok(Collected::Facts(questions));
    };
    let (facts, rest) = facts.split_at(paths.len());
    let (behind_facts, rest) = rest.split_at(behind.len());
    let (folder_facts, rest) = rest.split_at(folders.len());
    let told_facts = &rest[..told.len()];
    check_kinds(&paths, facts)?;
    findings::check_behind(context, &behind, behind_facts)?;
    let mut reading = Reading::new(context);
    let mut found = findings::gather(&mut reading, &paths, facts)?;
    reading.check_assembled(&assembled)?;
    twins::check(context, &found)?;
    let computed = Computed::of(&paths, &Folders::of(context, &folders, folder_facts), &found)?;
    let beginnings = computed.questions();
    if later.len() < beginnings.len() {
        return Ok(Collected::Facts(beginnings));
    }
    let (beginning_facts, later) = later.split_at(beginnings.len());
    computed.explain(&mut reading, &mut found, beginning_facts)?;
    let candidates = precompiled::candidates(&mut reading, &found);
    let asked = candidates.len();
    let unread = if found.once { twins::candidates(&reading, &paths)? } else { Vec::new() };
    if later.is_empty() && asked + unread.len() > 0 {
        return Ok(Collected::Facts([candidates, unread].concat()));
    }
    let Some((candidate_facts, unread_facts)) = later.split_at_checked(asked) else {
        return Err(answer::refusal("facts", "the host answered less than was asked"));
    };
    let precompiled = precompiled::taken(context, &candidates, candidate_facts, &paths)?;
    precompiled::check_dates(context, &found, &precompiled)?;
    let timed = if found.once { twins::find(&paths, facts, &unread, unread_facts) } else { HashSet::new() };
    // Where there is no such file, the assembler was only told of it.
    let there = told.into_iter().zip(told_facts).filter(|(_, fact)| fact.is != FileKind::Absent);
    reading.perhaps = there.map(|(path, _)| path).chain(quoted).collect();
    Ok(reading.finish([paths, behind].concat(), &timed, precompiled))
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

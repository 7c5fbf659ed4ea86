//! Files that gcc takes for one another: it reads a file with `#pragma once` (or an imported one) only once, and tells
//! whether it had it by size, time and content. The twin that is skipped is in no depfile, and whether it is skipped
//! depends on its time. clang goes by device and inode, which the host keeps of every input anyway.

use std::collections::{HashMap, HashSet};

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, FileKind, Refusal};

use super::findings::Found;
use super::reading::{Place, Reading};
use crate::context::Context;
use crate::search::Family;

/// Most paths that are asked for: each is looked at by the host, and copied in and out of the sandbox.
const MOST: usize = 60_000;

/// Refuses where gcc may have skipped a twin that is found by the value of a macro: then it is in no list, and no name leads to it.
pub(super) fn check(context: &Context, found: &Found) -> Result<(), Refusal> {
    let by_macro = found.once && (found.defines_header || context.macros_name_headers);
    let freely = found.computing.iter().find(|computing| !computing.of_package).filter(|_| by_macro);
    match (freely, context.family) {
        (Some(computing), Family::Gcc(_)) => Err(answer::refusal("computed-include", computing.path.clone())),
        _ => Ok(()),
    }
}

/// Paths where a lookup may have found a file that the depfile does not list: all of its places up to the first file that
/// was read.
pub(super) fn candidates(reading: &Reading<'_>, paths: &[String]) -> Result<Vec<String>, Refusal> {
    let read: HashSet<&str> = paths.iter().map(String::as_str).collect();
    let mut seen: HashSet<String> = HashSet::new();
    let mut candidates = Vec::new();
    for sought in reading.lookups().iter().filter(|sought| sought.place != Place::Assembler) {
        for path in reading.candidates(sought) {
            if read.contains(path.as_str()) {
                if sought.all {
                    continue;
                }
                break;
            }
            if seen.insert(path.clone()) {
                candidates.push(path);
            }
        }
        if candidates.len() > MOST {
            return Err(answer::refusal("too-many-files", "too many files could be another one's twin"));
        }
    }
    Ok(candidates)
}

/// Files of equal content of which at least one was read: their times matter. Two names of one file are no twins: it has
/// one time.
pub(super) fn find(paths: &[String], facts: &[Fact], unread: &[String], unread_facts: &[Fact]) -> HashSet<String> {
    let mut by_content: HashMap<&str, Vec<(&String, &Fact)>> = HashMap::new();
    for (path, fact) in paths.iter().zip(facts) {
        if let Some(content) = &fact.content {
            by_content.entry(content).or_default().push((path, fact));
        }
    }
    for (path, fact) in unread.iter().zip(unread_facts) {
        if let (FileKind::File, Some(content)) = (fact.is, &fact.content)
            && let Some(equal) = by_content.get_mut(content.as_str())
        {
            equal.push((path, fact));
        }
    }
    let several = |equal: &Vec<(&String, &Fact)>| {
        let mut files = equal.iter().map(|(_, fact)| &fact.file);
        let first = files.next();
        files.any(|file| first != Some(file))
    };
    by_content.into_values().filter(several).flatten().map(|(path, _)| path.clone()).collect()
}

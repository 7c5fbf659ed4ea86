//! Precompiled headers: for the first include of a source gcc takes `NAME.gch` where it finds one that fits, in every
//! folder before the header itself; for `-include NAME` clang takes `NAME.pch` or `NAME.gch`. What is in gcc's no depfile
//! lists; clang's depfile lists the headers that it was made of.

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, FileKind, Refusal};

use super::findings::Found;
use super::reading::{Place, Reading, Sought};
use crate::context::Context;
use crate::search::Family;

/// Paths at which a precompiled header would have been taken. Each name becomes a lookup too: a new one must be a miss.
pub(super) fn candidates(reading: &mut Reading<'_>, found: &Found) -> Vec<String> {
    let gcc = matches!(reading.context.family, Family::Gcc(_));
    let mut sought: Vec<Sought> = Vec::new();
    if reading.context.precompiles {
        return Vec::new();
    }
    if gcc && (reading.context.includes || !reading.context.assembler) {
        if !reading.context.source.is_empty() {
            let source = format!("{}.gch", reading.context.source);
            // The source itself is searched for nowhere.
            sought.push(Sought { name: source, place: Place::Only(String::new()), all: false });
        }
        for (name, place) in &found.direct {
            sought.push(Sought { name: format!("{name}.gch"), place: place.clone(), all: false });
        }
    } else {
        for name in &reading.context.forced {
            for suffix in ["pch", "gch"] {
                let name = format!("{name}.{suffix}");
                sought.push(Sought { name, place: Place::Quote(String::new()), all: false });
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    let mut paths = Vec::new();
    for sought in sought {
        paths.extend(reading.candidates(&sought).filter(|path| seen.insert(path.clone())));
        reading.look(&sought.name, sought.place, sought.all);
    }
    paths
}

/// Those that are there, as inputs: files, or folders of several to choose from.
pub(super) fn taken(candidates: &[String], facts: &[Fact]) -> Vec<String> {
    let there = candidates.iter().zip(facts).filter(|(_, fact)| fact.is != FileKind::Absent);
    there.map(|(path, _)| path.clone()).collect()
}

/// Whether one of them may stand for headers that are not known: gcc does not open the header that a precompiled one stands for.
pub(super) fn stands_for_unknown(context: &Context, taken: &[String], read: &[String], behind: &[String]) -> bool {
    let is_unknown = |path: &String| {
        let header = path.strip_suffix(".gch").unwrap_or(path);
        !read.iter().chain(behind).any(|known| known == header)
    };
    matches!(context.family, Family::Gcc(_)) && taken.iter().any(is_unknown)
}

/// Refuses where a precompiled header of gcc may bring back a macro that the command line had put another in the place of: it holds
/// all macros as they were when it was made.
pub(super) fn check_dates(context: &Context, found: &Found, taken: &[String]) -> Result<(), Refusal> {
    match &found.redefined_date {
        Some(path) if matches!(context.family, Family::Gcc(_)) && !taken.is_empty() => {
            Err(answer::refusal("date", path.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

//! Precompiled headers: for the first include of a source gcc takes `NAME.gch` where it finds it, in every folder before
//! the header itself; for `-include NAME` clang takes `NAME.pch` or `NAME.gch`. What is in one no depfile lists.

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::{Fact, FileKind, Refusal};

use super::findings::Found;
use super::reading::{Place, Reading, Sought};
use crate::search::Family;

/// Paths at which a precompiled header would have been taken. Each name becomes a lookup too: a new one must be a miss.
pub(super) fn candidates(reading: &mut Reading<'_>, found: &Found) -> Vec<String> {
    let gcc = matches!(reading.context.family, Family::Gcc(_));
    let mut sought: Vec<Sought> = Vec::new();
    if gcc {
        let source = format!("{}.gch", reading.context.source);
        sought.push(Sought { name: source, place: Place::Quote(String::new()), all: false });
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

/// None may be there.
pub(super) fn check(candidates: &[String], facts: &[Fact]) -> Result<(), Refusal> {
    match candidates.iter().zip(facts).find(|(_, fact)| fact.is != FileKind::Absent) {
        Some((path, _)) => Err(answer::refusal("precompiled-header", path.clone())),
        None => Ok(()),
    }
}

//! What plugins and probes said, remembered with everything that it rests on. In memory: after a restart the plugins are
//! asked once more.

use std::sync::Arc;

use quick_cache::sync::Cache;
use zccache_files::Place;
use zccache_model::digest::{ContextKey, Digest};
use zccache_model::limits;
use zccache_model::path;
use zccache_model::plan::{FileKind, Input, Plan, Ran};
use zccache_model::state::InputState;

use crate::services::Services;

/// What a plugin said of a call.
#[derive(Clone)]
pub enum Remembered {
    /// Not for this plugin.
    Declined,
    /// The tool runs uncached, for this reason.
    Bypassed(String),
    /// It can come from the cache.
    Planned {
        /// How.
        plan: Arc<Plan>,
        /// Under which key.
        context: ContextKey,
    },
    /// It is these calls: indices of the arguments that each keeps.
    Split(Arc<Vec<Vec<u32>>>),
}

/// Something that a plugin was told, and that may change.
pub enum Ground {
    /// The content of a file: its digest, or that there is none.
    Read(String, Option<Digest>),
    /// What is at a path.
    Look(String, FileKind),
}

/// Plans and probes.
pub struct PlanMemo {
    plans: Cache<Digest, Arc<PlanEntry>>,
    probes: Cache<Digest, Arc<ProbeEntry>>,
}

struct PlanEntry {
    said: Remembered,
    grounds: Vec<Ground>,
    assumptions: Assumptions,
}

struct ProbeEntry {
    ran: Arc<Ran>,
    assumptions: Assumptions,
}

/// Paths, and what was there when a tool was probed.
struct Assumptions {
    inputs: Vec<Input>,
    states: Vec<InputState>,
}

impl Assumptions {
    fn hold(&self, services: &Services, place: &Place<'_>) -> bool {
        self.inputs.is_empty() || services.files.assumptions(place, &self.inputs) == self.states
    }
}

impl PlanMemo {
    /// Nothing was said yet.
    pub fn new() -> PlanMemo {
        PlanMemo { plans: Cache::new(limits::MEMO_ENTRIES), probes: Cache::new(limits::MEMO_ENTRIES) }
    }

    /// What was said to a question, if all that it rests on is as it was.
    pub fn plan(&self, services: &Services, place: &Place<'_>, question: &Digest) -> Option<Remembered> {
        let entry = self.plans.get(question)?;
        let grounds_hold = entry.grounds.iter().all(|ground| match ground {
            Ground::Look(path, kind) => {
                services.files.kind(place, &path::from_directory(place.directory, path)) == *kind
            }
            Ground::Read(path, digest) => {
                services.files.digest(place, &path::from_directory(place.directory, path)).ok() == *digest
            }
        });
        (grounds_hold && entry.assumptions.hold(services, place)).then(|| entry.said.clone())
    }

    /// What a probe said, if all that it rests on is as it was.
    pub fn probe(&self, services: &Services, place: &Place<'_>, key: &Digest) -> Option<Arc<Ran>> {
        let entry = self.probes.get(key)?;
        entry.assumptions.hold(services, place).then(|| Arc::clone(&entry.ran))
    }

    /// Remembers what a plugin said.
    pub fn remember(
        &self,
        question: Digest,
        said: Remembered,
        grounds: Vec<Ground>,
        inputs: Vec<Input>,
        states: &[InputState],
    ) {
        let assumptions = Assumptions { inputs, states: states.to_vec() };
        self.plans.insert(question, Arc::new(PlanEntry { said, grounds, assumptions }));
    }

    /// Remembers what a probe said.
    pub fn remember_probe(&self, key: Digest, ran: Arc<Ran>, inputs: Vec<Input>, states: &[InputState]) {
        let assumptions = Assumptions { inputs, states: states.to_vec() };
        self.probes.insert(key, Arc::new(ProbeEntry { ran, assumptions }));
    }
}

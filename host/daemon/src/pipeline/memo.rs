//! What plugins and probes said, remembered with everything that it rests on. What probes said is left for the next daemon:
//! running a tool takes longer than everything else of a hit. Plugins are asked anew.

use std::sync::Arc;

use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use zccache_files::{Archive, Place};
use zccache_model::digest::{ContextKey, Digest};
use zccache_model::invocation::ExitStatus;
use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::manifest::ObservedPath;
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

impl Ground {
    /// The path of a file that was read, and its content.
    pub fn read(&self) -> Option<(&str, Option<&Digest>)> {
        match self {
            Ground::Read(path, content) => Some((path, content.as_ref())),
            Ground::Look(..) => None,
        }
    }
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
#[derive(Clone, Serialize, Deserialize)]
pub struct Assumptions {
    inputs: Vec<ObservedPath>,
    /// Of all their states; none: there are no inputs.
    states: Option<Digest>,
}

/// [`Ran`] as it is kept.
#[derive(Serialize, Deserialize)]
struct ProbeRow {
    status: ExitStatus,
    #[serde(with = "serde_bytes")]
    stdout: Vec<u8>,
    #[serde(with = "serde_bytes")]
    stderr: Vec<u8>,
    assumptions: Assumptions,
}

impl Assumptions {
    /// These inputs, in these states.
    pub fn new(inputs: &[Input], states: &[InputState]) -> Assumptions {
        let observed = inputs.iter().map(|input| ObservedPath { path: input.path.clone(), observe: input.observe });
        Assumptions { inputs: observed.collect(), states: (!inputs.is_empty()).then(|| digest(states)) }
    }

    fn hold(&self, services: &Services, place: &Place<'_>) -> bool {
        self.states.is_none_or(|states| digest(&services.files.assumptions(place, &self.inputs)) == states)
    }
}

fn digest(states: &[InputState]) -> Digest {
    let mut key = KeyBuilder::new("assumptions v1");
    for state in states {
        state.write(&mut key);
    }
    key.finish()
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
        let entry = self.probes.get(key).or_else(|| {
            let recalled = Arc::new(recall(services, key)?);
            self.probes.insert(*key, Arc::clone(&recalled));
            Some(recalled)
        })?;
        entry.assumptions.hold(services, place).then(|| Arc::clone(&entry.ran))
    }

    /// Remembers what a plugin said.
    pub fn remember(&self, question: Digest, said: Remembered, grounds: Vec<Ground>, assumptions: Assumptions) {
        self.plans.insert(question, Arc::new(PlanEntry { said, grounds, assumptions }));
    }

    /// Remembers what a probe said.
    pub fn remember_probe(&self, services: &Services, key: Digest, ran: Arc<Ran>, assumptions: Assumptions) {
        let Ran { status, stdout, stderr } = (*ran).clone();
        let row = ProbeRow { status, stdout, stderr, assumptions: assumptions.clone() };
        if let Ok(row) = postcard::to_allocvec(&row) {
            services.memories.keep(key, row);
        }
        self.probes.insert(key, Arc::new(ProbeEntry { ran, assumptions }));
    }
}

/// What a probe said to an earlier daemon.
fn recall(services: &Services, key: &Digest) -> Option<ProbeEntry> {
    let ProbeRow { status, stdout, stderr, assumptions } =
        postcard::from_bytes(&services.memories.recall(key)?).ok()?;
    Some(ProbeEntry { ran: Arc::new(Ran { status, stdout, stderr }), assumptions })
}

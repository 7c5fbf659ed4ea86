//! Storing what a run left, or saying why not.

use zccache_model::outcome::{FaultKind, MissReason, Outcome};
use zccache_model::reading::RunRecord;
use zccache_store::NewEntry;

use crate::call::Call;
use crate::pipeline::collect::{self, Unknown};
use crate::pipeline::plan::{self, Planned};
use crate::pipeline::run::Finished;
use crate::services::Services;

/// A run that can be stored, or how its request ended without.
pub enum Readied {
    /// Everything that an entry is made of.
    Entry(Box<NewEntry>, MissReason),
    /// There is nothing to store.
    Nothing(Outcome),
}

/// Makes an entry of a run: collects what it read.
#[tracing::instrument(level = "debug", skip_all)]
pub fn ready(services: &Services, call: &Call, planned: &Planned, finished: Finished, miss: MissReason) -> Readied {
    match entry(services, call, planned, finished) {
        Ok(entry) => Readied::Entry(Box::new(entry), miss),
        Err(Unstorable::Failed) => Readied::Nothing(Outcome::Failed),
        Err(Unstorable::Refused(reason)) => Readied::Nothing(Outcome::Miss { miss, not_stored: Some(reason) }),
        Err(Unstorable::Fault(kind, why)) => {
            plan::blame(&planned.plugin, kind, &why);
            Readied::Nothing(Outcome::Fault(kind))
        }
    }
}

/// Stores what can be stored, and says how the request ended.
#[tracing::instrument(level = "debug", skip_all)]
pub fn record(services: &Services, readied: Readied) -> Outcome {
    let (entry, miss) = match readied {
        Readied::Entry(entry, miss) => (entry, miss),
        Readied::Nothing(outcome) => return outcome,
    };
    match services.store.record(*entry) {
        Ok(()) => Outcome::Miss { miss, not_stored: None },
        Err(error) => {
            tracing::error!(%error, "a result cannot be stored");
            Outcome::Fault(FaultKind::Internal)
        }
    }
}

/// Why there is nothing to store.
enum Unstorable {
    /// The tool failed.
    Failed,
    /// For this reason.
    Refused(String),
    /// The plugin is at fault.
    Fault(FaultKind, String),
}

fn entry(services: &Services, call: &Call, planned: &Planned, finished: Finished) -> Result<NewEntry, Unstorable> {
    if !finished.ran.status.is_success() {
        return Err(Unstorable::Failed);
    }
    let outputs = finished.outputs.map_err(Unstorable::Refused)?;
    let (Some(stdout), Some(stderr)) = (finished.ran.stdout, finished.ran.stderr) else {
        return Err(Unstorable::Refused("too-much-output".to_owned()));
    };
    let mut run = RunRecord {
        state: planned.unit().state.clone(),
        directory: planned.invocation.directory.clone(),
        stdout,
        stderr,
        dependencies: finished.dependencies,
    };
    let collection =
        collect::collect(services, call, planned, finished.started, &mut run).map_err(|unknown| match unknown {
            Unknown::Refused(reason) => Unstorable::Refused(reason),
            Unknown::Fault(kind, why) => Unstorable::Fault(kind, why),
        })?;
    let result = collection.list.result_key(&planned.context, &collection.states);
    let RunRecord { stdout, stderr, .. } = run;
    Ok(NewEntry { context: planned.context, list: collection.list, result, outputs, stdout, stderr })
}

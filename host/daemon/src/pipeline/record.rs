//! Storing what a run left, or saying why not.

use zccache_model::invocation::ExitStatus;
use zccache_model::outcome::{FaultKind, MissReason, Outcome};
use zccache_model::plan::Failures;
use zccache_model::reading::RunRecord;
use zccache_store::NewEntry;

use crate::call::Call;
use crate::pipeline::collect::{self, Unknown};
use crate::pipeline::plan::{self, Planned};
use crate::pipeline::run::Finished;
use crate::services::Services;

/// A run that can be stored, or how its request ended without.
pub enum Readied {
    /// Everything that an entry is made of, and how its request ends once that is stored.
    Entry(Box<NewEntry>, Outcome),
    /// There is nothing to store.
    Nothing(Outcome),
}

/// Makes an entry of a run: collects what it read.
#[tracing::instrument(level = "debug", skip_all)]
pub fn ready(services: &Services, call: &Call, planned: &Planned, finished: Finished, miss: MissReason) -> Readied {
    match entry(services, call, planned, finished) {
        Ok(entry) if entry.code == 0 => Readied::Entry(Box::new(entry), Outcome::Miss { miss, not_stored: None }),
        Ok(entry) => Readied::Entry(Box::new(entry), Outcome::Failed),
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
    let (entry, stored) = match readied {
        Readied::Entry(entry, stored) => (entry, stored),
        Readied::Nothing(outcome) => return outcome,
    };
    match services.store.record(*entry) {
        Ok(()) => stored,
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
    let code = match finished.ran.status {
        ExitStatus::Exited(code) if code == 0 || planned.unit().failures == Failures::Keep => code,
        ExitStatus::Exited(_) | ExitStatus::Signalled(_) => return Err(Unstorable::Failed),
    };
    // Of a run that failed and is not stored, that it failed is all that counts.
    let refused = |reason: String| if code == 0 { Unstorable::Refused(reason) } else { Unstorable::Failed };
    let outputs = finished.outputs.map_err(refused)?;
    let (Some(stdout), Some(stderr)) = (finished.ran.stdout, finished.ran.stderr) else {
        return Err(refused("too-much-output".to_owned()));
    };
    let mut run = RunRecord {
        state: planned.unit().state.clone(),
        code,
        directory: planned.invocation.directory.clone(),
        stdout,
        stderr,
        dependencies: finished.dependencies,
    };
    let collection =
        collect::collect(services, call, planned, finished.started, &mut run).map_err(|unknown| match unknown {
            Unknown::Refused(reason) => refused(reason),
            Unknown::Fault(kind, why) => Unstorable::Fault(kind, why),
        })?;
    let result = collection.list.result_key(&planned.context, &collection.states, |name| planned.value_of(call, name));
    let RunRecord { stdout, stderr, .. } = run;
    Ok(NewEntry { context: planned.context, list: collection.list, result, code, outputs, stdout, stderr })
}

//! Storing what a run left, or saying why not.

use zccache_files::Collection;
use zccache_model::invocation::ExitStatus;
use zccache_model::outcome::{FaultKind, MissReason, Outcome};
use zccache_model::plan::Failures;
use zccache_model::reading::RunRecord;
use zccache_store::{NewEntry, Snapshot};

use crate::call::Call;
use crate::pipeline::circumstances::Circumstances;
use crate::pipeline::collect::{Progress, Seen, Unknown};
use crate::pipeline::lookup::manifest_key;
use crate::pipeline::plan::{self, Planned};
use crate::pipeline::run::Finished;
use crate::services::Services;

/// A run of which all is kept that the time after the answer could take away.
pub struct Kept {
    miss: MissReason,
    code: i32,
    outputs: Vec<(String, Snapshot)>,
    progress: Progress,
}

/// A run whose client can be answered.
pub enum Readied {
    /// It can be stored if it turns out what it read.
    Kept(Box<Kept>),
    /// There is nothing to store, and the request ends so.
    Nothing(Outcome),
}

/// Keeps what is to be stored of a run, and begins to collect what it read.
#[tracing::instrument(level = "debug", skip_all)]
pub fn ready(services: &Services, call: &Call, planned: &Planned, finished: Finished, miss: MissReason) -> Readied {
    match keep(services, call, planned, finished, miss) {
        Ok(kept) => Readied::Kept(Box::new(kept)),
        Err(unstorable) => Readied::Nothing(unstorable.outcome(planned, miss)),
    }
}

/// Collects the rest, stores what can be stored, and says how the request ended.
#[tracing::instrument(level = "debug", skip_all)]
pub fn record(services: &Services, call: &Call, planned: &Planned, readied: Readied) -> Outcome {
    let kept = match readied {
        Readied::Kept(kept) => *kept,
        Readied::Nothing(outcome) => return outcome,
    };
    let (miss, code) = (kept.miss, kept.code);
    let entry = match entry(services, call, planned, kept) {
        Ok(entry) => entry,
        Err(unstorable) => return unstorable.outcome(planned, miss),
    };
    let manifest = entry.manifest;
    let recorded = services.store.record(entry);
    if recorded.is_ok() {
        services.precedents.note(services, &planned.context, &manifest);
    }
    match recorded {
        Ok(()) if code == 0 => Outcome::Miss { miss, not_stored: None },
        Ok(()) => Outcome::Failed,
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

impl Unstorable {
    fn of(unknown: Unknown, code: i32) -> Unstorable {
        match unknown {
            Unknown::Refused(reason) => Unstorable::refused(reason, code),
            Unknown::Fault(kind, why) => Unstorable::Fault(kind, why),
        }
    }

    /// Of a run that failed and is not stored, that it failed is all that counts.
    fn refused(reason: String, code: i32) -> Unstorable {
        if code == 0 { Unstorable::Refused(reason) } else { Unstorable::Failed }
    }

    fn outcome(self, planned: &Planned, miss: MissReason) -> Outcome {
        match self {
            Unstorable::Failed => Outcome::Failed,
            Unstorable::Refused(reason) => Outcome::Miss { miss, not_stored: Some(reason) },
            Unstorable::Fault(kind, why) => {
                plan::blame(&planned.plugin, kind, &why);
                Outcome::Fault(kind)
            }
        }
    }
}

fn keep(
    services: &Services,
    call: &Call,
    planned: &Planned,
    finished: Finished,
    miss: MissReason,
) -> Result<Kept, Unstorable> {
    let Finished { ran, started, released, outputs, dependencies } = finished;
    let code = match ran.status {
        ExitStatus::Exited(code) if code == 0 || planned.unit().failures != Failures::Forget => code,
        ExitStatus::Exited(_) | ExitStatus::Signalled(_) => return Err(Unstorable::Failed),
    };
    let outputs = outputs.map_err(|reason| Unstorable::refused(reason, code))?;
    let (Some(stdout), Some(stderr)) = (ran.stdout, ran.stderr) else {
        return Err(Unstorable::refused("too-much-output".to_owned(), code));
    };
    let run = RunRecord {
        state: planned.unit().state.clone(),
        code,
        directory: planned.invocation.directory.clone(),
        stdout,
        stderr,
        joined: planned.invocation.streams.joined,
        dependencies,
    };
    let begun = Seen::new(run, started, released).begin(services, call, planned);
    let progress = begun.map_err(|unknown| Unstorable::of(unknown, code))?;
    Ok(Kept { miss, code, outputs, progress })
}

fn entry(services: &Services, call: &Call, planned: &Planned, kept: Kept) -> Result<NewEntry, Unstorable> {
    let Kept { code, outputs, progress, .. } = kept;
    let (run, collection) = match progress {
        Progress::Whole(whole) => *whole,
        Progress::Begun(begun) => {
            begun.finish(services, call, planned).map_err(|unknown| Unstorable::of(unknown, code))?
        }
    };
    let manifest = manifest_key(planned, &collection.states_of(&planned.unit().inputs));
    let Collection { list, states } = collection;
    let result = list.result_key(&planned.context, &states, &Circumstances { call, planned });
    let RunRecord { stdout, stderr, .. } = run;
    Ok(NewEntry { manifest, list, result, code, outputs, stdout, stderr })
}

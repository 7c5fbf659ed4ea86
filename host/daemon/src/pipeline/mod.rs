//! The way of one compile. Each stage has a type that is its result:
//!
//! 1. [`resolve`]: which program is this? -> [`resolve::Resolved`]
//! 2. [`plan`]: which plugin claims it, and what does it say? -> [`plan::Planned`]
//! 3. [`context`]: everything that is known before the inputs are -> `ContextKey`
//! 4. [`lookup`]: what did this context read before, and is it still the same? -> [`lookup::Found`]
//! 5. [`hit`]: put the outputs in place, replay.
//! 6. [`run`]: the client runs the tool, as one of all who want the same -> [`run::Finished`]
//! 7. [`collect`]: what did the run read? -> `Collection`
//! 8. [`record`]: store it, or say why not.
//!
//! [`begin`] does what needs no waiting, on the thread that read the request; [`go_on`] does the rest on one that may wait.
//! A request that came before is answered by [`repeat`], without any of this, as long as nothing has changed.

mod ahead;
mod answers;
mod circumstances;
mod collect;
mod companion;
mod context;
mod earlier;
mod hit;
mod lookup;
mod memo;
mod notice;
mod plan;
mod precedent;
mod probe;
mod record;
mod repeat;
mod resolve;
mod run;

use std::os::unix::net::UnixStream;

use zccache_model::digest::Digest;
use zccache_model::limits;
use zccache_model::outcome::{FaultKind, MissReason, Outcome};
use zccache_protocol::frame;
use zccache_protocol::message::{CompileRequest, Program, Reply};

use crate::call::Call;
use crate::flight::Turn;
use crate::services::Services;

pub use memo::PlanMemo;
pub use precedent::Precedents;
pub use repeat::{Repeats, remember};

/// How far a request came without waiting.
pub enum Begun {
    /// All the way.
    Answered(Reply),
    /// To a stage that may wait.
    Waits(Box<Waiting>),
}

/// A request that goes on where it may wait.
pub struct Waiting {
    key: Digest,
    call: Call,
    resolved: resolve::Resolved,
    stage: Stage,
}

enum Stage {
    /// A plugin must be asked.
    Ask,
    /// The tool must run.
    Miss(plan::Planned, MissReason),
}

/// The end of a request: what the client is told, and what is counted for which plugin.
struct End {
    reply: Reply,
    /// None: it ends as several others, each of which is counted.
    outcome: Option<Outcome>,
    plugin: Option<String>,
}

impl End {
    fn exec(program: Option<Program>, outcome: Outcome, plugin: Option<String>) -> End {
        let program = program.unwrap_or(Program { path: None, named_by_path: false });
        End { reply: Reply::Exec(program), outcome: Some(outcome), plugin }
    }

    fn split(calls: &[Vec<u32>]) -> End {
        End { reply: Reply::Split { calls: calls.to_vec() }, outcome: None, plugin: None }
    }

    fn count(&self, services: &Services) {
        if let Some(outcome) = &self.outcome {
            services.tally.count(self.plugin.as_deref(), outcome);
        }
    }
}

/// Serves a request as far as that needs no waiting: all the way for a repeated hit or bypass.
#[tracing::instrument(level = "debug", skip_all)]
pub fn begin(services: &Services, request: &CompileRequest<'_>) -> Begun {
    if request.namespace != services.namespace {
        // Its paths are other files than the daemon's.
        return answered(services, request, End::exec(None, Outcome::Bypass("namespace".into()), None));
    }
    let key = repeat::key(services, request);
    let damaged = match repeat::recall(services, &key, request) {
        repeat::Recalled::Answer(end) => return answered(services, request, *end),
        repeat::Recalled::Nothing => false,
        repeat::Recalled::Damage => true,
    };
    let call = Call::of(request);
    let resolved = match resolve::resolve(services, &call) {
        Ok(resolved) => resolved,
        Err(outcome) => return answered(services, request, End::exec(None, outcome, None)),
    };
    let stage = match plan::remembered(services, &call, &resolved) {
        None => Stage::Ask,
        Some(verdict) => match settle(services, &call, &resolved, verdict) {
            Ok(end) => {
                services.surveyor.remember(key, call);
                return answered(services, request, end);
            }
            Err((planned, miss)) => Stage::Miss(planned, if damaged { MissReason::Corrupt } else { miss }),
        },
    };
    Begun::Waits(Box::new(Waiting { key, call, resolved, stage }))
}

/// How a request ends about which a plugin's word is known; or that it misses.
fn settle(
    services: &Services,
    call: &Call,
    resolved: &resolve::Resolved,
    verdict: plan::Verdict,
) -> Result<End, (plan::Planned, MissReason)> {
    match verdict {
        plan::Verdict::Uncached { outcome, plugin } => Ok(End::exec(Some(resolved.program.clone()), outcome, plugin)),
        plan::Verdict::Split(calls) => Ok(End::split(&calls)),
        plan::Verdict::Cacheable(planned) => try_hit(services, call, &planned).map_err(|miss| (planned, miss)),
    }
}

/// Serves the rest of a request: asks plugins, waits for other runs, has the client run the tool.
pub fn go_on(services: &Services, mut connection: UnixStream, waiting: Box<Waiting>) {
    let Waiting { key, call, resolved, stage } = *waiting;
    let (planned, miss) = match stage {
        Stage::Miss(planned, miss) => (planned, miss),
        Stage::Ask => {
            let verdict = plan::ask(services, &call, &resolved, &connection);
            match settle(services, &call, &resolved, verdict) {
                Ok(end) => {
                    send(services, &mut connection, &call, end);
                    return services.surveyor.remember(key, call);
                }
                Err(missed) => missed,
            }
        }
    };
    let mut miss = miss;
    // What cannot be told is nothing that others would share.
    let shared = lookup::manifest_now(services, &call, &planned);
    let lead = shared.and_then(|key| match services.flights.join(&key, limits::FLIGHT_WAIT) {
        Turn::Lead(lead) => Some(lead),
        Turn::Waited | Turn::TooLong => None,
    });
    // Either way somebody may have stored it since it was looked for.
    match try_hit(services, &call, &planned) {
        Ok(end) => return send(services, &mut connection, &call, end),
        Err(now) if miss == MissReason::Cold => miss = now,
        Err(_) => {}
    }
    miss_out(services, &mut connection, &call, &resolved, &planned, miss);
    drop(lead);
}

/// The tool runs, and what it did is stored.
fn miss_out(
    services: &Services,
    connection: &mut UnixStream,
    call: &Call,
    resolved: &resolve::Resolved,
    planned: &plan::Planned,
    miss: MissReason,
) {
    let plugin = planned.plugin_id();
    let mut running = services.tally.running();
    let finished = match run::run(services, connection, call, resolved, planned) {
        Ok(finished) => finished,
        Err(fault) => {
            tracing::warn!(?fault, program = %call.program.display(), "a run was not seen to its end");
            let outcome = Outcome::Fault(fault);
            notice::write(&outcome, || call);
            services.tally.count(Some(&plugin), &outcome);
            return;
        }
    };
    // Whatever the build does next, what would be lost by it is kept by now.
    let readied = record::ready(services, call, planned, finished, miss);
    running.answered();
    write(connection, &Reply::Done);
    let_go_on();
    let outcome = record::record(services, call, planned, readied);
    notice::write(&outcome, || call);
    services.tally.count(Some(&plugin), &outcome);
}

fn try_hit(services: &Services, call: &Call, planned: &plan::Planned) -> Result<End, MissReason> {
    let found = lookup::lookup(services, call, planned)?;
    let reply = hit::replay(services, call, planned, &found)?;
    Ok(End { reply, outcome: Some(Outcome::Hit), plugin: Some(planned.plugin_id()) })
}

fn answered(services: &Services, request: &CompileRequest<'_>, end: End) -> Begun {
    if let Some(outcome) = &end.outcome {
        notice::write(outcome, || Call::of(request));
    }
    end.count(services);
    Begun::Answered(end.reply)
}

fn send(services: &Services, connection: &mut UnixStream, call: &Call, end: End) {
    if let Some(outcome) = &end.outcome {
        notice::write(outcome, || call);
    }
    end.count(services);
    write(connection, &end.reply);
}

fn write(connection: &mut UnixStream, reply: &Reply) {
    if let Err(error) = frame::write(connection, reply) {
        tracing::debug!(%error, "a client went away before its answer");
    }
}

/// Lets a client that was just answered go on, as far as the system takes the hint. It may wait for the very processor that this
/// thread has, and would do so for as long as the thread's share of time lasts (1.6 ms, measured).
fn let_go_on() {
    std::thread::yield_now();
}

/// The outcome of trouble inside the daemon.
fn internal(error: &dyn std::fmt::Display) -> Outcome {
    tracing::error!(%error, "trouble inside; the tool runs uncached");
    Outcome::Fault(FaultKind::Internal)
}

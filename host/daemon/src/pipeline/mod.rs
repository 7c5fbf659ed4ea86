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

mod answers;
mod collect;
mod context;
mod hit;
mod lookup;
mod memo;
mod plan;
mod record;
mod resolve;
mod run;

use std::os::unix::net::UnixStream;

use zccache_model::limits;
use zccache_model::outcome::{FaultKind, MissReason, Outcome};
use zccache_protocol::frame;
use zccache_protocol::message::{Program, Reply};

use crate::call::Call;
use crate::flight::Turn;
use crate::services::Services;

pub use memo::PlanMemo;

/// How far a request came without waiting.
pub enum Begun {
    /// All the way.
    Answered(Reply),
    /// To a stage that may wait.
    Waits(Box<Waiting>),
}

/// A request that goes on where it may wait.
pub struct Waiting {
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
    outcome: Outcome,
    plugin: Option<String>,
}

/// Serves a request as far as that needs no waiting: all the way for a repeated hit or bypass.
#[tracing::instrument(level = "debug", skip_all, fields(program = %call.program.display()))]
pub fn begin(services: &Services, call: Call) -> Begun {
    if call.namespace != services.namespace {
        // Its paths are other files than the daemon's.
        return answered(services, exec(None, Outcome::Bypass("namespace".into()), None));
    }
    let resolved = match resolve::resolve(services, &call) {
        Ok(resolved) => resolved,
        Err(outcome) => return answered(services, exec(None, outcome, None)),
    };
    let stage = match plan::remembered(services, &call, &resolved) {
        None => Stage::Ask,
        Some(plan::Verdict::Uncached { outcome, plugin }) => {
            return answered(services, exec(Some(resolved.program), outcome, plugin));
        }
        Some(plan::Verdict::Split(calls)) => return Begun::Answered(split(&calls)),
        Some(plan::Verdict::Cacheable(planned)) => match try_hit(services, &call, &planned) {
            Ok(end) => return answered(services, end),
            Err(miss) => Stage::Miss(planned, miss),
        },
    };
    Begun::Waits(Box::new(Waiting { call, resolved, stage }))
}

/// Serves the rest of a request: asks plugins, waits for other runs, has the client run the tool.
pub fn go_on(services: &Services, mut connection: UnixStream, waiting: Box<Waiting>) {
    let Waiting { call, resolved, stage } = *waiting;
    let (planned, miss) = match stage {
        Stage::Miss(planned, miss) => (planned, miss),
        Stage::Ask => match plan::ask(services, &call, &resolved) {
            plan::Verdict::Uncached { outcome, plugin } => {
                return send(services, &mut connection, exec(Some(resolved.program), outcome, plugin));
            }
            plan::Verdict::Split(calls) => return write(&mut connection, &split(&calls)),
            plan::Verdict::Cacheable(planned) => match try_hit(services, &call, &planned) {
                Ok(end) => return send(services, &mut connection, end),
                Err(miss) => (planned, miss),
            },
        },
    };
    let mut miss = miss;
    let lead = match services.flights.join(&planned.context, limits::FLIGHT_WAIT) {
        Turn::Lead(lead) => Some(lead),
        Turn::Waited | Turn::TooLong => None,
    };
    // Either way somebody may have stored it since it was looked for.
    match try_hit(services, &call, &planned) {
        Ok(end) => return send(services, &mut connection, end),
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
            services.tally.count(Some(&plugin), &Outcome::Fault(fault));
            return;
        }
    };
    // What the run read is looked at before the client is answered: whatever the build does next, it does to files whose
    // state is known by then. Only the storing comes after.
    let readied = record::ready(services, call, planned, finished, miss);
    running.answered();
    write(connection, &Reply::Done);
    services.tally.count(Some(&plugin), &record::record(services, readied));
}

fn try_hit(services: &Services, call: &Call, planned: &plan::Planned) -> Result<End, MissReason> {
    let found = lookup::lookup(services, call, planned)?;
    let reply = hit::replay(services, call, planned, &found)?;
    Ok(End { reply, outcome: Outcome::Hit, plugin: Some(planned.plugin_id()) })
}

fn exec(program: Option<Program>, outcome: Outcome, plugin: Option<String>) -> End {
    let program = program.unwrap_or(Program { path: None, named_by_path: false });
    End { reply: Reply::Exec(program), outcome, plugin }
}

/// Nothing is counted: each of the calls will be.
fn split(calls: &[Vec<u32>]) -> Reply {
    Reply::Split { calls: calls.to_vec() }
}

fn answered(services: &Services, end: End) -> Begun {
    services.tally.count(end.plugin.as_deref(), &end.outcome);
    Begun::Answered(end.reply)
}

fn send(services: &Services, connection: &mut UnixStream, end: End) {
    services.tally.count(end.plugin.as_deref(), &end.outcome);
    write(connection, &end.reply);
}

fn write(connection: &mut UnixStream, reply: &Reply) {
    if let Err(error) = frame::write(connection, reply) {
        tracing::debug!(%error, "a client went away before its answer");
    }
}

/// The outcome of trouble inside the daemon.
fn internal(error: &dyn std::fmt::Display) -> Outcome {
    tracing::error!(%error, "trouble inside; the tool runs uncached");
    Outcome::Fault(FaultKind::Internal)
}

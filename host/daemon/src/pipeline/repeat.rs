//! A request that came before, word for word, and nothing that its answer rests on has changed since: it is answered
//! without asking a plugin, hashing a file or looking at one. The system itself tells that nothing has changed
//! (`docs/watching.md`); where it may have, the request goes the whole way.
//!
//! What a request comes to is found out a second time, beside the answering and with every path claimed before it is looked
//! at ([`remember`]). So nothing that the stages look at can be forgotten here, and nothing waits for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use zccache_files::Vouched;
use zccache_model::digest::{Digest, ResultKey};
use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::outcome::{MissReason, Outcome};
use zccache_model::plan::Failures;
use zccache_protocol::message::{CompileRequest, Program, Reply};

use crate::call::Call;
use crate::pipeline::{End, hit, lookup, plan, resolve};
use crate::services::Services;

/// Requests with their answers.
pub struct Repeats {
    known: Cache<Digest, Arc<Repeat>, Size>,
    answered: AtomicU64,
}

/// What a request comes to, as long as that holds.
struct Repeat {
    rests_on: Vouched,
    variables: Values,
    answer: Answer,
}

enum Answer {
    /// The tool runs as it was called.
    Exec { program: Program, outcome: Outcome, plugin: Option<String> },
    /// It is these calls.
    Split(Arc<Vec<Vec<u32>>>),
    /// A stored result, and where the output of each role goes.
    Hit { result: ResultKey, plugin: String, destinations: Vec<(String, PathBuf)>, failures: Failures },
}

/// Variables that are no part of the request's key, with the values that an answer rests on; none: not set.
type Values = Vec<(String, Option<Vec<u8>>)>;

#[derive(Clone)]
struct Size;

impl Weighter<Digest, Arc<Repeat>> for Size {
    fn weight(&self, _: &Digest, repeat: &Arc<Repeat>) -> u64 {
        let answer = match &repeat.answer {
            Answer::Exec { .. } => 200,
            Answer::Split(calls) => calls.iter().map(|call| 24 + 4 * call.len()).sum(),
            Answer::Hit { destinations, .. } => {
                destinations.iter().map(|(role, path)| 64 + role.len() + path.as_os_str().len()).sum()
            }
        };
        let variables = repeat.variables.iter();
        let variables: usize =
            variables.map(|(name, value)| 64 + name.len() + value.as_ref().map_or(0, Vec::len)).sum();
        (200 + answer + variables + repeat.rests_on.bytes()) as u64
    }
}

impl Repeats {
    /// Nothing was asked yet.
    pub fn new() -> Repeats {
        // Room for as many as there is memory for, at the usual size of one.
        let known = Cache::with_weighter(limits::REPEAT_BYTES as usize / 1_000, limits::REPEAT_BYTES, Size);
        Repeats { known, answered: AtomicU64::new(0) }
    }

    /// How many are remembered.
    pub fn remembered(&self) -> u64 {
        self.known.len() as u64
    }

    /// How often one was answered.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

/// Everything of a request that its answer can depend on; but not the mask, which only counts when outputs are put in place.
pub fn key(services: &Services, request: &CompileRequest<'_>) -> Digest {
    let mut key = KeyBuilder::new("request v1");
    key.part("program", request.program.0).part("directory", request.directory.0);
    for argument in &request.arguments {
        key.part("argument", argument.0);
    }
    for (name, value) in &request.environment {
        if services.variables.are_relevant(name.0) {
            key.part("variable", name.0).part("value", value.0);
        }
    }
    let streams = request.streams;
    key.part("streams", &[streams.stdout_is_terminal, streams.stderr_is_terminal, streams.joined].map(u8::from));
    key.number("mounts", request.namespace.mounts);
    for file in [request.client, request.namespace.root] {
        key.number("device", file.device).number("inode", file.inode);
    }
    key.finish()
}

/// How far memory alone answers a request.
pub enum Recalled {
    /// All the way. A result is in place by then.
    Answer(Box<End>),
    /// Not at all: it was not asked before, something may have changed, or a result cannot be put in place.
    Nothing,
    /// To a result that turned out to be damaged, and is forgotten.
    Damage,
}

/// The answer of before, if it holds.
pub fn recall(services: &Services, key: &Digest, request: &CompileRequest<'_>) -> Recalled {
    let Some(repeat) = services.repeats.known.get(key) else { return Recalled::Nothing };
    if !services.files.watch().holds(&repeat.rests_on) {
        services.repeats.known.remove(key);
        return Recalled::Nothing;
    }
    // The request of another state of these variables has the same key: what was remembered may be asked for again.
    let are = |(name, value): &(String, Option<Vec<u8>>)| {
        let now = request.environment.iter().find(|(known, _)| known.0 == name.as_bytes());
        now.map(|(_, value)| value.0) == value.as_deref()
    };
    if !repeat.variables.iter().all(are) {
        return Recalled::Nothing;
    }
    let end = match &repeat.answer {
        Answer::Exec { program, outcome, plugin } => {
            End { reply: Reply::Exec(program.clone()), outcome: Some(outcome.clone()), plugin: plugin.clone() }
        }
        Answer::Split(calls) => End::split(calls),
        Answer::Hit { result, plugin, destinations, failures } => {
            let Some(stored) = services.store.result(result) else { return Recalled::Nothing };
            if *failures == Failures::KeepWhereNothingIs {
                let paths = destinations.iter().map(|(role, path)| (role.as_str(), path.clone()));
                if hit::check_nothing_is(&stored, paths).is_err() {
                    return Recalled::Nothing;
                }
            }
            let destination =
                |role: &str| destinations.iter().find(|known| known.0 == role).map(|known| known.1.clone());
            match hit::put(services, result, &stored, destination, request.umask) {
                Ok(reply) => End { reply, outcome: Some(Outcome::Hit), plugin: Some(plugin.clone()) },
                Err(MissReason::Corrupt) => return Recalled::Damage,
                Err(_) => return Recalled::Nothing,
            }
        }
    };
    services.repeats.answered.fetch_add(1, Ordering::Relaxed);
    Recalled::Answer(Box::new(end))
}

/// Finds out what a request comes to, with everything claimed that is looked at, and remembers it.
#[tracing::instrument(level = "debug", skip_all, fields(program = %call.program.display()))]
pub fn remember(services: &Services, key: Digest, mut call: Call) {
    call.survey = services.files.watch().survey();
    if call.survey.is_none() {
        return;
    }
    if let Some((answer, variables)) = find(services, &call)
        && let Some(rests_on) = call.survey.and_then(zccache_files::Survey::finish)
    {
        services.repeats.known.insert(key, Arc::new(Repeat { rests_on, variables, answer }));
    }
}

/// What a request comes to at this moment. None: to a stage that is not remembered.
fn find(services: &Services, call: &Call) -> Option<(Answer, Values)> {
    let resolved = resolve::resolve(services, call).ok()?;
    let mut variables = Values::new();
    let answer = match plan::remembered(services, call, &resolved)? {
        plan::Verdict::Uncached { outcome, plugin } => Answer::Exec { program: resolved.program, outcome, plugin },
        plan::Verdict::Split(calls) => Answer::Split(calls),
        plan::Verdict::Cacheable(planned) => {
            let found = lookup::lookup(services, call, &planned).ok()?;
            let outputs = planned.unit().outputs.iter();
            let destinations =
                outputs.map(|output| (output.role.clone(), hit::destination(call, &output.path))).collect();
            // What the unit says comes of the arguments, and they are in the request's key.
            let said = |name: &String| planned.unit().sometimes.iter().any(|(known, _)| known == name);
            variables.extend(found.variables.into_iter().filter(|name| !said(name)).map(|name| {
                let value = call.bytes_of(&name).map(<[u8]>::to_vec);
                (name, value)
            }));
            let failures = planned.unit().failures;
            Answer::Hit { result: found.key, plugin: planned.plugin_id(), destinations, failures }
        }
    };
    Some((answer, variables))
}

//! Which plugin claims a call, and what does it say of it? Asked once, then remembered under everything that the plugin was
//! given and everything that its answers rest on.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use zccache_files::Started;
use zccache_model::digest::{ContextKey, Digest};
use zccache_model::invocation::Invocation;
use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::outcome::{FaultKind, Outcome};
use zccache_model::plan::{Answer, Decision, Plan, Unit};
use zccache_model::rules;
use zccache_protocol::message::Program;
use zccache_sandbox::{Registered, Standing};

use crate::call::Call;
use crate::pipeline::answers::Inquiry;
use crate::pipeline::context;
use crate::pipeline::memo::Remembered;
use crate::pipeline::resolve::Resolved;
use crate::services::Services;
use crate::variables::OF_PROGRAMS;

/// What a call is.
pub enum Verdict {
    /// The tool runs as it was called.
    Uncached {
        /// Why.
        outcome: Outcome,
        /// The plugin that said so.
        plugin: Option<String>,
    },
    /// It can come from the cache.
    Cacheable(Planned),
    /// It is these calls: indices of the arguments that each keeps.
    Split(Arc<Vec<Vec<u32>>>),
}

/// A call that a plugin has planned.
#[derive(Clone)]
pub struct Planned {
    /// Who planned it.
    pub plugin: Arc<Registered>,
    /// What the plugin was told.
    pub invocation: Arc<Invocation>,
    /// The tool, as it is executed.
    pub program: Program,
    /// What it said.
    pub plan: Arc<Plan>,
    /// Everything that is known before the inputs are.
    pub context: ContextKey,
}

impl Planned {
    /// What the call makes.
    pub fn unit(&self) -> &Unit {
        &self.plan.unit
    }

    /// The value that a name of an input list stands for in a call: what the unit says, or a variable.
    pub fn value_of<'a>(&'a self, call: &'a Call, name: &str) -> Option<&'a [u8]> {
        let said = self.unit().sometimes.iter().find(|(known, _)| known == name);
        said.map(|(_, value)| value.as_bytes()).or_else(|| call.bytes_of(name))
    }

    /// The id that is counted by.
    pub fn plugin_id(&self) -> String {
        self.plugin.plugin().description().id.clone()
    }
}

/// What one plugin is asked.
struct Question {
    plugin: Arc<Registered>,
    invocation: Arc<Invocation>,
    key: Digest,
}

/// What was said of such a call before, if everything it rested on is as it was.
pub fn remembered(services: &Services, call: &Call, resolved: &Resolved) -> Option<Verdict> {
    for plugin in services.registry.candidates(&resolved.tool.name) {
        let Ok(question) = question(call, resolved, plugin) else { return None };
        let remembered = call.at_place(|place| services.plans.plan(services, place, &question.key))?;
        match remembered {
            Remembered::Declined => {}
            remembered => return Some(verdict(&question, resolved, remembered)),
        }
    }
    Some(unclaimed())
}

/// Asks the plugins that claim the program, best fit first, until one does not decline.
#[tracing::instrument(level = "debug", skip_all, fields(program = %call.program.display()))]
pub fn ask(services: &Services, call: &Call, resolved: &Resolved, client: &UnixStream) -> Verdict {
    for plugin in services.registry.candidates(&resolved.tool.name) {
        let id = plugin.plugin().description().id.clone();
        let uncached = |outcome| Verdict::Uncached { outcome, plugin: Some(id.clone()) };
        if plugin.is_disabled() {
            return uncached(Outcome::Fault(FaultKind::PluginDisabled));
        }
        let question = match question(call, resolved, plugin) {
            Ok(question) => question,
            Err(reason) => return uncached(Outcome::Bypass(reason.into())),
        };
        match ask_one(services, call, resolved, &question, client) {
            Ok(Remembered::Declined) => {}
            Ok(remembered) => return verdict(&question, resolved, remembered),
            Err(Unanswered::Fault(kind, why)) => {
                blame(plugin, kind, &why);
                return uncached(Outcome::Fault(kind));
            }
            Err(Unanswered::Bypass(reason)) => return uncached(Outcome::Bypass(reason.into())),
            Err(Unanswered::Internal(error)) => return uncached(super::internal(&error)),
        }
    }
    unclaimed()
}

fn unclaimed() -> Verdict {
    Verdict::Uncached { outcome: Outcome::Bypass("no-plugin".into()), plugin: None }
}

fn verdict(question: &Question, resolved: &Resolved, remembered: Remembered) -> Verdict {
    match remembered {
        Remembered::Planned { plan, context } => Verdict::Cacheable(Planned {
            plugin: Arc::clone(&question.plugin),
            invocation: Arc::clone(&question.invocation),
            program: resolved.program.clone(),
            plan,
            context,
        }),
        Remembered::Bypassed(reason) => Verdict::Uncached {
            outcome: Outcome::Bypass(reason),
            plugin: Some(question.plugin.plugin().description().id.clone()),
        },
        Remembered::Split(calls) => Verdict::Split(calls),
        Remembered::Declined => unclaimed(),
    }
}

/// What the plugin is told of the call; an error is the reason why it cannot be told.
fn question(call: &Call, resolved: &Resolved, plugin: &Arc<Registered>) -> Result<Question, &'static str> {
    const NOT_UNICODE: &str = "not-unicode";
    let description = plugin.plugin().description();
    let mut environment = Vec::new();
    for (name, value) in &call.environment {
        if name.to_str().is_some_and(|name| description.declares(name)) {
            let text = (name.to_str().ok_or(NOT_UNICODE)?, value.to_str().ok_or(NOT_UNICODE)?);
            environment.push((text.0.to_owned(), text.1.to_owned()));
        }
    }
    environment.sort();
    let arguments: Option<Vec<String>> =
        call.arguments.iter().map(|argument| argument.to_str().map(str::to_owned)).collect();
    let invocation = Invocation {
        tool: resolved.tool.clone(),
        arguments: arguments.ok_or(NOT_UNICODE)?,
        directory: call.directory.to_str().ok_or(NOT_UNICODE)?.to_owned(),
        environment,
        streams: call.streams,
    };
    let key = question_key(plugin, resolved, call, &invocation);
    Ok(Question { plugin: Arc::clone(plugin), invocation: Arc::new(invocation), key })
}

fn question_key(plugin: &Registered, resolved: &Resolved, call: &Call, invocation: &Invocation) -> Digest {
    let mut key = KeyBuilder::new("question v2");
    key.digest("plugin", &plugin.plugin().digest().0)
        .digest("tool", &resolved.identity.0)
        .text("name", &invocation.tool.name)
        .text("path", &invocation.tool.path)
        .text("real", &invocation.tool.real)
        .text("directory", &invocation.directory);
    for argument in &invocation.arguments {
        key.text("argument", argument);
    }
    for (name, value) in &invocation.environment {
        key.text("variable", name).text("value", value);
    }
    // The plugin is not told of them, but what the tool says in probes rests on the programs that they lead it to.
    for name in OF_PROGRAMS {
        key.part("of programs", call.bytes_of(name).unwrap_or_default());
    }
    let streams = invocation.streams;
    key.part("streams", &[streams.stdout_is_terminal, streams.stderr_is_terminal, streams.joined].map(u8::from));
    key.finish()
}

/// Why a plugin gave no usable answer.
pub enum Unanswered {
    /// Its own fault, in words for the log.
    Fault(FaultKind, String),
    /// What it asks for cannot be looked at from here, for this reason.
    Bypass(&'static str),
    /// Trouble in the daemon.
    Internal(std::io::Error),
}

/// Holds a fault against a plugin, and says so in the log. Trouble of the host's own is nobody's fault.
pub fn blame(plugin: &Registered, kind: FaultKind, why: &str) {
    let id = &plugin.plugin().description().id;
    tracing::error!(plugin = id, ?kind, why, "no usable answer; the tool runs uncached");
    if kind != FaultKind::Internal && plugin.faulted() == Standing::JustDisabled {
        tracing::error!(plugin = id, "too many faults in a row: the plugin is left alone until the daemon starts anew");
    }
}

fn ask_one(
    services: &Services,
    call: &Call,
    resolved: &Resolved,
    question: &Question,
    client: &UnixStream,
) -> Result<Remembered, Unanswered> {
    let plugin = &question.plugin;
    let begun = Started::now();
    let mut inquiry = Inquiry::new(services, call, resolved, plugin.plugin(), &question.invocation, client);
    let mut answers: Vec<Answer> = Vec::new();
    for _ in 0..limits::PLAN_ROUNDS {
        let decision = plugin
            .plugin()
            .plan(&question.invocation, &answers)
            .map_err(|fault| Unanswered::Fault(fault.kind(), fault.to_string()))?;
        let remembered = match decision {
            Decision::Need(questions) => {
                answers.extend(inquiry.answer(&answers, questions)?);
                continue;
            }
            Decision::Decline => Remembered::Declined,
            Decision::Bypass(refusal) => {
                tracing::debug!(reason = refusal.reason, detail = refusal.detail, "bypass");
                Remembered::Bypassed(refusal.reason)
            }
            Decision::Run(plan) => planned(resolved, question, &answers, *plan)?,
            Decision::Split(calls) => {
                rules::check_split(&question.invocation, &calls).map_err(against_the_rules)?;
                Remembered::Split(Arc::new(calls))
            }
        };
        plugin.succeeded();
        inquiry.remember(begun, &question.key, &remembered);
        return Ok(remembered);
    }
    Err(Unanswered::Fault(FaultKind::PluginRule, format!("still asks after {} rounds", limits::PLAN_ROUNDS)))
}

fn planned(resolved: &Resolved, question: &Question, answers: &[Answer], plan: Plan) -> Result<Remembered, Unanswered> {
    let description = question.plugin.plugin().description();
    rules::check_plan(description, &question.invocation, &plan).map_err(against_the_rules)?;
    let context = context::key(description, &question.invocation, &resolved.identity, answers, &plan.unit);
    Ok(Remembered::Planned { plan: Arc::new(plan), context })
}

/// An answer that breaks a rule of the host.
pub fn against_the_rules(broken: rules::BrokenRule) -> Unanswered {
    Unanswered::Fault(FaultKind::PluginRule, broken.to_string())
}

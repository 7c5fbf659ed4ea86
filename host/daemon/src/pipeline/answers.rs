//! Answering what a plugin asks before it decides, and noting what the answers rest on.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use zccache_files::Started;
use zccache_model::digest::Digest;
use zccache_model::invocation::Invocation;
use zccache_model::key::KeyBuilder;
use zccache_model::limits;
use zccache_model::path;
use zccache_model::plan::{Answer, Probe, Question, Ran};
use zccache_model::plugin::GrantKind;
use zccache_model::rules::{self, GrantedWord};
use zccache_protocol::frame::{self, FrameError};
use zccache_protocol::message::{Input, Reply};
use zccache_sandbox::Plugin;

use crate::call::Call;
use crate::pipeline::memo::{Assumptions, Ground, Remembered};
use crate::pipeline::plan::{self, Unanswered};
use crate::pipeline::probe::{self, Given};
use crate::pipeline::resolve::Resolved;
use crate::services::Services;
use crate::variables::OF_PROGRAMS;

/// One plugin's questions about one call.
pub struct Inquiry<'a> {
    services: &'a Services,
    call: &'a Call,
    resolved: &'a Resolved,
    plugin: &'a Plugin,
    invocation: &'a Invocation,
    grounds: Vec<Ground>,
    /// Where the caller can be asked for what is on standard input.
    client: &'a UnixStream,
    /// Some answer is what the tool said to a probe.
    probed: bool,
    /// Probes that were run for this, not remembered.
    ran: Vec<(Digest, Arc<Ran>)>,
}

impl<'a> Inquiry<'a> {
    /// Nothing was asked yet.
    pub fn new(
        services: &'a Services,
        call: &'a Call,
        resolved: &'a Resolved,
        plugin: &'a Plugin,
        invocation: &'a Invocation,
        client: &'a UnixStream,
    ) -> Self {
        let (grounds, ran) = (Vec::new(), Vec::new());
        Inquiry { services, call, resolved, plugin, invocation, grounds, client, probed: false, ran }
    }

    /// The answers to the questions of one round, in their order. What is read is read first: the tool reads it too where a word
    /// names it, so that what it says in a probe of the same round rests on it.
    pub fn answer(&mut self, before: &[Answer], questions: Vec<Question>) -> Result<Vec<Answer>, Unanswered> {
        let is_probe = |(_, question): &(usize, Question)| matches!(question, Question::Probe(_));
        let (probes, others): (Vec<_>, Vec<_>) = questions.into_iter().enumerate().partition(is_probe);
        let mut round = Vec::new();
        for (place, question) in others.into_iter().chain(probes) {
            round.push((place, self.answer_one(before, question)?));
        }
        round.sort_unstable_by_key(|(place, _)| *place);
        Ok(round.into_iter().map(|(_, answer)| answer).collect())
    }

    /// The answer to a question, if it may be asked.
    fn answer_one(&mut self, answers: &[Answer], question: Question) -> Result<Answer, Unanswered> {
        rules::check_question(self.plugin.description(), self.invocation, answers, &question)
            .map_err(plan::against_the_rules)?;
        if let Question::Read(path) | Question::Look(path) = &question
            && self.services.files.is_of_process(&path::from_directory(&self.call.directory, path))
        {
            return Err(Unanswered::Bypass("path-of-process"));
        }
        match question {
            Question::Read(file) => self.read(file),
            Question::StandardInput => self.standard_input(),
            Question::Look(path) => {
                let whole = path::from_directory(&self.call.directory, &path);
                let kind = self.call.at_place(|place| self.services.files.kind(place, &whole));
                self.grounds.push(Ground::Look(path, kind));
                Ok(Answer::Is(kind))
            }
            Question::Probe(probe) => {
                let words = rules::probe_words(self.plugin.description(), self.invocation, &probe)
                    .map_err(plan::against_the_rules)?;
                self.probe(&probe, words)
            }
        }
    }

    fn read(&mut self, file: String) -> Result<Answer, Unanswered> {
        let path = path::from_directory(&self.call.directory, &file);
        let content = self.services.files.read(&path, limits::READ_BYTES).map_err(|error| {
            // A folder, a file too large or one that may not be read is the caller's affair, and the tool says so best.
            tracing::debug!(%error, "a file that a plugin asks for cannot be read");
            Unanswered::Bypass("unreadable")
        })?;
        self.grounds.push(Ground::Read(file, content.as_deref().map(Digest::of)));
        Ok(Answer::Content(content))
    }

    /// What the caller gives on standard input: asked for once.
    fn standard_input(&self) -> Result<Answer, Unanswered> {
        let given = self.call.input.get_or_init(|| match ask_for_input(self.client) {
            Ok(input) => input.bytes,
            Err(error) => {
                tracing::debug!(%error, "a client does not say what is on its standard input");
                None
            }
        });
        match given {
            Some(bytes) => Ok(Answer::Content(Some(bytes.clone()))),
            None => Err(Unanswered::Bypass("stdin")),
        }
    }

    fn probe(&mut self, probe: &Probe, words: Vec<GrantedWord>) -> Result<Answer, Unanswered> {
        let alone =
            self.plugin.description().grant(&probe.grant).is_some_and(|grant| grant.kind == GrantKind::SelfProbe);
        let key = self.probe_key(probe, &words, alone);
        let known = self.call.at_place(|place| self.services.plans.probe(self.services, place, &key));
        self.probed = true;
        let ran = match known {
            Some(ran) => ran,
            None => {
                let given = if alone { Given::Nothing } else { Given::Place };
                let (call, program) = (self.call, &self.resolved.program);
                let ran = probe::run(self.services, call, program, self.invocation, words, given);
                let ran = Arc::new(ran.map_err(Unanswered::Internal)?.0);
                self.ran.push((key, Arc::clone(&ran)));
                ran
            }
        };
        Ok(Answer::Ran(ran.as_ref().clone()))
    }

    /// Everything that a probe's output can depend on, but for the assumptions of the plan that comes of it. `alone`: the
    /// tool tells of itself, and is given neither directory nor variables.
    fn probe_key(&self, probe: &Probe, words: &[GrantedWord], alone: bool) -> Digest {
        let mut key = KeyBuilder::new("probe v3");
        key.digest("plugin", &self.plugin.digest().0)
            .digest("tool", &self.resolved.identity.0)
            .text("name", &self.invocation.tool.name)
            .text("path", &self.invocation.tool.path)
            .text("directory", if alone { "" } else { &self.invocation.directory })
            .text("grant", &probe.grant);
        for word in words {
            match word {
                GrantedWord::Text(text) => key.text("word", text),
                GrantedWord::Scratch(prefix) => key.text("scratch", prefix),
            };
        }
        // One of the caller's words may name a file of more words, which the tool reads too.
        for (path, content) in self.grounds.iter().filter(|_| !probe.user.is_empty()).filter_map(Ground::read) {
            key.text("read", path).optional("content", content.map(|digest| digest.as_bytes().as_slice()));
        }
        let declared = self.invocation.environment.iter().filter(|_| !alone);
        for (name, value) in declared {
            key.text("variable", name).text("value", value);
        }
        for name in OF_PROGRAMS {
            key.part("of programs", self.call.bytes_of(name).unwrap_or_default());
        }
        key.finish()
    }

    /// Remembers what the plugin said, and what the probes said with it, as far as all that it rests on has been quiet.
    pub fn remember(self, begun: Started, question: &Digest, said: &Remembered) {
        let assumptions = match said {
            Remembered::Planned { plan, .. } => plan.assumptions.as_slice(),
            // What the tool said to a probe is taken for granted only with a plan that says what it rests on.
            Remembered::Bypassed(_) | Remembered::Declined | Remembered::Split(_) if self.probed => return,
            Remembered::Bypassed(_) | Remembered::Declined | Remembered::Split(_) => &[],
        };
        let plans = &self.services.plans;
        self.call.at_place(|place| {
            let Some(states) = self.services.files.quiet_states(place, begun, assumptions) else { return };
            let assumptions = Assumptions::new(assumptions, &states);
            for (key, ran) in self.ran {
                plans.remember_probe(self.services, key, ran, assumptions.clone());
            }
            if self.call.given().is_some() {
                // The question does not hold what was said of its input.
                return;
            }
            plans.remember(*question, said.clone(), self.grounds, assumptions);
        });
    }
}

fn ask_for_input(mut client: &UnixStream) -> Result<Input, FrameError> {
    frame::write(&mut client, &Reply::SendInput)?;
    // Whoever writes there may take as long as it likes. The client's death ends the connection.
    client.set_read_timeout(None)?;
    frame::decode(&frame::read_message(&mut client)?)
}

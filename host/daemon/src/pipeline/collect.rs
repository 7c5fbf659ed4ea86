//! What did a run read? The plugin says, in rounds; the host looks, and refuses what it cannot be sure of.
//!
//! Most of it comes after the client was answered, and by then the build has gone on. What was there is told by change times;
//! what was not, by the folders as they were when the tool had ended. Where those would not say enough, all of it comes before
//! the answer.

use std::collections::HashMap;
use std::sync::Arc;

use zccache_files::{Collection, EndWitness, Started, TokenRules, Unsure, Witness, Witnessed};
use zccache_model::limits;
use zccache_model::manifest::{ObservedPath, SeenInput};
use zccache_model::outcome::FaultKind;
use zccache_model::path;
use zccache_model::plan::{Dependency, Input, Observe, Scan};
use zccache_model::reading::{Collected, Fact, Find, Found, Learnt, Reading, RunRecord};
use zccache_model::rules;
use zccache_model::state::InputState;

use crate::call::Call;
use crate::pipeline::plan::Planned;
use crate::pipeline::run::searched;
use crate::pipeline::{circumstances, companion};
use crate::services::Services;

/// Why what a run read is not known for sure.
pub enum Unknown {
    /// The plugin or the host refuses, for this reason.
    Refused(String),
    /// The plugin is at fault.
    Fault(FaultKind, String),
}

/// A run that has ended, and what was seen of the folders at its two ends.
pub struct Seen {
    run: RunRecord,
    started: Started,
    released: Witness,
}

/// A collection that the rest of is left for after the answer.
pub struct Begun {
    seen: Seen,
    /// What the plugin wants to know first.
    asked: Vec<String>,
    ended: EndWitness,
}

/// How far a collection came before the answer.
pub enum Progress {
    /// To its end.
    Whole(Box<(RunRecord, Collection)>),
    /// As far as it must.
    Begun(Box<Begun>),
}

impl Seen {
    /// A run, what was seen at its release, and nothing of its end so far.
    pub fn new(run: RunRecord, started: Started, released: Witness) -> Seen {
        Seen { run, started, released }
    }

    /// What must come before the client is answered.
    #[tracing::instrument(level = "debug", skip_all)]
    pub fn begin(mut self, services: &Services, call: &Call, planned: &Planned) -> Result<Progress, Unknown> {
        let mut is_written = true;
        for (dependency, bytes) in planned.unit().dependencies.iter().zip(&mut self.run.dependencies) {
            let scan = match dependency {
                Dependency::Scan(scan) => Some(scan),
                Dependency::ScanInstead(scan) if !is_written => Some(scan),
                _ => None,
            };
            if let Some(scan) = scan {
                *bytes = Some(follow(services, call, planned, scan)?);
            }
            is_written = bytes.is_some();
        }
        let first = ask(planned, &self.run, &Learnt::default())?;
        if let Collected::Facts(asked) = &first
            && !self.may_go_with_its_source(services, call, planned)
        {
            let searched: Vec<&str> = searched(planned).collect();
            let busy = services.busy.all();
            let ended = call.at_place(|place| services.files.witness_end(place, self.started, &searched, asked, &busy));
            if let Some(ended) = ended {
                let asked = asked.clone();
                return Ok(Progress::Begun(Box::new(Begun { seen: self, asked, ended })));
            }
        }
        let told = go_on(services, call, planned, &self.run, first)?;
        let collection = self.look(services, call, planned, told, None)?;
        Ok(Progress::Whole(Box::new((self.run, collection))))
    }

    /// Whether the plan says too little of where names are looked for, or something that it names was made just before the run:
    /// scripts that try a compiler out remove their source as soon as it is back.
    fn may_go_with_its_source(&self, services: &Services, call: &Call, planned: &Planned) -> bool {
        let (unit, soon) = (planned.unit(), services.settings.soon);
        unit.ahead.is_none() || call.at_place(|place| self.started.is_soon_after_changes(place, &unit.inputs, soon))
    }

    fn look(
        &self,
        services: &Services,
        call: &Call,
        planned: &Planned,
        Told { reading, contents }: Told,
        ended: Option<&EndWitness>,
    ) -> Result<Collection, Unknown> {
        let unit = planned.unit();
        rules::check_reading(unit, &reading).map_err(|broken| Unknown::Fault(FaultKind::PluginRule, broken.0))?;
        let parts = [
            (planned.plan.chains.as_slice(), unit.inputs.as_slice(), unit.lookups.as_slice()),
            (reading.chains.as_slice(), reading.inputs.as_slice(), reading.lookups.as_slice()),
        ];
        let witnessed = Witnessed { started: self.started, released: &self.released, ended };
        let collected = call.at_place(|place| services.files.collect(place, &witnessed, &parts));
        let mut collection = collected.map_err(|unsure| {
            if let Unsure::ChangedDuringRun { path } = &unsure {
                // Where it is a folder, the next run that looks into it is to know what it held.
                services.busy.note(&path::from_directory(&call.directory, path));
            }
            tracing::debug!(%unsure, "a run is not stored");
            Unknown::Refused(unsure.code().to_owned())
        })?;
        if let Some(input) = contents.changed(&collection) {
            tracing::debug!(path = input, "a run is not stored: a file changed while it was looked at");
            return Err(Unknown::Refused("changed-during-run".to_owned()));
        }
        circumstances::note(&mut collection.list, &self.run, reading);
        Ok(collection)
    }
}

impl Begun {
    /// The rest.
    #[tracing::instrument(level = "debug", skip_all)]
    pub fn finish(
        self,
        services: &Services,
        call: &Call,
        planned: &Planned,
    ) -> Result<(RunRecord, Collection), Unknown> {
        let Begun { seen, asked, ended } = self;
        let told = go_on(services, call, planned, &seen.run, Collected::Facts(asked))?;
        let collection = seen.look(services, call, planned, told, Some(&ended))?;
        Ok((seen.run, collection))
    }
}

/// What a plugin said of a run, and the contents that it was told of.
struct Told {
    reading: Reading,
    contents: Contents,
}

/// Contents of files as a plugin was told of them.
#[derive(Default)]
struct Contents(HashMap<String, Option<String>>);

impl Contents {
    fn told(&mut self, paths: Vec<String>, facts: &[Fact]) {
        self.0.extend(paths.into_iter().zip(facts.iter().map(|fact| fact.content.clone())));
    }

    /// A file whose state is not that of the content that the plugin knows.
    fn changed<'c>(&self, collection: &'c Collection) -> Option<&'c str> {
        let inputs = collection.list.inputs.iter().zip(&collection.states);
        let changed = |input: &ObservedPath, seen: &SeenInput| match &seen.state {
            InputState::Content(digest) | InputState::ContentAndTime(digest, _) => {
                self.0.get(&input.path).is_some_and(|told| told.as_ref() != Some(&digest.to_hex()))
            }
            _ => false,
        };
        inputs.filter(|(input, seen)| changed(input, seen)).map(|(input, _)| input.path.as_str()).next()
    }
}

/// What the plugin says of a run, given this.
fn ask(planned: &Planned, run: &RunRecord, learnt: &Learnt) -> Result<Collected, Unknown> {
    let plugin = &planned.plugin;
    let collected =
        plugin.plugin().collect(run, learnt).map_err(|fault| Unknown::Fault(fault.kind(), fault.to_string()))?;
    if matches!(collected, Collected::Done(_) | Collected::Refuse(_)) {
        plugin.succeeded();
    }
    Ok(collected)
}

/// Tells the plugin what it asks for, from its first answer on, until it has said what the run read.
fn go_on(
    services: &Services,
    call: &Call,
    planned: &Planned,
    run: &RunRecord,
    first: Collected,
) -> Result<Told, Unknown> {
    let tokens = &services.tokens[&planned.plugin.plugin().digest()];
    let mut learnt = Learnt::default();
    let mut contents = Contents::default();
    let mut collected = first;
    for _ in 0..limits::COLLECT_ROUNDS {
        match collected {
            Collected::Done(reading) => return Ok(Told { reading, contents }),
            Collected::Refuse(refusal) => {
                tracing::debug!(reason = refusal.reason, detail = refusal.detail, "a run is not stored");
                return Err(Unknown::Refused(refusal.reason));
            }
            Collected::Facts(paths) => {
                let facts = facts(services, call, tokens, &paths);
                contents.told(paths, &facts);
                learnt.facts.extend(facts);
            }
            Collected::Find(Find { tokens, files }) => {
                let facts = find(services, call, &TokenRules::new(&tokens), &files);
                contents.told(files, &facts);
                let tokens = Arc::new(tokens);
                let found = |fact: Fact| Found { tokens: Arc::clone(&tokens), findings: fact.findings };
                learnt.found.extend(facts.into_iter().map(found));
            }
            Collected::Companion(companion) => {
                let before = learnt.companions.len();
                learnt.companions.push(companion::run(services, call, planned, &companion, before)?);
            }
        }
        collected = ask(planned, run, &learnt)?;
    }
    let rounds = limits::COLLECT_ROUNDS;
    Err(Unknown::Fault(FaultKind::PluginRule, format!("still asks after {rounds} rounds")))
}

/// Where each of these files holds further tokens; an empty path is what was given on standard input.
fn find(services: &Services, call: &Call, tokens: &TokenRules, files: &[String]) -> Vec<Fact> {
    let mut facts = call.at_place(|place| services.files.find(place, tokens, files));
    if let Some(given) = call.given() {
        for (fact, _) in facts.iter_mut().zip(files).filter(|(_, path)| path.is_empty()) {
            *fact = services.files.find_in_bytes(tokens, given);
        }
    }
    facts
}

/// One fact for each path, in order; an empty one is what was given on standard input.
fn facts(services: &Services, call: &Call, tokens: &TokenRules, paths: &[String]) -> Vec<Fact> {
    let mut facts = call.at_place(|place| services.files.facts(place, tokens, paths));
    if let Some(given) = call.given() {
        for (fact, _) in facts.iter_mut().zip(paths).filter(|(_, path)| path.is_empty()) {
            *fact = services.files.fact_of_bytes(tokens, given);
        }
    }
    facts
}

/// All files that names lead to from the unit's inputs on, each path ended by a zero byte.
fn follow(services: &Services, call: &Call, planned: &Planned, scan: &Scan) -> Result<Vec<u8>, Unknown> {
    let tokens = &services.tokens[&planned.plugin.plugin().digest()];
    let is_read = |input: &&Input| !matches!(input.observe, Observe::Kind | Observe::Identity);
    let roots: Vec<String> = planned.unit().inputs.iter().filter(is_read).map(|input| input.path.clone()).collect();
    let found = call.at_place(|place| services.files.scan(place, tokens, &planned.plan.chains, scan, &roots)).map_err(
        |error| {
            tracing::debug!(%error, "a run is not stored");
            Unknown::Refused("scan".to_owned())
        },
    )?;
    Ok(found.into_iter().flat_map(|path| path.into_bytes().into_iter().chain([0])).collect())
}

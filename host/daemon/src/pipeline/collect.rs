//! What did a run read? The plugin says, in rounds; the host looks, and refuses what it cannot be sure of.
//!
//! Most of it comes after the client was answered, and by then the build has gone on. What was there is told by change times;
//! what was not, by the folders as they were when the tool had ended. Where those would not say enough, all of it comes before
//! the answer.

use std::collections::HashMap;

use zccache_files::{Collection, EndWitness, Started, Witness, Witnessed};
use zccache_model::limits;
use zccache_model::manifest::{ObservedPath, SeenInput};
use zccache_model::outcome::FaultKind;
use zccache_model::plan::{Dependency, Input, Scan};
use zccache_model::reading::{Collected, Fact, Reading, RunRecord};
use zccache_model::rules;
use zccache_model::state::InputState;

use crate::call::Call;
use crate::pipeline::plan::Planned;
use crate::pipeline::run::searched;
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
        let mut scans = false;
        for (dependency, bytes) in planned.unit().dependencies.iter().zip(&mut self.run.dependencies) {
            if let Dependency::Scan(scan) = dependency {
                scans = true;
                *bytes = Some(follow(services, call, planned, scan)?);
            }
        }
        let first = ask(planned, &self.run, &[])?;
        if let Collected::Facts(asked) = &first
            && !scans
            && !self.may_go_with_its_source(services, call, planned)
        {
            let searched: Vec<&str> = searched(planned).collect();
            let ended = call.at_place(|place| services.files.witness_end(place, self.started, &searched, asked));
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
            tracing::debug!(%unsure, "a run is not stored");
            Unknown::Refused(unsure.code().to_owned())
        })?;
        if let Some(input) = contents.changed(&collection) {
            tracing::debug!(path = input, "a run is not stored: a file changed while it was looked at");
            return Err(Unknown::Refused("changed-during-run".to_owned()));
        }
        collection.list.variables = reading.variables;
        collection.list.variables.sort();
        collection.list.variables.dedup();
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

/// What the plugin says of a run, given these facts.
fn ask(planned: &Planned, run: &RunRecord, facts: &[Fact]) -> Result<Collected, Unknown> {
    let plugin = &planned.plugin;
    let collected =
        plugin.plugin().collect(run, facts).map_err(|fault| Unknown::Fault(fault.kind(), fault.to_string()))?;
    if !matches!(collected, Collected::Facts(_)) {
        plugin.succeeded();
    }
    Ok(collected)
}

/// Tells the plugin facts from its first answer on, until it has said what the run read.
fn go_on(
    services: &Services,
    call: &Call,
    planned: &Planned,
    run: &RunRecord,
    first: Collected,
) -> Result<Told, Unknown> {
    let tokens = &services.tokens[&planned.plugin.plugin().digest()];
    let mut facts: Vec<Fact> = Vec::new();
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
                let first = facts.len();
                facts.extend(call.at_place(|place| services.files.facts(place, tokens, &paths)));
                let told = facts[first..].iter().map(|fact| fact.content.clone());
                contents.0.extend(paths.into_iter().zip(told));
                collected = ask(planned, run, &facts)?;
            }
        }
    }
    let rounds = limits::COLLECT_ROUNDS;
    Err(Unknown::Fault(FaultKind::PluginRule, format!("still asks for facts after {rounds} rounds")))
}

/// All files that names lead to from the unit's inputs on, each path ended by a zero byte.
fn follow(services: &Services, call: &Call, planned: &Planned, scan: &Scan) -> Result<Vec<u8>, Unknown> {
    let tokens = &services.tokens[&planned.plugin.plugin().digest()];
    let roots: Vec<String> = planned.unit().inputs.iter().map(|Input { path, .. }| path.clone()).collect();
    let found = call.at_place(|place| services.files.scan(place, tokens, &planned.plan.chains, scan, &roots)).map_err(
        |error| {
            tracing::debug!(%error, "a run is not stored");
            Unknown::Refused("scan".to_owned())
        },
    )?;
    Ok(found.into_iter().flat_map(|path| path.into_bytes().into_iter().chain([0])).collect())
}

//! What did a run read? The plugin says, in rounds; the host looks, and refuses what it cannot be sure of.

use zccache_files::{Collection, Started};
use zccache_model::limits;
use zccache_model::outcome::FaultKind;
use zccache_model::plan::{Dependency, Input, Scan};
use zccache_model::reading::{Collected, Fact, Reading, RunRecord};
use zccache_model::rules;

use crate::call::Call;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// Why what a run read is not known for sure.
pub enum Unknown {
    /// The plugin or the host refuses, for this reason.
    Refused(String),
    /// The plugin is at fault.
    Fault(FaultKind, String),
}

/// What the unit, and then the run, say was read; and what is there.
#[tracing::instrument(level = "debug", skip_all)]
pub fn collect(
    services: &Services,
    call: &Call,
    planned: &Planned,
    started: Started,
    run: &mut RunRecord,
) -> Result<Collection, Unknown> {
    let unit = planned.unit();
    for (dependency, bytes) in unit.dependencies.iter().zip(&mut run.dependencies) {
        if let Dependency::Scan(scan) = dependency {
            *bytes = Some(follow(services, call, planned, scan)?);
        }
    }
    let reading = ask(services, call, planned, run)?;
    rules::check_reading(unit, &reading).map_err(|broken| Unknown::Fault(FaultKind::PluginRule, broken.0))?;
    let parts = [
        (planned.plan.chains.as_slice(), unit.inputs.as_slice(), unit.lookups.as_slice()),
        (reading.chains.as_slice(), reading.inputs.as_slice(), reading.lookups.as_slice()),
    ];
    let collected = call.at_place(|place| services.files.collect(place, started, &parts));
    let mut collection = collected.map_err(|unsure| {
        tracing::debug!(%unsure, "a run is not stored");
        Unknown::Refused(unsure.code().to_owned())
    })?;
    collection.list.variables = reading.variables;
    collection.list.variables.sort();
    collection.list.variables.dedup();
    Ok(collection)
}

fn ask(services: &Services, call: &Call, planned: &Planned, run: &RunRecord) -> Result<Reading, Unknown> {
    let plugin = &planned.plugin;
    let mut facts: Vec<Fact> = Vec::new();
    for _ in 0..limits::COLLECT_ROUNDS {
        let collected =
            plugin.plugin().collect(run, &facts).map_err(|fault| Unknown::Fault(fault.kind(), fault.to_string()))?;
        match collected {
            Collected::Done(reading) => {
                plugin.succeeded();
                return Ok(reading);
            }
            Collected::Refuse(refusal) => {
                plugin.succeeded();
                tracing::debug!(reason = refusal.reason, detail = refusal.detail, "a run is not stored");
                return Err(Unknown::Refused(refusal.reason));
            }
            Collected::Facts(paths) => {
                let tokens = &services.tokens[&plugin.plugin().digest()];
                facts.extend(call.at_place(|place| services.files.facts(place, tokens, &paths)));
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

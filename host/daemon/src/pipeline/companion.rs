//! Companions: the tool runs once more after a run, to say what that read.

use zccache_model::limits;
use zccache_model::outcome::FaultKind;
use zccache_model::plan::Probe;
use zccache_model::reading::CompanionRun;
use zccache_model::rules;

use crate::call::Call;
use crate::pipeline::collect::Unknown;
use crate::pipeline::plan::Planned;
use crate::pipeline::probe::{self, Given};
use crate::services::Services;

/// Runs a companion of a planned call; `before`: how many of its companions ran already.
pub fn run(
    services: &Services,
    call: &Call,
    planned: &Planned,
    companion: &Probe,
    before: usize,
) -> Result<CompanionRun, Unknown> {
    let description = planned.plugin.plugin().description();
    let broken = |rule: String| Unknown::Fault(FaultKind::PluginRule, rule);
    if before >= limits::COMPANIONS {
        return Err(broken(format!("asks for more than {} companions", limits::COMPANIONS)));
    }
    let words = rules::companion_words(description, &planned.invocation, companion);
    let words = words.map_err(|rule| broken(rule.to_string()))?;
    // A tool that cannot write its list ends otherwise than the user's run did, and the plugin would have to guess why.
    let refused = |error: std::io::Error| {
        tracing::debug!(%error, "a companion does not run");
        Unknown::Refused("companion".to_owned())
    };
    services.check_scratch().map_err(refused)?;
    let ran = probe::run(services, call, &planned.program, &planned.invocation, words, Given::Input);
    let (ran, scratch) = ran.map_err(refused)?;
    Ok(CompanionRun { ran, scratch })
}

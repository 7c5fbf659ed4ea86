//! Which calls were no hits, and why: for whoever has the log say so.

use std::borrow::Borrow;

use zccache_model::outcome::Outcome;

use crate::call::Call;

/// The target of these lines. It is none of a module, so that a filter can have them alone: `ZCCACHE_LOG=info,uncached=debug`.
const TARGET: &str = "uncached";

/// Writes a line for a call that was no hit.
pub(super) fn write<C: Borrow<Call>>(outcome: &Outcome, call: impl FnOnce() -> C) {
    if *outcome == Outcome::Hit || !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        return;
    }
    let reasons = outcome.reasons();
    // A run that failed has no reason of the cache's.
    let reasons = if reasons.is_empty() { "failure".to_owned() } else { reasons.join(", ") };
    let call = call();
    let Call { program, arguments, directory, .. } = call.borrow();
    tracing::debug!(target: TARGET, reasons, ?directory, ?program, ?arguments, "no hit");
}

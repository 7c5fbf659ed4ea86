//! From a context to a stored result: by what the context read before, and what is there now.

use std::sync::Arc;

use zccache_model::digest::{Digest, ResultKey};
use zccache_model::outcome::MissReason;
use zccache_model::result::StoredResult;

use crate::call::Call;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// A stored result that fits the present.
pub struct Found {
    /// Its key.
    pub key: ResultKey,
    /// The input list that led to it, and whether others were tried before.
    pub list: Digest,
    /// Another list stands before it in the manifest.
    pub behind_others: bool,
    /// Variables beyond those of the context whose values it rests on.
    pub variables: Vec<String>,
    /// What is stored.
    pub result: Arc<StoredResult>,
}

/// Looks for a result. The present state of every input is part of its key, and no name may exist that was looked for in
/// vain before.
#[tracing::instrument(level = "debug", skip_all)]
pub fn lookup(services: &Services, call: &Call, planned: &Planned) -> Result<Found, MissReason> {
    let Some(manifest) = services.store.manifest(&planned.context) else {
        return Err(MissReason::Cold);
    };
    for (index, list) in manifest.lists.iter().enumerate() {
        let Some(states) = call.at_place(|place| services.files.check(place, list)) else { continue };
        let key = list.result_key(&planned.context, &states, |name| planned.value_of(call, name));
        if let Some(result) = services.store.result(&key) {
            let (variables, list) = (list.variables.clone(), list.digest());
            return Ok(Found { key, list, behind_others: index > 0, variables, result });
        }
    }
    Err(MissReason::Changed)
}

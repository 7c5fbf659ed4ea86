//! From a context to a stored result: by what the context read before, and what is there now.

use std::sync::Arc;

use zccache_model::digest::{Digest, ManifestKey, ResultKey};
use zccache_model::key::KeyBuilder;
use zccache_model::outcome::MissReason;
use zccache_model::result::StoredResult;
use zccache_model::state::InputState;

use crate::call::Call;
use crate::pipeline::circumstances::Circumstances;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// A stored result that fits the present.
pub struct Found {
    /// Its key.
    pub key: ResultKey,
    /// The manifest that led to it.
    pub manifest: ManifestKey,
    /// The input list that led to it, and whether others were tried before.
    pub list: Digest,
    /// Another list stands before it in the manifest.
    pub behind_others: bool,
    /// Variables beyond those of the context whose values it rests on.
    pub variables: Vec<String>,
    /// What is stored.
    pub result: Arc<StoredResult>,
}

/// The key of the manifest for a context, where what the plan names is in these states.
pub fn manifest_key(planned: &Planned, states: &[InputState]) -> ManifestKey {
    let mut key = KeyBuilder::new("manifest v1");
    key.digest("context", &planned.context.0);
    for state in states {
        state.write(&mut key);
    }
    ManifestKey(key.finish())
}

/// The key of the manifest for a context now. None: what the plan names cannot be told.
pub fn manifest_now(services: &Services, call: &Call, planned: &Planned) -> Option<ManifestKey> {
    let states = call.at_place(|place| services.files.states(place, &planned.unit().inputs))?;
    Some(manifest_key(planned, &states))
}

/// Looks for a result. The present state of every input is part of its key, and no name may exist that was looked for in
/// vain before.
#[tracing::instrument(level = "debug", skip_all)]
pub fn lookup(services: &Services, call: &Call, planned: &Planned) -> Result<Found, MissReason> {
    let known = manifest_now(services, call, planned).and_then(|key| Some((key, services.store.manifest(&key)?)));
    let Some((manifest, lists)) = known else {
        let is_new = services.precedents.of(services, &planned.context).is_none();
        return Err(if is_new { MissReason::Cold } else { MissReason::Changed });
    };
    let circumstances = Circumstances { call, planned };
    for (index, list) in lists.lists.iter().enumerate() {
        let Some(states) = call.at_place(|place| services.files.check(place, list)) else { continue };
        let key = list.result_key(&planned.context, &states, &circumstances);
        if let Some(result) = services.store.result(&key) {
            let (variables, list) = (list.variables.clone(), list.digest());
            return Ok(Found { key, manifest, list, behind_others: index > 0, variables, result });
        }
    }
    Err(MissReason::Changed)
}

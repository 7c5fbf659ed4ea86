//! Serving a stored result: every output in place, then what the tool had to say.

use std::path::PathBuf;

use zccache_model::digest::ResultKey;
use zccache_model::outcome::MissReason;
use zccache_model::path;
use zccache_model::plan::Failures;
use zccache_model::result::StoredResult;
use zccache_protocol::message::Reply;
use zccache_store::{MaterializeError, Placement};

use crate::call::Call;
use crate::pipeline::lookup::Found;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// Puts the outputs of a result that was found in place. Only when all are is there a reply.
#[tracing::instrument(level = "debug", skip_all)]
pub fn replay(services: &Services, call: &Call, planned: &Planned, found: &Found) -> Result<Reply, MissReason> {
    let outputs = &planned.unit().outputs;
    let place =
        |role: &str| outputs.iter().find(|output| output.role == role).map(|output| destination(call, &output.path));
    if planned.unit().failures == Failures::KeepWhereNothingIs {
        let paths = outputs.iter().map(|output| (output.role.as_str(), destination(call, &output.path)));
        check_nothing_is(&found.result, paths)?;
    }
    let reply = put(services, &found.key, &found.result, place, call.umask)?;
    if found.behind_others {
        services.store.prefer(&found.manifest, &found.list);
    }
    Ok(reply)
}

/// Makes sure, for a result of a run that failed, that there is nothing in the place of an output that it did not write: the
/// tool may have removed it.
pub fn check_nothing_is<'a>(
    result: &StoredResult,
    mut outputs: impl Iterator<Item = (&'a str, PathBuf)>,
) -> Result<(), MissReason> {
    let written = |role: &str| result.outputs.iter().any(|output| output.role == role);
    let left = |(role, path): (&str, PathBuf)| !written(role) && path.symlink_metadata().is_ok();
    if result.code != 0 && outputs.any(left) { Err(MissReason::Destination) } else { Ok(()) }
}

/// Where an output of a call goes.
pub fn destination(call: &Call, output: &str) -> PathBuf {
    path::from_directory(&call.directory, output)
}

/// Puts every output of a result where its role goes. A damaged result is forgotten.
pub fn put(
    services: &Services,
    key: &ResultKey,
    result: &StoredResult,
    destination: impl Fn(&str) -> Option<PathBuf>,
    umask: u32,
) -> Result<Reply, MissReason> {
    let destinations = result.outputs.iter().map(|stored| destination(&stored.role).ok_or(MissReason::Changed));
    let destinations: Vec<PathBuf> = destinations.collect::<Result<_, _>>()?;
    let outputs = result.outputs.iter().zip(&destinations);
    let placements: Vec<Placement<'_>> =
        outputs.map(|(output, destination)| Placement { output, destination }).collect();
    let writing = services.outputs.enter(destinations.iter().map(PathBuf::as_path));
    let placed = services.store.materialize(&placements, umask);
    drop(writing);
    if let Err(error) = placed {
        tracing::debug!(%error, "a stored result cannot be put in place");
        return Err(match error {
            MaterializeError::Corrupt { .. } => {
                services.store.forget(key);
                MissReason::Corrupt
            }
            _ => MissReason::Destination,
        });
    }
    Ok(Reply::Replay { code: result.code, stdout: result.stdout.clone(), stderr: result.stderr.clone() })
}

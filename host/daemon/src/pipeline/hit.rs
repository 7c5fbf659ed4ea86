//! Serving a stored result: every output in place, then what the tool had to say.

use std::path::PathBuf;

use zccache_model::outcome::MissReason;
use zccache_model::path;
use zccache_protocol::message::Reply;
use zccache_store::{MaterializeError, Placement};

use crate::call::Call;
use crate::pipeline::lookup::Found;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// Puts the outputs in place. Only when all are is there a reply.
#[tracing::instrument(level = "debug", skip_all)]
pub fn replay(services: &Services, call: &Call, planned: &Planned, found: &Found) -> Result<Reply, MissReason> {
    let unit = planned.unit();
    let mut destinations: Vec<PathBuf> = Vec::with_capacity(found.result.outputs.len());
    for stored in &found.result.outputs {
        let output = unit.outputs.iter().find(|output| output.role == stored.role).ok_or(MissReason::Changed)?;
        destinations.push(path::from_directory(&call.directory, &output.path));
    }
    let placements: Vec<Placement<'_>> = found
        .result
        .outputs
        .iter()
        .zip(&destinations)
        .map(|(output, destination)| Placement { output, destination })
        .collect();
    let writing = services.outputs.enter(destinations.iter().map(PathBuf::as_path));
    let placed = services.store.materialize(&placements, call.umask);
    drop(writing);
    if let Err(error) = placed {
        tracing::debug!(%error, "a stored result cannot be put in place");
        return Err(match error {
            MaterializeError::Corrupt { .. } => {
                services.store.forget(&found.key);
                MissReason::Corrupt
            }
            _ => MissReason::Destination,
        });
    }
    if found.behind_others {
        services.store.prefer(&planned.context, &found.list);
    }
    Ok(Reply::Replay { stdout: found.result.stdout.clone(), stderr: found.result.stderr.clone() })
}

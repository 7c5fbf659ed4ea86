//! A miss: the client runs the tool, and what it leaves is taken before the client is answered.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use zccache_files::{Started, Witness};
use zccache_model::invocation::ExitStatus;
use zccache_model::limits;
use zccache_model::outcome::FaultKind;
use zccache_model::path;
use zccache_model::plan::{Dependency, Failures, Observe, Output, Unit};
use zccache_model::rules::{self, GrantedWord};
use zccache_protocol::frame;
use zccache_protocol::message::{Insertion, Ran, Reply};
use zccache_store::{Snapshot, may_be_link};

use crate::call::Call;
use crate::pipeline::ahead;
use crate::pipeline::earlier::Earlier;
use crate::pipeline::let_go_on;
use crate::pipeline::plan::Planned;
use crate::pipeline::resolve::Resolved;
use crate::services::Services;

/// A run that has ended, and all that it left which later changes could take away.
pub struct Finished {
    /// What the client saw of it.
    pub ran: Ran,
    /// Before the tool was started: nothing that it read may have changed since.
    pub started: Started,
    /// The folders then in which names are looked for, as far as the plan names them.
    pub released: Witness,
    /// The outputs, or why they cannot be stored.
    pub outputs: Result<Vec<(String, Snapshot)>, String>,
    /// For each of the unit's dependencies what the tool wrote there. A scan has nothing here: it comes later.
    pub dependencies: Vec<Option<Vec<u8>>>,
}

/// Has the client run the tool. A fault: it was not seen to its end, and nothing can be stored.
#[tracing::instrument(level = "debug", skip_all)]
pub fn run(
    services: &Services,
    connection: &mut UnixStream,
    call: &Call,
    resolved: &Resolved,
    planned: &Planned,
) -> Result<Finished, FaultKind> {
    let unit = planned.unit();
    let (additions, scratch) = additions(services, planned)?;
    let destinations: Vec<PathBuf> =
        unit.outputs.iter().map(|output| path::from_directory(&call.directory, &output.path)).collect();
    let writing = services.outputs.enter(destinations.iter().map(PathBuf::as_path));
    destinations.iter().filter_map(|path| path.parent()).for_each(|folder| services.busy.note(folder));
    let before: Vec<Option<Left>> = destinations.iter().map(|path| clear(services, path, call.umask)).collect();
    let earlier = Earlier::before(call, &unit.earlier);
    let started = call.at_place(|place| Started::after_changes(place, &unit.inputs));
    let released = call.at_place(|place| services.files.witness(place, searched(planned)));
    let reply = Reply::Run { program: resolved.program.clone(), additions };
    let ran = exchange(connection, &reply, |connection| ahead::read(services, connection, call, planned))?;

    let written: Vec<Written> =
        destinations.iter().zip(&before).map(|(path, before)| Written::between(before, &Left::at(path))).collect();
    let mut outputs = Err("failed".to_owned());
    let mut dependencies = Vec::new();
    let failed = !ran.status.is_success();
    let kept = matches!(ran.status, ExitStatus::Exited(_)) && unit.failures != Failures::Forget;
    if !failed || kept {
        outputs = snapshots(services, call, unit, &destinations, &written, failed);
        dependencies = unit
            .dependencies
            .iter()
            .map(|dependency| match dependency {
                Dependency::Scratch(grant) => {
                    scratch.iter().find(|file| file.grant == *grant).and_then(|file| file.read(services))
                }
                Dependency::Output(role) => {
                    let index = unit.outputs.iter().position(|output| output.role == *role)?;
                    if written[index] == Written::No {
                        return None;
                    }
                    services.files.read(&destinations[index], limits::DEPENDENCY_BYTES).ok().flatten()
                }
                Dependency::Scan(_) | Dependency::ScanInstead(_) => None,
            })
            .collect();
    }
    if earlier.is_taken_up() {
        outputs = Err("earlier-state".to_owned());
    }
    if writing.overlapped() {
        outputs = Err("overlapping-outputs".to_owned());
    }
    Ok(Finished { ran, started, released, outputs, dependencies })
}

/// The folders in which the names that lead from the unit's inputs on are looked for, none where the plan does not say; and those
/// of which only matters what or which they are.
pub fn searched(planned: &Planned) -> impl Iterator<Item = &str> {
    let unit = planned.unit();
    let told = unit.inputs.iter().filter(|input| matches!(input.observe, Observe::Kind | Observe::Identity));
    let told = told.map(|input| input.path.as_str());
    told.chain(unit.ahead.iter().flat_map(move |scan| {
        let chains = scan.searches.iter().filter_map(|search| planned.plan.chains.get(search.chain as usize));
        let beside = unit.inputs.iter().map(|input| path::parent(&input.path));
        chains.flatten().map(String::as_str).chain(beside)
    }))
}

/// Lets the client run the tool, and does something meanwhile.
fn exchange(connection: &mut UnixStream, reply: &Reply, meanwhile: impl FnOnce(&UnixStream)) -> Result<Ran, FaultKind> {
    let exchange = || -> Result<Ran, frame::FrameError> {
        frame::write(connection, reply)?;
        let_go_on();
        meanwhile(connection);
        // A compile may take hours. The client's death ends the connection.
        connection.set_read_timeout(None)?;
        frame::decode(&frame::read_message(connection)?)
    };
    exchange().map_err(|error| {
        tracing::debug!(%error, "no word of how a run ended");
        FaultKind::ClientGone
    })
}

/// What is at an output's path, as far as it tells whether a run wrote there. Not the time of the last change: links to the file
/// that come and go, and permissions, move it too (a tool may drop its own link to what an earlier run made).
#[derive(PartialEq, Eq)]
struct Left {
    file: (u64, u64),
    size: u64,
    modified: (i64, i64),
}

impl Left {
    fn at(path: &Path) -> Option<Left> {
        fs::symlink_metadata(path).ok().as_ref().map(Left::of)
    }

    fn of(metadata: &Metadata) -> Left {
        Left {
            file: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// What a run did at an output's path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Nothing.
    No,
    /// It made a file.
    NewFile,
    /// It wrote into the file that was there, as far as its number tells.
    IntoFile,
}

impl Written {
    fn between(before: &Option<Left>, after: &Option<Left>) -> Written {
        match (before, after) {
            _ if before == after => Written::No,
            (Some(before), Some(after)) if before.file == after.file => Written::IntoFile,
            _ => Written::NewFile,
        }
    }
}

/// What is at an output's path when the tool may write there. An output that came as a hard link of what is stored has
/// become a file of its own by then, also where a symbolic link leads to it.
fn clear(services: &Services, path: &Path, umask: u32) -> Option<Left> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let linked_to = if metadata.is_symlink() { fs::metadata(path).ok() } else { None };
    if !may_be_link(linked_to.as_ref().unwrap_or(&metadata)) {
        return Some(Left::of(&metadata));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Err(error) = services.store.detach(&target, umask) {
        tracing::warn!(path = %target.display(), %error, "an output stays a link of what is stored");
    }
    Left::at(path)
}

/// Takes the content of every output that this run wrote. One that failed need not have written any.
fn snapshots(
    services: &Services,
    call: &Call,
    unit: &Unit,
    destinations: &[PathBuf],
    written: &[Written],
    failed: bool,
) -> Result<Vec<(String, Snapshot)>, String> {
    let mut taken = Vec::new();
    for (index, Output { role, required, replaced, .. }) in unit.outputs.iter().enumerate() {
        if written[index] == Written::No {
            if failed {
                continue;
            }
            if *required {
                return Err("output-missing".to_owned());
            }
            if destinations[index].exists() {
                // It was there before: nobody can tell whether another run would have written it.
                return Err("output-left-over".to_owned());
            }
            continue;
        }
        match services.store.snapshot(&destinations[index], call.umask) {
            Ok(snapshot) => {
                let snapshot = snapshot.of_replaced(*replaced);
                // A new file may get the number of the one that it replaces.
                let is_kept_file = written[index] == Written::IntoFile && !replaced;
                taken.push((role.clone(), if is_kept_file { snapshot.of_kept_file() } else { snapshot }));
            }
            Err(error) => {
                tracing::info!(%error, "an output cannot be stored");
                return Err(error.reason().to_owned());
            }
        }
    }
    Ok(taken)
}

/// A file that an addition has the tool write for the daemon. It is removed with this value.
struct Scratch {
    grant: String,
    path: PathBuf,
}

impl Scratch {
    fn read(&self, services: &Services) -> Option<Vec<u8>> {
        services.files.read(&self.path, limits::DEPENDENCY_BYTES).ok().flatten()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The tool may have written nothing there.
        let _absent = fs::remove_file(&self.path);
    }
}

fn additions(services: &Services, planned: &Planned) -> Result<(Vec<Insertion>, Vec<Scratch>), FaultKind> {
    if !planned.unit().additions.is_empty() {
        services.check_scratch().map_err(|error| {
            tracing::error!(%error, "tools are not asked to write lists");
            FaultKind::Internal
        })?;
    }
    let mut scratch = Vec::new();
    let mut insertions = Vec::new();
    for addition in &planned.unit().additions {
        let granted = rules::addition_words(planned.plugin.plugin().description(), &addition.grant)
            .map_err(|_| FaultKind::PluginRule)?;
        let words = granted.into_iter().map(|word| match word {
            GrantedWord::Text(text) => text,
            GrantedWord::Scratch(prefix) => {
                let path = services.scratch_path();
                let word = format!("{prefix}{}", path.display());
                scratch.push(Scratch { grant: addition.grant.clone(), path });
                word
            }
        });
        insertions.push(Insertion { before: addition.before, words: words.collect() });
    }
    Ok((insertions, scratch))
}

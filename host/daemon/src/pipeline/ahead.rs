//! While the client runs the tool, the thread that waits for it reads what the run will most likely have read, so that less is
//! left to do when the tool is done and the client waits. Nothing rests on the guess.

use std::os::unix::net::UnixStream;
use std::sync::LazyLock;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zccache_files::Guess;

use crate::call::Call;
use crate::pipeline::plan::Planned;
use crate::services::Services;

/// How many threads can work at once.
static PROCESSORS: LazyLock<u64> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, |count| count.get() as u64));

/// Reads until there is nothing more to read, the client has something to say, or the tools need all processors: then reading
/// would only take from one compile what it gives to another.
#[tracing::instrument(level = "debug", skip_all)]
pub fn read(services: &Services, connection: &UnixStream, call: &Call, planned: &Planned) {
    let is_busy = || 2 * services.tally.running_now() > *PROCESSORS;
    if is_busy() {
        return;
    }
    let unit = planned.unit();
    let manifest = services.precedents.of(services, &planned.context);
    let guess = Guess {
        chains: &planned.plan.chains,
        inputs: &unit.inputs,
        lookups: &unit.lookups,
        before: manifest.as_ref().and_then(|manifest| manifest.lists.first()),
        scan: unit.ahead.as_ref(),
    };
    let tokens = &services.tokens[&planned.plugin.plugin().digest()];
    let over = || has_spoken(connection) || is_busy();
    let files = call.at_place(|place| services.files.read_ahead(place, tokens, &guess, &over));
    tracing::debug!(files, "read ahead");
}

/// Whether there is something to read from the client, or it is gone.
fn has_spoken(connection: &UnixStream) -> bool {
    let mut polled = [PollFd::new(connection, PollFlags::IN)];
    // What cannot be asked is no reason to let it wait.
    poll(&mut polled, Some(&Timespec::default())).map_or(true, |count| count > 0)
}

//! Remembers requests beside the answering: a thread of its own, since it asks the system to watch what the answer rests on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use zccache_model::digest::Digest;
use zccache_model::limits;

use crate::call::Call;
use crate::pipeline;
use crate::services::Services;

/// Where requests wait to be remembered.
pub struct Surveyor(SyncSender<(Digest, Call)>);

/// The requests that wait.
pub struct Waiting(Receiver<(Digest, Call)>);

impl Surveyor {
    /// Nothing waits yet.
    pub fn new() -> (Surveyor, Waiting) {
        let (sender, receiver) = sync_channel(limits::REPEATS_WAITING);
        (Surveyor(sender), Waiting(receiver))
    }

    /// Has a request remembered that was answered without its tool running.
    pub fn remember(&self, key: Digest, call: Call) {
        // Where too many wait, it is remembered when it comes again.
        let _full = self.0.try_send((key, call));
    }
}

impl Waiting {
    /// Starts the thread.
    pub fn work(self, services: &Arc<Services>) -> std::io::Result<()> {
        let services = Arc::clone(services);
        let work = move || {
            for (key, call) in self.0 {
                crate::serve::guarded(|| pipeline::remember(&services, key, call));
            }
        };
        std::thread::Builder::new().name("surveyor".to_owned()).spawn(work).map(drop)
    }
}

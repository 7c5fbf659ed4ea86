//! The clock that ends calls which take too long: a thread that advances the engine's epoch while calls run, and sleeps
//! for good while none does, so that an idle daemon does not wake the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;
use zccache_model::limits;

/// How often the epoch advances. A call may take this much longer than its limit.
const TICK: Duration = Duration::from_millis(10);

/// The ticks after which a call is ended. One more than the limit holds: the first can come at once.
pub(crate) const CALL_TICKS: u64 = (limits::PLUGIN_TIME.as_millis() / TICK.as_millis()) as u64 + 1;

/// The clock of one engine; its thread ends when this is dropped.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    over: AtomicBool,
}

/// A call that runs: the clock ticks until this is dropped.
pub(crate) struct Running<'a>(&'a Shared);

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Ticker> {
        let shared = Arc::<Shared>::default();
        let (engine, theirs) = (engine.weak(), shared.clone());
        let thread = thread::Builder::new().name("plugin-clock".into()).spawn(move || {
            while !theirs.over.load(Ordering::SeqCst) {
                // A call that begins after this look unparks the thread, and parking then returns at once.
                if theirs.running.load(Ordering::SeqCst) == 0 {
                    thread::park();
                    continue;
                }
                thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })?;
        Ok(Ticker { shared, thread: thread.thread().clone() })
    }

    /// Ticks as long as the answer is held.
    pub(crate) fn run(&self) -> Running<'_> {
        if self.shared.running.fetch_add(1, Ordering::SeqCst) == 0 {
            self.thread.unpark();
        }
        Running(&self.shared)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

//! What every call of every plugin needs: the engine, its clock, and a place among the calls that run at once.

use wasmtime::{Engine, Store};
use zccache_model::limits;

use crate::engine::{self, Started};
use crate::error::SandboxError;
use crate::fault::PluginFault;
use crate::gate::{Gate, Place};
use crate::limiter::Limits;
use crate::ticker::{self, Running, Ticker};

/// Data that an answer may make the host copy, bytes. Many strings of an answer can be the same bytes in the plugin's
/// memory, so the limit of that memory alone bounds nothing; the factor is for types being larger on the host's side.
const ANSWER_BYTES: usize = 2 * limits::PLUGIN_MEMORY_BYTES;

/// The engine and what bounds its calls.
pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    ticker: Ticker,
    gate: Gate,
}

/// One call, limited in all it may use. The store goes first: with it goes the memory that the place stands for.
pub(crate) struct Call<'a> {
    pub(crate) store: Store<Limits>,
    _running: Running<'a>,
    _place: Place<'a>,
}

impl Runtime {
    pub(crate) fn start() -> Result<Runtime, SandboxError> {
        let Started { engine, calls } = engine::start()?;
        let ticker = Ticker::start(&engine).map_err(|source| SandboxError::Clock { source })?;
        Ok(Runtime { engine, ticker, gate: Gate::new(calls) })
    }

    /// Begins a call: its time runs from here.
    pub(crate) fn begin(&self) -> Result<Call<'_>, PluginFault> {
        let busy = || PluginFault::Host { message: "too many calls at once".into() };
        let place = self.gate.enter(limits::PLUGIN_TIME).ok_or_else(busy)?;
        let running = self.ticker.run();
        let mut store = Store::new(&self.engine, Limits);
        store.limiter(|limits| limits);
        store.set_hostcall_fuel(ANSWER_BYTES);
        store.set_epoch_deadline(ticker::CALL_TICKS);
        Ok(Call { store, _running: running, _place: place })
    }
}

//! What one call may use besides time. The engine asks before it gives.

use std::fmt;

use wasmtime::ResourceLimiter;
use zccache_model::limits;

use crate::engine;

/// The host's side of one call. It holds nothing: plugins have no functions of the host to call.
pub(crate) struct Limits;

/// Why the engine refused: more was asked for than a call may have.
#[derive(Debug)]
pub(crate) struct Exceeded;

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more memory than a call may use")
    }
}

impl std::error::Error for Exceeded {}

/// An error ends the call at once, where saying no would let the plugin go on and the fault look like another one.
impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        allow(desired <= limits::PLUGIN_MEMORY_BYTES)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        allow(desired <= limits::PLUGIN_TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        engine::CORE_INSTANCES
    }

    fn tables(&self) -> usize {
        engine::TABLES
    }

    fn memories(&self) -> usize {
        engine::MEMORIES
    }
}

fn allow(within: bool) -> wasmtime::Result<bool> {
    if within { Ok(true) } else { Err(wasmtime::Error::new(Exceeded)) }
}

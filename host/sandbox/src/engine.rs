//! How wasmtime is set up: what a component may be made of, and what one call may use. The same setting compiles and runs,
//! so that an image made by the child process loads in the daemon.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use zccache_model::digest::{Digest, PluginDigest};
use zccache_model::limits;

use crate::check;
use crate::error::{LoadError, SandboxError};
use crate::image;
use crate::text;

/// Calls that run at once, of all plugins together; others wait. Each takes [`limits::PLUGIN_MEMORY_BYTES`] of address
/// space from the start, 2 GiB in all; the later numbers are for where that is not to be had.
const CALLS: [u32; 3] = [32, 4, 1];
/// Core instances of one component: its own module and the small ones that a linker may put around it.
pub(crate) const CORE_INSTANCES: usize = 8;
/// Memories of one component. One, so that the limit of a memory is the limit of a call.
pub(crate) const MEMORIES: usize = 1;
/// Tables of one component.
pub(crate) const TABLES: usize = 4;
/// Most stack of one call, bytes. A thread of the daemon has at least 2 MiB.
const STACK_BYTES: usize = 512 << 10;

/// What the child process does: checks that the bytes are a component, and compiles them to the bytes of an image.
pub fn compile_image(component: &[u8]) -> Result<Vec<u8>, LoadError> {
    check::check_bytes(component)?;
    let compiled = Engine::new(&config())
        .and_then(|engine| engine.precompile_component(component))
        .map_err(|error| LoadError::Compile { cause: text::line(&format!("{error:#}")) })?;
    Ok(image::seal(PluginDigest(Digest::of(component)), &compiled))
}

/// An engine, and how many calls it may run at once.
pub(crate) struct Started {
    pub(crate) engine: Engine,
    pub(crate) calls: usize,
}

/// Starts an engine that takes memory from a pool: a call costs half as much as with memory of its own when two run at
/// once (measured), and none fails for want of address space. Where that is short (`ulimit -v`), the pool is small.
pub(crate) fn start() -> Result<Started, SandboxError> {
    let mut cause = String::new();
    for calls in CALLS {
        let mut config = config();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(calls)));
        match Engine::new(&config) {
            Ok(engine) => return Ok(Started { engine, calls: calls as usize }),
            Err(error) => cause = text::line(&format!("{error:#}")),
        }
        tracing::debug!("no pool for {calls} calls of plugins: {cause}");
    }
    Err(SandboxError::Engine { cause })
}

/// Threads, garbage collection and async are not even compiled into wasmtime; what else a plugin does without is off.
fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        // wasmtime's own choice, 4 GiB of address space a memory, fails under `ulimit -v`. Bounds are checked by code
        // instead of guard pages, at the same speed for plugins (measured).
        .memory_reservation(limits::PLUGIN_MEMORY_BYTES as u64)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false);
    config
}

fn pool(calls: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls * CORE_INSTANCES as u32)
        .total_memories(calls * MEMORIES as u32)
        .total_tables(calls * TABLES as u32)
        .max_core_instances_per_component(CORE_INSTANCES as u32)
        .max_memories_per_component(MEMORIES as u32)
        .max_tables_per_component(TABLES as u32)
        .max_tables_per_module(TABLES as u32)
        .max_memory_size(limits::PLUGIN_MEMORY_BYTES)
        .table_elements(limits::PLUGIN_TABLE_ELEMENTS);
    pool
}

//! How a call of a plugin goes wrong, and which error of wasmtime means which.

use wasmtime::{Trap, WasmBacktrace};
use zccache_model::limits;
use zccache_model::outcome::FaultKind;

use crate::limiter::Exceeded;
use crate::text;

/// Functions of a backtrace that a message names.
const FRAMES: usize = 4;

/// Why a plugin gave no usable answer. Messages are one line each, bounded, and safe to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginFault {
    /// It executed something that cannot go on.
    #[error("the plugin trapped: {message}")]
    Trap {
        /// The trap, and the functions it happened in as far as they have names.
        message: String,
    },
    /// It took longer than [`limits::PLUGIN_TIME`].
    #[error("the plugin took longer than {} s", limits::PLUGIN_TIME.as_secs())]
    Time,
    /// It asked for more than [`limits::PLUGIN_MEMORY_BYTES`] or [`limits::PLUGIN_TABLE_ELEMENTS`].
    #[error("the plugin asked for more than {} MiB of memory", limits::PLUGIN_MEMORY_BYTES >> 20)]
    Memory,
    /// It said itself that it cannot answer.
    #[error("the plugin cannot answer ({kind}): {message}")]
    Failed {
        /// Which kind of failure it named.
        kind: FailureKind,
        /// Its own words.
        message: String,
    },
    /// What it gave is no answer: not well formed, or too long.
    #[error("the plugin's answer is unusable: {message}")]
    Answer {
        /// What is wrong with it.
        message: String,
    },
    /// The call could not be made. No fault of the plugin's.
    #[error("the plugin could not be called: {message}")]
    Host {
        /// What went wrong.
        message: String,
    },
}

/// The kinds of failure that a plugin can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A situation that it knows it does not handle.
    Unsupported,
    /// What the host gave makes no sense to it.
    Invalid,
}

impl std::fmt::Display for FailureKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FailureKind::Unsupported => "unsupported",
            FailureKind::Invalid => "invalid",
        })
    }
}

impl PluginFault {
    /// What statistics count it as.
    pub fn kind(&self) -> FaultKind {
        match self {
            PluginFault::Trap { .. } | PluginFault::Memory | PluginFault::Failed { .. } => FaultKind::PluginTrap,
            PluginFault::Time => FaultKind::PluginTime,
            PluginFault::Answer { .. } => FaultKind::PluginRule,
            PluginFault::Host { .. } => FaultKind::Internal,
        }
    }

    /// What went wrong before the plugin's own function was reached: whatever is neither a trap nor a limit is trouble of
    /// the host's, such as no address space for an instance.
    pub(crate) fn of_start(error: &wasmtime::Error) -> PluginFault {
        of_guest(error).unwrap_or_else(|| PluginFault::Host { message: message(error) })
    }

    /// What went wrong in the function or with its answer.
    pub(crate) fn of_call(error: &wasmtime::Error) -> PluginFault {
        of_guest(error).unwrap_or_else(|| PluginFault::Answer { message: message(error) })
    }
}

fn of_guest(error: &wasmtime::Error) -> Option<PluginFault> {
    if error.is::<Exceeded>() {
        return Some(PluginFault::Memory);
    }
    match error.downcast_ref::<Trap>()? {
        Trap::Interrupt => Some(PluginFault::Time),
        _ => Some(PluginFault::Trap { message: message(error) }),
    }
}

fn message(error: &wasmtime::Error) -> String {
    let cause = error.root_cause().to_string();
    let functions: Vec<&str> = error
        .downcast_ref::<WasmBacktrace>()
        .into_iter()
        .flat_map(WasmBacktrace::frames)
        .filter_map(|frame| frame.func_name())
        .take(FRAMES)
        .collect();
    if functions.is_empty() {
        return text::line(&cause);
    }
    text::line(&format!("{cause} in {}", functions.join(", called by ")))
}

//! The time of last uses, in whole seconds.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from.
#[derive(Clone)]
pub(crate) enum Clock {
    /// The system's.
    System,
    /// A test's.
    #[cfg(test)]
    Manual(std::sync::Arc<std::sync::atomic::AtomicU64>),
}

impl Clock {
    /// Seconds since 1970. A clock before that counts as 1970.
    pub(crate) fn seconds(&self) -> u64 {
        match self {
            Clock::System => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            #[cfg(test)]
            Clock::Manual(seconds) => seconds.load(std::sync::atomic::Ordering::Relaxed),
        }
    }
}

//! How many compilers a call that was taken apart may run at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use jobserver::{Acquired, Client};

/// Who says how many run at once. One always may: it takes the place of the compiler that was called.
pub enum Jobs {
    /// The jobserver of the caller's `make`.
    Server(Client),
    /// So many besides the first.
    Spare(AtomicUsize),
}

/// The right to run one more at the same time, given back with this value.
pub enum Token<'a> {
    /// From the jobserver.
    Server {
        /// Gives the token back.
        _held: Acquired,
    },
    /// From the spare ones.
    Spare(&'a AtomicUsize),
}

impl Jobs {
    /// Of this process: those of a jobserver that it was given; one alone below a `make` that gave it none; else as many
    /// as there are processors.
    #[allow(unsafe_code, reason = "a jobserver's pipe is named by number only")]
    pub fn of_process() -> Jobs {
        // SAFETY: the numbers in MAKEFLAGS name descriptors that were inherited for this very purpose. One that make closed
        // may have been given away anew, so that only a pipe is taken, and this process has made no pipe yet.
        let found = unsafe { Client::from_env_ext(true) };
        if let Ok(client) = found.client {
            return Jobs::Server(client);
        }
        let below_make = std::env::var_os("MAKELEVEL").is_some();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Jobs::Spare(AtomicUsize::new(if below_make { 0 } else { processors - 1 }))
    }

    /// One more, if there is one at this moment.
    pub fn take(&self) -> Option<Token<'_>> {
        match self {
            Jobs::Server(client) => client.try_acquire().ok().flatten().map(|held| Token::Server { _held: held }),
            Jobs::Spare(spare) => {
                let less = |spare: usize| spare.checked_sub(1);
                spare.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).ok().map(|_| Token::Spare(spare))
            }
        }
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        if let Token::Spare(spare) = self {
            spare.fetch_add(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_tokens_are_lent_and_come_back() {
        let jobs = Jobs::Spare(AtomicUsize::new(2));
        let (one, two) = (jobs.take(), jobs.take());
        assert!(one.is_some() && two.is_some() && jobs.take().is_none());
        drop(one);
        assert!(jobs.take().is_some());
    }
}

//! `zccache`: put before a compiler, or named as one, it answers from the cache or runs the compiler as it was called.
//! Everything else is a command for people.
//!
//! Start reading at [`wrap`]: it is the way of one compile as the client sees it.
#![deny(unsafe_code)]

mod call;
mod command;
mod daemon;
mod jobs;
mod plain;
mod request;
mod run;
mod split;
mod streams;
mod watch;
mod wrap;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

fn main() -> ExitCode {
    match call::Call::of_process() {
        // A bug here must not break a build either: the compiler runs as it was called.
        call::Call::Wrap(call) => std::panic::catch_unwind(AssertUnwindSafe(|| wrap::wrap(&call)))
            .unwrap_or_else(|_| plain::exec(&call, None)),
        call::Call::Command => command::run(),
    }
}

//! `zccache`: put before a compiler, or named as one, it answers from the cache or runs the compiler as it was called.
//! Everything else is a command for people.
//!
//! Start reading at [`wrap`]: it is the way of one compile as the client sees it.
#![deny(unsafe_code)]
#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

mod call;
mod command;
mod daemon;
mod input;
mod jobs;
mod plain;
mod request;
mod run;
mod split;
mod streams;
mod watch;
mod words;
mod wrap;

use std::panic::AssertUnwindSafe;

/// Called by the C library itself. What Rust does before its own `main` (a guard page and a handler for stacks that run
/// over, for which it reads `/proc/self/maps`) takes 60 us on the usual machine, a tenth of a whole hit.
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
#[allow(unsafe_code, reason = "the C library knows its entry by this name, and nothing else here is called `main`")]
#[unsafe(no_mangle)]
extern "C" fn main(_count: std::ffi::c_int, arguments: words::List, environment: words::List) -> std::ffi::c_int {
    // SAFETY: that is what the C library passes, and nothing in this program changes its environment.
    let words = unsafe { words::Words::of_main(arguments, environment) };
    std::process::exit(i32::from(run(words)))
}

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
fn main() -> std::process::ExitCode {
    run(words::Words::of_process()).into()
}

/// What this process is for. Gives its exit code.
fn run(words: words::Words) -> u8 {
    streams::open_closed();
    match call::Call::of(&words.arguments) {
        // A bug here must not break a build either: the compiler runs as it was called.
        call::Call::Wrap(call) => std::panic::catch_unwind(AssertUnwindSafe(|| wrap::wrap(&call, words.environment)))
            .unwrap_or_else(|_| plain::exec(&call, None)),
        call::Call::Command => {
            streams::outlive_readers();
            // What a panic has to say is said.
            std::panic::catch_unwind(command::run).unwrap_or(101)
        }
    }
}

//! A call that is several: each is looked up, run and stored by itself, side by side as far as the caller's jobserver
//! allows, and what they say comes in their order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope};

use zccache_model::invocation::ExitStatus;
use zccache_protocol::message::{Insertion, Program, Reply};

use crate::call::ToolCall;
use crate::jobs::{Jobs, Token};
use crate::plain;
use crate::run::{self, end_as};
use crate::streams;
use crate::watch::{self, Ended, Interruption, Kept, Output, Unwatched, pass_on};
use crate::wrap::{self, Cache};

/// The work that all threads share.
struct Parts<'a> {
    cache: &'a Cache,
    calls: Vec<ToolCall>,
    jobs: Jobs,
    /// The next call that nobody has taken.
    next: AtomicUsize,
    /// One was ended by a signal: as a compiler would, no other is begun.
    stopped: AtomicBool,
    /// This process was to be ended by one.
    interruption: Interruption,
}

/// Runs the calls that a call is, and ends as one compiler doing all of them would.
pub fn run(cache: &Cache, call: &ToolCall, calls: &[Vec<u32>]) -> u8 {
    streams::outlive_readers();
    let parts = Parts {
        cache,
        calls: calls.iter().map(|kept| part(call, kept)).collect(),
        jobs: Jobs::of_process(),
        next: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
        interruption: Interruption::listen(),
    };
    let (sender, receiver) = mpsc::channel();
    let status = thread::scope(|scope| {
        let parts = &parts;
        let to_worker = sender.clone();
        let worker = thread::Builder::new().spawn_scoped(scope, move || work(scope, parts, &to_worker, None));
        if worker.is_err() {
            work(scope, parts, &sender, None);
        }
        drop(sender);
        say(&receiver)
    });
    end_as(match parts.interruption.signal() {
        Some(signal) => ExitStatus::Signalled(signal),
        None => status,
    })
}

fn part(call: &ToolCall, kept: &[u32]) -> ToolCall {
    let arguments = kept.iter().filter_map(|index| call.arguments.get(*index as usize));
    ToolCall { program: call.program, arguments: arguments.copied().collect() }
}

/// Takes calls until none is left. Each time, one more thread may begin to do the same.
fn work<'s>(scope: &'s Scope<'s, '_>, parts: &'s Parts<'s>, ended: &Sender<(usize, Ended)>, token: Option<Token<'s>>) {
    while !parts.stopped.load(Ordering::Acquire) && parts.interruption.signal().is_none() {
        let index = parts.next.fetch_add(1, Ordering::AcqRel);
        let Some(call) = parts.calls.get(index) else { break };
        if index + 1 < parts.calls.len()
            && let Some(token) = parts.jobs.take()
        {
            let ended = ended.clone();
            // Where there can be no more threads this one goes on alone.
            let _more = thread::Builder::new().spawn_scoped(scope, move || work(scope, parts, &ended, Some(token)));
        }
        let done = compile(parts.cache, call);
        if matches!(done.status, ExitStatus::Signalled(_)) {
            parts.stopped.store(true, Ordering::Release);
        }
        // The receiver lives until every sender is gone.
        let _sent = ended.send((index, done));
    }
    drop(token);
}

/// Passes on what the calls say, in their order, and sums up how they ended.
fn say(ended: &Receiver<(usize, Ended)>) -> ExitStatus {
    let mut waiting = BTreeMap::new();
    let mut turn = 0;
    let mut status = ExitStatus::Exited(0);
    for (index, done) in ended {
        status = worse(status, done.status);
        waiting.insert(index, done);
        while let Some(done) = waiting.remove(&turn) {
            speak(&done);
            turn += 1;
        }
    }
    // Where calls were left out, what came after them has not been said yet.
    waiting.values().for_each(speak);
    status
}

fn speak(done: &Ended) {
    pass_on(rustix::stdio::stdout(), &done.stdout.bytes);
    pass_on(rustix::stdio::stderr(), &done.stderr.bytes);
}

/// A signal before all else, then the larger code, as drivers sum up their own parts.
fn worse(one: ExitStatus, other: ExitStatus) -> ExitStatus {
    match (one, other) {
        (ExitStatus::Signalled(_), _) => one,
        (_, ExitStatus::Signalled(_)) => other,
        (ExitStatus::Exited(one), ExitStatus::Exited(other)) => ExitStatus::Exited(one.max(other)),
    }
}

/// One call, through the cache or without it.
fn compile(cache: &Cache, call: &ToolCall) -> Ended {
    let (mut daemon, reply) = match cache.ask(call) {
        Ok(asked) => asked,
        Err(error) => {
            wrap::say_without_cache(call, &error);
            return watched(call, None, &[]);
        }
    };
    match reply {
        Reply::Replay { code, stdout, stderr } => {
            Ended { status: ExitStatus::Exited(code), stdout: Kept::of(stdout), stderr: Kept::of(stderr) }
        }
        Reply::Run { program, additions } => {
            let ended = watched(call, Some(&program), &additions);
            run::report(&mut daemon, &ended);
            ended
        }
        Reply::Exec(program) => watched(call, Some(&program), &[]),
        other => {
            wrap::say_without_cache(call, &wrap::Unfitting(other));
            watched(call, None, &[])
        }
    }
}

/// Runs the compiler and holds what it says. One that cannot be run has been said so.
fn watched(call: &ToolCall, program: Option<&Program>, additions: &[Insertion]) -> Ended {
    let ended = run::command(call, program, additions).and_then(|mut command| {
        watch::watch(&mut command, Output::Held).map_err(|unwatched| match unwatched {
            Unwatched::NotStarted(error) | Unwatched::Lost(error) => plain::cannot_run(call.program, &error),
        })
    });
    let nothing = |code| Ended { status: ExitStatus::Exited(code), stdout: Kept::default(), stderr: Kept::default() };
    ended.unwrap_or_else(|code| nothing(i32::from(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_end_of_all_parts_is_the_end_of_the_whole() {
        let (well, failed, killed) = (ExitStatus::Exited(0), ExitStatus::Exited(4), ExitStatus::Signalled(2));
        assert_eq!(worse(well, failed), failed);
        assert_eq!(worse(failed, ExitStatus::Exited(1)), failed);
        assert_eq!(worse(failed, killed), killed);
        assert_eq!(worse(killed, well), killed);
    }

    #[test]
    fn what_the_parts_say_is_summed_up_in_whatever_order_they_end() {
        let (sender, receiver) = mpsc::channel();
        for (index, code) in [(2, 1), (0, 0), (1, 0)] {
            let status = ExitStatus::Exited(code);
            sender.send((index, Ended { status, stdout: Kept::default(), stderr: Kept::default() })).unwrap();
        }
        drop(sender);
        assert_eq!(say(&receiver), ExitStatus::Exited(1));
    }

    #[test]
    fn a_part_keeps_its_arguments_in_their_order() {
        let words = ["-c", "a.c", "b.c", "-O"].map(std::ffi::OsStr::new).to_vec();
        let call = ToolCall { program: "cc".as_ref(), arguments: words };
        assert_eq!(part(&call, &[0, 2, 3]).arguments, ["-c", "b.c", "-O"]);
    }
}

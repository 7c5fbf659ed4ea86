//! Running the compiler on a miss: the daemon is told what came of it before this process ends as the compiler did.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use zccache_model::invocation::ExitStatus;
use zccache_protocol::frame;
use zccache_protocol::message::{Insertion, Program};

use crate::call::ToolCall;
use crate::plain;
use crate::streams;
use crate::watch::{self, Ended, Output, Unwatched};

/// How long the daemon may take to note a run that has ended: outputs are read in this time.
const DONE_WAIT: Duration = Duration::from_secs(20);

/// Runs the compiler, tells the daemon, and ends as the compiler did.
pub fn run(mut daemon: UnixStream, call: &ToolCall, program: &Program, additions: &[Insertion]) -> u8 {
    let mut command = match command(call, Some(program), additions) {
        Ok(command) => command,
        Err(code) => return code,
    };
    streams::outlive_readers();
    match watch::watch(&mut command, Output::PassedOn) {
        Ok(ended) => {
            report(&mut daemon, &ended);
            end_as(ended.status)
        }
        // It can be run without being watched. If it cannot be run at all, that says so.
        Err(Unwatched::NotStarted(_)) => plain::exec(call, Some(program)),
        Err(Unwatched::Lost(error)) => plain::cannot_run(call.program, &error),
    }
}

/// The compiler's command with the plugin's additions. An error is the exit code of one that cannot be run.
pub fn command(call: &ToolCall, program: Option<&Program>, additions: &[Insertion]) -> Result<Command, u8> {
    let mut command = plain::command(call, program)?;
    command.args(with_additions(&call.arguments, additions));
    Ok(command)
}

fn with_additions(arguments: &[&OsStr], additions: &[Insertion]) -> Vec<OsString> {
    let mut all = Vec::with_capacity(arguments.len() + 4);
    for index in 0..=arguments.len() {
        let here = additions.iter().filter(|addition| addition.before as usize == index);
        all.extend(here.flat_map(|addition| addition.words.iter().map(OsString::from)));
        all.extend(arguments.get(index).map(OsString::from));
    }
    all
}

/// Tells the daemon how a run ended, and waits until it has taken what it keeps of it.
pub fn report(daemon: &mut UnixStream, ended: &Ended) {
    let mut tell = || -> Result<(), frame::FrameError> {
        frame::write(daemon, &ended.report())?;
        daemon.set_read_timeout(Some(DONE_WAIT))?;
        frame::read_message(daemon)?;
        Ok(())
    };
    // The compile itself is done and right; only its result may not be kept.
    match tell() {
        Ok(()) => {}
        Err(frame::FrameError::Io(error))
            if [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut].contains(&error.kind()) =>
        {
            eprintln!("zccache: the daemon takes longer than {} s to keep the result", DONE_WAIT.as_secs());
        }
        Err(error) => eprintln!("zccache: the daemon went away before it could keep the result: {error}"),
    }
}

/// Ends this process as the compiler ended: with its code, or by its signal.
pub fn end_as(status: ExitStatus) -> u8 {
    match status {
        ExitStatus::Exited(code) => std::process::exit(code),
        ExitStatus::Signalled(signal) => {
            // The compiler has left its core where it was to; a second one, of the client, would only mislead.
            if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
                eprintln!("zccache: a core of the client may follow the compiler's: {error}");
            }
            // Comes back only for signals that end nothing by default.
            if let Err(error) = signal_hook::low_level::emulate_default_handler(signal) {
                eprintln!("zccache: the compiler was killed by signal {signal}, which cannot be passed on: {error}");
            }
            128u8.wrapping_add(signal as u8)
        }
    }
}

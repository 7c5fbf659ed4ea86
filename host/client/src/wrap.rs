//! The way of one compile as the client sees it: ask the daemon, then do what it says. Whatever goes wrong on the way ends
//! in the compiler running as it was called.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::io::Write;
use std::os::unix::net::UnixStream;

use rustix::process::{Resource, getrlimit};
use zccache_model::limits;
use zccache_protocol::frame::{self, FrameError};
use zccache_protocol::message::{Reply, Request};
use zccache_settings::{Folders, Settings, SettingsError};

use crate::call::ToolCall;
use crate::daemon;
use crate::input;
use crate::plain;
use crate::request::Caller;
use crate::run;
use crate::split;
use crate::streams;

/// Where calls are asked about, and for whom.
pub struct Cache {
    folders: Folders,
    settings: Settings,
    caller: Caller,
}

impl Cache {
    /// Asks what to do with a call, on a connection of its own.
    pub fn ask(&self, call: &ToolCall) -> Result<(UnixStream, Reply), daemon::DaemonError> {
        let mut connection = daemon::connect_or_start(&self.folders, &self.settings)?;
        let reply = ask(&mut connection, &self.caller, call)?;
        Ok((connection, reply))
    }
}

/// Runs a compiler through the cache. `environment`: all variables of this process.
pub fn wrap(call: &ToolCall, environment: Vec<(&'static OsStr, &'static OsStr)>) -> u8 {
    let (folders, settings) = match settings() {
        Ok(settings) => settings,
        Err(error) => return without_cache(call, &error),
    };
    // What may grow to some size only, the daemon would write to any, and a list of inputs would end a compile that has none.
    if settings.disabled || getrlimit(Resource::Fsize).current.is_some() {
        return plain::exec(call, None);
    }
    let caller = match Caller::of_process(environment) {
        Ok(caller) => caller,
        Err(error) => return without_cache(call, &error),
    };
    let cache = Cache { folders, settings, caller };
    let (connection, reply) = match cache.ask(call) {
        Ok(asked) => asked,
        Err(error) => return without_cache(call, &error),
    };
    match reply {
        Reply::Replay { code, stdout, stderr } => replay(code, &stdout, &stderr),
        Reply::Exec(program) => plain::exec(call, Some(&program)),
        Reply::Run { program, additions } => run::run(connection, call, &program, &additions),
        Reply::Split { calls } => {
            drop(connection);
            split::run(&cache, call, &calls)
        }
        other => without_cache(call, &Unfitting(other)),
    }
}

/// An answer that no compile gets.
pub struct Unfitting(pub Reply);

impl Display for Unfitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the daemon gave an answer that does not fit: {:?}", self.0)
    }
}

/// The folders and settings of this process.
pub fn settings() -> Result<(Folders, Settings), SettingsError> {
    let folders = Folders::of_user().ok_or(SettingsError::Homeless)?;
    let settings = Settings::read(&folders)?;
    Ok((folders, settings))
}

fn ask(connection: &mut UnixStream, caller: &Caller, call: &ToolCall) -> Result<Reply, daemon::DaemonError> {
    let message = frame::encode(&Request::Compile(caller.request(call)))?;
    connection.set_read_timeout(Some(limits::ANSWER_WAIT))?;
    connection.write_all(&message)?;
    let reply = answer(connection)?;
    if reply != Reply::SendInput {
        return Ok(reply);
    }
    frame::write(connection, &input::take())?;
    answer(connection)
}

fn answer(connection: &mut UnixStream) -> Result<Reply, daemon::DaemonError> {
    let payload = frame::read_message(connection).map_err(|error| match error {
        FrameError::Version { theirs } => daemon::DaemonError::Version { theirs },
        error => error.into(),
    })?;
    Ok(frame::decode(&payload)?)
}

fn replay(code: i32, stdout: &[u8], stderr: &[u8]) -> u8 {
    // The system keeps the lowest byte of what a process ends with.
    let code = code as u8;
    if stdout.is_empty() && stderr.is_empty() {
        return code;
    }
    streams::outlive_readers();
    // A compiler that cannot say what it has to say has compiled all the same, and ends well.
    let _unheard = std::io::stdout().write_all(stdout).and_then(|()| std::io::stdout().flush());
    let _unheard = std::io::stderr().write_all(stderr);
    code
}

fn without_cache(call: &ToolCall, why: &dyn Display) -> u8 {
    say_without_cache(call, why);
    plain::exec(call, None)
}

/// Says why the cache has no part in a call.
pub fn say_without_cache(call: &ToolCall, why: &dyn Display) {
    streams::outlive_readers();
    eprintln!("zccache: {why}; running {} without the cache", call.program.display());
}

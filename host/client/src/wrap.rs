//! The way of one compile as the client sees it: ask the daemon, then do what it says. Whatever goes wrong on the way ends
//! in the compiler running as it was called.

use std::fmt::Display;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use zccache_model::limits;
use zccache_protocol::frame::{self, FrameError};
use zccache_protocol::message::{Reply, Request};
use zccache_settings::{Folders, Settings, SettingsError};

use crate::call::ToolCall;
use crate::daemon;
use crate::plain;
use crate::request::Caller;
use crate::run;

/// Runs a compiler through the cache.
pub fn wrap(call: &ToolCall) -> ExitCode {
    let (folders, settings) = match settings() {
        Ok(settings) => settings,
        Err(error) => return without_cache(call, &error),
    };
    if settings.disabled {
        return plain::exec(call, None);
    }
    let mut connection = match daemon::connect_or_start(&folders, &settings) {
        Ok(connection) => connection,
        Err(error) => return without_cache(call, &error),
    };
    match ask(&mut connection, call) {
        Ok(Reply::Replay { stdout, stderr }) => replay(&stdout, &stderr),
        Ok(Reply::Exec(program)) => plain::exec(call, Some(&program)),
        Ok(Reply::Run { program, additions }) => run::run(connection, call, &program, &additions),
        Ok(other) => without_cache(call, &format!("the daemon gave an answer that fits no compile: {other:?}")),
        Err(error) => without_cache(call, &error),
    }
}

/// The folders and settings of this process.
pub fn settings() -> Result<(Folders, Settings), SettingsError> {
    let folders = Folders::of_user().ok_or(SettingsError::Homeless)?;
    let settings = Settings::read(&folders)?;
    Ok((folders, settings))
}

fn ask(connection: &mut UnixStream, call: &ToolCall) -> Result<Reply, daemon::DaemonError> {
    let caller = Caller::of_process()?;
    let message = frame::encode(&Request::Compile(caller.request(call)))?;
    connection.set_read_timeout(Some(limits::ANSWER_WAIT))?;
    connection.write_all(&message)?;
    let payload = frame::read_message(connection).map_err(|error| match error {
        FrameError::Version { theirs } => daemon::DaemonError::Version { theirs },
        error => error.into(),
    })?;
    Ok(frame::decode(&payload)?)
}

fn replay(stdout: &[u8], stderr: &[u8]) -> ExitCode {
    // A compiler that cannot say what it has to say has compiled all the same, and ends well.
    let _unheard = std::io::stdout().write_all(stdout).and_then(|()| std::io::stdout().flush());
    let _unheard = std::io::stderr().write_all(stderr);
    ExitCode::SUCCESS
}

fn without_cache(call: &ToolCall, why: &dyn Display) -> ExitCode {
    eprintln!("zccache: {why}; running {} without the cache", call.program.display());
    plain::exec(call, None)
}

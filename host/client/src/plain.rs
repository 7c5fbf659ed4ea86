//! Becoming the compiler, as if zccache were not there.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Access, AtFlags, CWD, accessat};
use zccache_model::program::{Candidate, Search, search};
use zccache_protocol::message::{FileIdentity, Program};

use crate::call::ToolCall;
use crate::request;

/// Replaces this process by the compiler. Comes back only with the exit code for a compiler that cannot be run: 127 or
/// 126, as shells have it.
pub fn exec(call: &ToolCall, program: Option<&Program>) -> u8 {
    let mut command = match command(call, program) {
        Ok(command) => command,
        Err(code) => return code,
    };
    let error = command.args(&call.arguments).exec();
    cannot_run(call.program, &error)
}

/// The command for the program that the daemon named, or that is found here; its arguments are still to be given. An error
/// is the exit code of one that cannot be run.
pub fn command(call: &ToolCall, program: Option<&Program>) -> Result<Command, u8> {
    if let Some(Program { path: Some(path), named_by_path }) = program {
        let path = PathBuf::from(OsString::from_vec(path.clone()));
        let mut command = Command::new(&path);
        if !named_by_path {
            command.arg0(call.program);
        }
        return Ok(command);
    }
    let (found, passed_over) = find(call.program);
    match found {
        Search::Found(path) => {
            let mut command = Command::new(path);
            if !passed_over {
                command.arg0(call.program);
            }
            Ok(command)
        }
        Search::NotExecutable(path) => Err(cannot_run(path.as_os_str(), &io::ErrorKind::PermissionDenied.into())),
        Search::NotFound => Err(not_found(call.program)),
    }
}

/// Finds a program as a shell does, and whether a link to zccache was passed over on the way.
fn find(program: &OsStr) -> (Search, bool) {
    let own = request::own_program();
    let mut passed_over = false;
    let named_by_path = program.as_encoded_bytes().contains(&b'/');
    let found = search(program, env::var_os("PATH").as_deref(), Path::new(""), |path| {
        if named_by_path && path.is_dir() {
            return Candidate::NotExecutable;
        }
        let candidate = look(path, own);
        passed_over |= candidate == Candidate::PassOver && path.exists();
        candidate
    });
    (found, passed_over)
}

fn look(path: &Path, own: Option<FileIdentity>) -> Candidate {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        _ => return Candidate::PassOver,
    }
    if own.is_some() && request::identity(path).ok() == own {
        return Candidate::PassOver;
    }
    match accessat(CWD, path, Access::EXEC_OK, AtFlags::EACCESS) {
        Ok(()) => Candidate::Executable,
        Err(_) => Candidate::NotExecutable,
    }
}

/// Says that a compiler cannot be run; gives back the exit code for that.
pub fn cannot_run(program: &OsStr, error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::NotFound => not_found(program),
        io::ErrorKind::PermissionDenied => {
            eprintln!("zccache: {}: permission denied", program.display());
            126
        }
        _ => {
            eprintln!("zccache: {}: {error}", program.display());
            126
        }
    }
}

fn not_found(program: &OsStr) -> u8 {
    if program.as_encoded_bytes().contains(&b'/') {
        eprintln!("zccache: {}: no such file or directory", program.display());
    } else {
        eprintln!(
            "zccache: {}: command not found; it is no command of zccache either (see zccache --help)",
            program.display()
        );
    }
    127
}

//! Which program does a call run?

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};
use zccache_files::Place;
use zccache_model::digest::ToolIdentity;
use zccache_model::invocation::Tool;
use zccache_model::outcome::Outcome;
use zccache_model::program::{Candidate, Search, search};
use zccache_protocol::message::Program;

use crate::call::Call;
use crate::services::Services;

/// The program of a call, and what it is.
pub struct Resolved {
    /// As the client shall execute it.
    pub program: Program,
    /// As plugins are told of it.
    pub tool: Tool,
    /// Its content, and that of everything it loads.
    pub identity: ToolIdentity,
}

/// Finds and identifies the program of a call. A call that has none, or one that cannot be told in Unicode, is the
/// client's own business.
pub fn resolve(services: &Services, call: &Call) -> Result<Resolved, Outcome> {
    call.at_place(|place| {
        let mut passed_over = false;
        let found = search(&call.program, place.path, place.directory, |path| look(place, path, &mut passed_over));
        let Search::Found(path) = found else {
            return Err(Outcome::Bypass("no-program".into()));
        };
        let program = services.files.program(place, &path).map_err(|error| super::internal(&error))?;
        let name = path.file_name().unwrap_or_default();
        let (Some(name), Some(found), Some(real)) = (name.to_str(), path.to_str(), program.real.to_str()) else {
            return Err(Outcome::Bypass("not-unicode".into()));
        };
        Ok(Resolved {
            program: Program { path: Some(path.as_os_str().as_bytes().to_vec()), named_by_path: passed_over },
            tool: Tool { name: name.to_owned(), path: found.to_owned(), real: real.to_owned(), kind: program.kind },
            identity: ToolIdentity(program.digest),
        })
    })
}

fn look(place: &Place<'_>, path: &Path, passed_over: &mut bool) -> Candidate {
    place.claim(path);
    if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Candidate::PassOver;
    }
    if (place.passed_over)(path) {
        *passed_over = true;
        return Candidate::PassOver;
    }
    match accessat(CWD, path, Access::EXEC_OK, AtFlags::EACCESS) {
        Ok(()) => Candidate::Executable,
        Err(_) => Candidate::NotExecutable,
    }
}

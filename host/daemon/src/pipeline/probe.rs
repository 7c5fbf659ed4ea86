//! Running a tool beside the caller's own run of it, with words that its plugin was granted.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use zccache_model::invocation::Invocation;
use zccache_model::limits;
use zccache_model::plan::Ran;
use zccache_model::rules::GrantedWord;
use zccache_protocol::message::Program;

use crate::call::Call;
use crate::process::{self, Start};
use crate::services::Services;
use crate::temporaries::Temporaries;
use crate::variables::OF_PROGRAMS;

/// Has a zccache run the compiler as it was called.
const DISABLE: &str = "ZCCACHE_DISABLE";

/// How much of the caller a run is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Nothing: it starts in the root folder, with the variables by which programs are found and loaded.
    Nothing,
    /// The directory and the variables.
    Place,
    /// What is on standard input besides.
    Input,
}

impl Given {
    fn time(self) -> Duration {
        match self {
            Given::Nothing | Given::Place => limits::PROBE_TIME,
            Given::Input => limits::COMPANION_TIME,
        }
    }
}

/// Runs the tool of a call. What it wrote to its scratch file, if the words hold one.
#[tracing::instrument(level = "debug", skip_all)]
pub fn run(
    services: &Services,
    call: &Call,
    program: &Program,
    invocation: &Invocation,
    words: Vec<GrantedWord>,
    given: Given,
) -> io::Result<(Ran, Option<Vec<u8>>)> {
    let mut scratch = Vec::new();
    let arguments = words.into_iter().map(|word| match word {
        GrantedWord::Text(text) => OsString::from(text),
        GrantedWord::Scratch(prefix) => {
            let path = services.scratch_path();
            let mut word = OsString::from(prefix);
            word.push(&path);
            scratch.push(path);
            word
        }
    });
    let arguments = arguments.collect();
    let temporaries = Temporaries::at(services.scratch_path())?;
    let mut environment = environment(&call.environment, given);
    environment.push(("TMPDIR".into(), temporaries.folder().into()));
    let input = if given == Given::Input { call.given().unwrap_or_default() } else { &[] };
    let ran = process::run(
        &services.runtime,
        Start {
            program: PathBuf::from(&invocation.tool.path),
            name: if program.named_by_path { invocation.tool.path.clone().into() } else { call.program.clone() },
            arguments,
            directory: if given == Given::Nothing { PathBuf::from("/") } else { call.directory.clone() },
            environment,
            stdin: input.to_vec(),
        },
        given.time(),
    );
    let written = scratch.first().and_then(|path| services.files.read(path, limits::DEPENDENCY_BYTES).ok().flatten());
    for path in scratch {
        // It may have written nothing there.
        let _absent = std::fs::remove_file(path);
    }
    Ok((temporaries.settled(ran?), written))
}

/// The caller's variables, or those that programs are found and loaded by, without where temporary files are, and with
/// messages in the plain locale: plugins read what is printed. A compiler that the tool runs in turn, and that is a link to
/// zccache, is not to ask a daemon, least of all another one than the caller's.
fn environment(of_caller: &[(OsString, OsString)], given: Given) -> Vec<(OsString, OsString)> {
    let passed = |name: &OsString| {
        let replaced = ["LC_ALL", "LANGUAGE", "TMPDIR", DISABLE].iter().any(|known| name == known);
        if given == Given::Nothing { OF_PROGRAMS.iter().any(|known| name == known) } else { !replaced }
    };
    let mut plain: Vec<_> = of_caller.iter().filter(|(name, _)| passed(name)).cloned().collect();
    plain.push(("LC_ALL".into(), "C".into()));
    plain.push((DISABLE.into(), "1".into()));
    plain
}

//! The parts of gcc besides the driver that the host already knows: programs that it runs, and specs that it would read. Found
//! with `strace -f -e %file`.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{Chain, Input, Lookup, Observe, Ran, Status};
use zccache_plugin_sdk::path;

use crate::command::CommandLine;
use crate::effect::{Mode, Side};
use crate::language::Stage;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// Folders where gcc looks for its programs and for specs, as `-print-search-dirs` lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folders {
    pub programs: Vec<String>,
    pub specs: Vec<String>,
}

impl Folders {
    /// Reads what gcc printed.
    pub(crate) fn read(ran: &Ran) -> Result<Folders, Stop> {
        let text = std::str::from_utf8(&ran.stdout).unwrap_or_default();
        let line = |label: &str| text.lines().find_map(|line| line.strip_prefix(label));
        let (Some(install), Some(programs), Some(libraries)) =
            (line("install: "), line("programs: ="), line("libraries: ="))
        else {
            return bypass("search-path", "the compiler does not list its folders");
        };
        if ran.status != Status::Exited(0) {
            return bypass("search-path", "the compiler does not list its folders");
        }
        let split = |list: &str| -> Vec<String> {
            // gcc lists a folder as often as it has reasons to look there; the first time counts.
            let mut seen = HashSet::new();
            let once = |folder: &&str| !folder.is_empty() && seen.insert(folder.trim_end_matches('/').to_owned());
            list.split(':').filter(once).map(str::to_owned).collect()
        };
        let mut specs = split(libraries);
        // gcc reads one more, for all its versions, from the folder above its own.
        let own = install.trim_end_matches('/');
        specs.push(path::folder(own).to_owned());
        Ok(Folders { programs: split(programs), specs })
    }

    /// Programs that gcc takes for its assembler if they are there, by the name of each.
    pub(crate) fn assemblers(&self, target: &str) -> Vec<Input> {
        let names = assemblers(target);
        let here = self.programs.iter().flat_map(|folder| names.each_ref().map(|name| path::join(folder, name)));
        let here = here.map(|program| maybe(program, Observe::Program));
        here.chain(names.each_ref().map(|name| maybe(name, Observe::ProgramInPath))).collect()
    }

    /// Folders of headers below what `-B` names, which gcc searches if they come to be and does not speak of until then.
    pub(crate) fn headers(&self, named: &[&str]) -> Vec<Input> {
        let below = self.programs.iter().filter(|folder| named.iter().any(|named| folder.starts_with(named)));
        let headers = below.flat_map(|folder| ["include", "include-fixed"].map(|name| path::join(folder, name)));
        headers.map(|folder| maybe(folder, Observe::Identity)).collect()
    }
}

/// Programs that gcc runs for one compile and specs that it would read. `programs` and `specs` are chains of the plan.
pub(crate) fn gcc_lookups(command: &CommandLine<'_>, target: &str, programs: u32, specs: u32) -> Vec<Lookup> {
    let program =
        |name: &str, chain: Chain| Lookup { name: name.to_owned(), chain, observe: Observe::Program, all: false };
    let language = command.source.language;
    let mut lookups =
        vec![Lookup { name: "specs".to_owned(), chain: Chain::Listed(specs), observe: Observe::Content, all: true }];
    if language.includes() || !language.is_assembler() {
        lookups.push(program(language.tongue.compiler_proper(), Chain::Listed(programs)));
    }
    let mut names = Vec::new();
    if command.mode == Mode::Object && !command.makes_precompiled_header() {
        names.extend(assemblers(target));
        if command.besides.sides.contains(&Side::SplitDwarf) {
            names.extend([format!("{target}-objcopy"), "objcopy".to_owned()]);
        }
    }
    lookups.extend(
        names.iter().flat_map(|name| [Chain::Listed(programs), Chain::Programs].map(|chain| program(name, chain))),
    );
    lookups
}

/// What gcc's assembler is called: some builds look for the target's own first.
fn assemblers(target: &str) -> [String; 2] {
    [format!("{target}-as"), "as".to_owned()]
}

/// The words with which the assembler can be asked what it knows, where its answer could matter. Of one that lies in a folder of the
/// caller's (`-B`) only the object of assembler text rests; and a probe of itself knows no folder that is named from another.
pub(crate) fn asks_assembler(command: &CommandLine<'_>) -> Option<Vec<u32>> {
    let language = command.source.language;
    let folders = &command.parts.folders;
    let asks = match command.mode {
        Mode::Assembly | Mode::Check | Mode::Text | Mode::List(_) => false,
        Mode::Object if language.is_assembler() => folders.iter().all(|folder| folder.starts_with('/')),
        Mode::Object => language.stage == Stage::Source && folders.is_empty() && !command.shows.assembler_words,
    };
    asks.then(|| if folders.is_empty() { Vec::new() } else { command.parts.arguments.clone() })
}

/// Whether the assembler can list what it includes, as its help says (`--MD FILE` of GNU's).
pub(crate) fn lists(ran: &Ran) -> bool {
    let help = String::from_utf8_lossy(&ran.stdout);
    ran.status == Status::Exited(0) && help.lines().any(|line| line.trim_start().starts_with("--MD FILE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assembler_lists_what_it_includes_only_where_its_help_says_so() {
        let ran =
            |code, stdout: &[u8]| Ran { status: Status::Exited(code), stdout: stdout.to_vec(), stderr: Vec::new() };
        let help = include_bytes!("../tests/probes/gcc-assembler.txt");
        assert!(lists(&ran(0, help)));
        assert!(!lists(&ran(1, help)));
        assert!(!lists(&ran(0, b"Usage: as [-o objfile] [--MDebug]\n")));
        assert!(!lists(&ran(0, b"")));
    }

    #[test]
    fn gccs_folders_are_read() {
        let stdout = include_bytes!("../tests/probes/gcc-folders.txt").to_vec();
        let folders = Folders::read(&Ran { status: Status::Exited(0), stdout, stderr: Vec::new() }).unwrap();
        assert_eq!(folders.programs[0], "/usr/lib/gcc/x86_64-linux-gnu/12/");
        assert_eq!(folders.specs.last().unwrap(), "/usr/lib/gcc/x86_64-linux-gnu");
    }
}

//! The parts of a compiler besides the driver that the host already knows: programs that gcc runs, specs that it would
//! read, and the files by whose being there clang chooses its folders. Found with `strace -f -e %file`.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{Chain, Input, Lookup, Observe, Ran, Status};
use zccache_plugin_sdk::path;

use crate::command::CommandLine;
use crate::effect::{Mode, Side};
use crate::search::Search;
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
        // Some builds of gcc look for the target's own assembler first.
        names.extend([format!("{target}-as"), "as".to_owned()]);
        if command.besides.sides.contains(&Side::SplitDwarf) {
            names.extend([format!("{target}-objcopy"), "objcopy".to_owned()]);
        }
    }
    lookups.extend(
        names.iter().flat_map(|name| [Chain::Listed(programs), Chain::Programs].map(|chain| program(name, chain))),
    );
    lookups
}

/// What clang's choice of folders and options rests on.
pub(crate) fn clang_assumptions(search: &Search, tool: &str) -> Vec<Input> {
    let mut assumed = Vec::new();
    installations(search, &mut assumed);
    config_files(search, tool, &mut assumed);
    for file in ["/etc/os-release", "/etc/lsb-release", "/etc/redhat-release", "/etc/debian_version"] {
        assumed.push(maybe(file, Observe::Content));
    }
    assumed.push(maybe("/etc/env.d/gcc", Observe::Listing));
    assumed
}

/// Lists of what sanitizers leave alone: read without being asked for, where they are there.
pub(crate) fn clang_sanitizer_lists(search: &Search) -> Vec<Input> {
    const LISTS: &[&str] = &["asan", "hwasan", "memtag", "msan", "tsan", "cfi", "ubsan", "type", "rtsan", "dfsan"];
    let Some(resources) = &search.resources else { return Vec::new() };
    LISTS
        .iter()
        .flat_map(|list| ["ignorelist", "blacklist"].map(|kind| format!("{resources}/share/{list}_{kind}.txt")))
        .chain([format!("{resources}/share/dfsan_abilist.txt")])
        .map(|path| maybe(path, Observe::Content))
        .collect()
}

/// clang takes the newest installation of gcc below a few folders: any new entry there can change the choice.
fn installations(search: &Search, assumed: &mut Vec<Input>) {
    let mut prefixes = vec!["/usr".to_owned()];
    if let Some(installed) = search.config_folders.first() {
        prefixes.push(format!("{installed}/.."));
    }
    for installation in &search.installations {
        // As in PREFIX/lib/gcc/TRIPLE/VERSION.
        let triple = path::folder(installation);
        let folder = path::folder(path::folder(path::folder(triple)));
        assumed.push(maybe(triple, Observe::Listing));
        assumed.push(maybe(installation, Observe::Listing));
        assumed.push(maybe(format!("{installation}/crtbegin.o"), Observe::Kind));
        let triple = path::file_name(triple);
        for headers in ["include", "../../../../include", &format!("../../../../{triple}/include")] {
            assumed.push(maybe(format!("{installation}/{headers}/c++"), Observe::Listing));
        }
        prefixes.push(folder.to_owned());
    }
    prefixes.dedup();
    for prefix in &prefixes {
        for library in ["lib", "lib64", "lib32", "libx32"] {
            for kind in ["gcc", "gcc-cross"] {
                assumed.push(maybe(format!("{prefix}/{library}/{kind}"), Observe::Listing));
            }
        }
        assumed.push(maybe(format!("{prefix}/include/c++"), Observe::Listing));
        assumed.push(maybe(format!("{prefix}/include/{}", multiarch(&search.target)), Observe::Identity));
    }
}

/// Configuration files that newer versions read by default: for the target, for the program, for both.
fn config_files(search: &Search, tool: &str, assumed: &mut Vec<Input>) {
    let target = &search.target;
    for folder in &search.config_folders {
        for name in ["clang", "clang++", "clang-g++", tool] {
            assumed.push(maybe(format!("{folder}/{name}.cfg"), Observe::Identity));
            assumed.push(maybe(format!("{folder}/{target}-{name}.cfg"), Observe::Identity));
        }
        assumed.push(maybe(format!("{folder}/{target}.cfg"), Observe::Identity));
    }
}

/// `x86_64-linux-gnu` of `x86_64-pc-linux-gnu`: how Debian names folders of a target.
fn multiarch(target: &str) -> String {
    let parts: Vec<&str> = target.split('-').collect();
    match parts[..] {
        [machine, _, system, environment] => format!("{machine}-{system}-{environment}"),
        _ => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gccs_folders_are_read() {
        let stdout = include_bytes!("../tests/probes/gcc-folders.txt").to_vec();
        let folders = Folders::read(&Ran { status: Status::Exited(0), stdout, stderr: Vec::new() }).unwrap();
        assert_eq!(folders.programs[0], "/usr/lib/gcc/x86_64-linux-gnu/12/");
        assert_eq!(folders.specs.last().unwrap(), "/usr/lib/gcc/x86_64-linux-gnu");
    }

    #[test]
    fn a_target_has_a_folder_name() {
        assert_eq!(multiarch("x86_64-pc-linux-gnu"), "x86_64-linux-gnu");
        assert_eq!(multiarch("aarch64-linux-gnu"), "aarch64-linux-gnu");
    }
}

//! What the driver says of itself when asked with `-v -E`: which compiler it is, where it looks for headers, and what it
//! looked for to find that out. Nothing is guessed: text that does not read as expected ends the plan.

use serde::{Deserialize, Serialize};
use zccache_plugin_sdk::contract::{Ran, Status};

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Which compiler a driver is, and its major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Family {
    Gcc(u32),
    Clang(u32),
}

#[cfg(test)]
impl Default for Family {
    fn default() -> Self {
        Family::Gcc(12)
    }
}

/// What the driver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Search {
    pub family: Family,
    /// As in `Target: x86_64-linux-gnu`.
    pub target: String,
    /// Where `#include "x"` looks after the includer's folder: its own list, then the one below.
    pub quote: Vec<String>,
    /// Where `#include <x>` looks.
    pub bracket: Vec<String>,
    /// Folders that are not there, or are another one's double, or no folders.
    pub ignored: Vec<String>,
    /// gcc: files of specs that it reads, in order.
    pub specs: Vec<String>,
    /// clang: installations of gcc that it found.
    pub installations: Vec<String>,
    /// clang: the folder of its own headers and lists.
    pub resources: Option<String>,
    /// clang: folders where it would find a configuration file.
    pub config_folders: Vec<String>,
}

impl Search {
    /// Whether the driver is clang, whatever its name says.
    pub(crate) fn is_clang(&self) -> bool {
        matches!(self.family, Family::Clang(_))
    }

    /// Reads what the search probe printed to standard error.
    pub(crate) fn read(ran: &Ran) -> Result<Search, Stop> {
        let unreadable = |detail: &str| bypass("search-path", detail.to_owned());
        if ran.status != Status::Exited(0) {
            return unreadable("the compiler did not answer for its search path");
        }
        let Ok(text) = std::str::from_utf8(&ran.stderr) else { return unreadable("a search path is not UTF-8") };
        let Some(family) = family(text) else { return unreadable("it does not say whether it is gcc or clang") };
        const QUOTE: &str = "#include \"...\" search starts here:";
        const BRACKET: &str = "#include <...> search starts here:";
        const END: &str = "End of search list.";
        // clang leaves out the second list where it would be empty.
        let bracketed = text.lines().any(|line| line == BRACKET);
        let (Some(quote), Some(bracket)) = (
            section(text, QUOTE, if bracketed { BRACKET } else { END }),
            if bracketed { section(text, BRACKET, END) } else { Some(Vec::new()) },
        ) else {
            return unreadable("it does not list its search path in English");
        };
        if quote
            .iter()
            .chain(&bracket)
            .any(|folder| folder.ends_with(" (framework directory)") || folder.ends_with(" (headermap)"))
        {
            return bypass("framework", "the search path holds frameworks or header maps");
        }
        check_parts(text, family)?;
        Ok(Search {
            family,
            target: values(text, "Target: ").pop().unwrap_or_default(),
            quote: quote.iter().chain(&bracket).cloned().collect(),
            bracket,
            ignored: ignored(text),
            specs: values(text, "Reading specs from "),
            installations: values(text, "Found candidate GCC installation: "),
            resources: resources(text),
            config_folders: [
                "InstalledDir: ",
                "User configuration file directory: ",
                "System configuration file directory: ",
            ]
            .iter()
            .flat_map(|label| values(text, label))
            .collect(),
        })
    }
}

/// Systems of targets for which it is known what clang's choice of folders rests on. For others it looks for programs in PATH
/// (MinGW), or for development kits (Android, Apple).
const CLANG_SYSTEMS: &[&str] = &["-linux", "-freebsd", "-netbsd", "-openbsd", "wasm32", "wasm64"];
/// Kinds of Linux that have such a kit.
const CLANG_KITS: &[&str] = &["android", "ohos"];

/// Ends the plan where the driver follows instructions of a file, or makes another system's objects.
fn check_parts(text: &str, family: Family) -> Result<(), Stop> {
    if let Some(file) = values(text, "Configuration file: ").pop() {
        return bypass("config-file", file);
    }
    if matches!(family, Family::Gcc(_)) && !text.lines().any(|line| line == "Using built-in specs.") {
        return bypass("specs", "the driver reads its specs from a file");
    }
    let target = values(text, "Target: ").pop().unwrap_or_default();
    let known = match family {
        Family::Gcc(_) => !["msvc", "apple", "darwin"].iter().any(|part| target.contains(part)),
        Family::Clang(_) => {
            let holds = |parts: &[&str]| parts.iter().any(|part| target.contains(part));
            holds(CLANG_SYSTEMS) && !holds(CLANG_KITS)
        }
    };
    if known { Ok(()) } else { bypass("target", target) }
}

fn family(text: &str) -> Option<Family> {
    text.lines().find_map(|line| {
        if let Some(version) = line.strip_prefix("gcc version ") {
            return major(version).map(Family::Gcc);
        }
        let (_, version) = line.split_once("clang version ")?;
        major(version).map(Family::Clang)
    })
}

fn major(version: &str) -> Option<u32> {
    version.split(|each: char| !each.is_ascii_digit()).next()?.parse().ok()
}

/// The folders between two lines, each behind one blank.
fn section(text: &str, start: &str, end: &str) -> Option<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| *line != start).skip(1);
    let mut folders = Vec::new();
    loop {
        let line = lines.next()?;
        if line == end {
            return Some(folders);
        }
        folders.push(line.strip_prefix(' ')?.to_owned());
    }
}

/// What follows `label` in the lines that begin with it.
fn values(text: &str, label: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix(label)).map(str::to_owned).collect()
}

fn ignored(text: &str) -> Vec<String> {
    let quoted = |line: &str| line.strip_suffix('"').map(str::to_owned);
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("ignoring nonexistent directory \"")
                .or_else(|| line.strip_prefix("ignoring duplicate directory \""))
                .and_then(quoted)
        })
        .collect()
}

fn resources(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains("\" -cc1 "))?;
    let (_, rest) = line.split_once(" -resource-dir ")?;
    // A folder with a blank stands in quotes.
    let folder = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(' ').next()?,
    };
    Some(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(stderr: &[u8]) -> Ran {
        Ran { status: Status::Exited(0), stdout: Vec::new(), stderr: stderr.to_vec() }
    }

    #[test]
    fn gccs_answer_is_read() {
        let search = Search::read(&ran(include_bytes!("../tests/probes/gcc-search.txt"))).unwrap();
        assert_eq!(search.family, Family::Gcc(12));
        assert_eq!(search.quote[..2], ["quoted", "inc"]);
        assert_eq!(search.bracket[0], "inc");
        assert_eq!(search.bracket.last().unwrap(), "/usr/include");
        assert!(search.ignored.contains(&"missing".to_owned()) && search.ignored.contains(&"./inc".to_owned()));
    }

    #[test]
    fn clangs_answer_is_read() {
        let search = Search::read(&ran(include_bytes!("../tests/probes/clang-search.txt"))).unwrap();
        assert_eq!(search.family, Family::Clang(14));
        assert_eq!(search.installations, ["/usr/bin/../lib/gcc/x86_64-linux-gnu/12"]);
        assert_eq!(search.resources.as_deref(), Some("/usr/lib/llvm-14/lib/clang/14.0.6"));
        assert_eq!(search.config_folders, ["/usr/bin"]);
    }

    #[test]
    fn no_folders_at_all_are_an_empty_list() {
        let lists = "#include \"...\" search starts here:\n q\nEnd of search list.\n";
        let text = format!("clang version 14.0.6\nTarget: wasm32-unknown-wasi\n{lists}");
        let search = Search::read(&ran(text.as_bytes())).unwrap();
        assert_eq!((search.quote, search.bracket), (vec!["q".to_owned()], Vec::new()));
    }

    #[test]
    fn a_target_for_which_clang_looks_elsewhere_ends_the_plan() {
        let linux = String::from_utf8_lossy(include_bytes!("../tests/probes/clang-search.txt")).into_owned();
        for target in ["x86_64-w64-windows-gnu", "aarch64-none-linux-android21", "arm64-apple-darwin22"] {
            let text = linux.replace("Target: x86_64-pc-linux-gnu", &format!("Target: {target}"));
            assert!(matches!(Search::read(&ran(text.as_bytes())), Err(Stop::Bypass(why)) if why.reason == "target"));
        }
        // What distributions call their own machines.
        for target in
            ["x86_64-suse-linux", "x86_64-redhat-linux-gnu", "aarch64-alpine-linux-musl", "armv7l-linux-gnueabihf"]
        {
            let text = linux.replace("Target: x86_64-pc-linux-gnu", &format!("Target: {target}"));
            assert!(Search::read(&ran(text.as_bytes())).is_ok(), "{target}");
        }
    }

    #[test]
    fn an_answer_in_another_language_or_with_a_failure_ends_the_plan() {
        let english = String::from_utf8_lossy(include_bytes!("../tests/probes/gcc-search.txt")).into_owned();
        let german = english.replace("search starts here", "Suche beginnt hier");
        for (text, reason) in [
            (german, "search-path"),
            (english.replace("Using built-in specs.", "Reading specs from /x/specs"), "specs"),
            (english.replace("gcc version", "icc version"), "search-path"),
        ] {
            let stopped = Search::read(&ran(text.as_bytes()));
            assert!(matches!(&stopped, Err(Stop::Bypass(refusal)) if refusal.reason == reason), "{stopped:?}");
        }
        let failed = Ran { status: Status::Exited(1), ..ran(english.as_bytes()) };
        assert!(Search::read(&failed).is_err());
    }
}

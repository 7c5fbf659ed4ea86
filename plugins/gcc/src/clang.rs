//! What clang's choices rest on: the files and folders by whose being there it decides where it looks for headers. Found with
//! `strace -f -e %file`.

use std::collections::HashSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{Input, Observe, Tool};
use zccache_plugin_sdk::path;

use crate::command::SearchWords;
use crate::search::Search;

/// Where distributions are told apart, which decides some options.
const RELEASES: &[&str] = &[
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/lsb-release",
    "/etc/redhat-release",
    "/etc/debian_version",
    "/etc/SuSE-release",
    "/etc/gentoo-release",
    "/etc/arch-release",
];

/// Everything by which clang chooses folders and options, also what the command line says of it.
pub(crate) fn assumptions(search: &Search, tool: &Tool, words: &SearchWords<'_>) -> Vec<Input> {
    let mut assumed = Vec::new();
    // Where it is installed: as it was called, and as links lead there.
    let installed = search.config_folders.first().map(String::as_str).into_iter().chain([path::folder(&tool.real)]);
    for folder in installed {
        prefix(&format!("{folder}/.."), &mut assumed);
    }
    for toolchain in &words.toolchains {
        prefix(toolchain.trim_end_matches('/'), &mut assumed);
    }
    for root in words.sysroots.iter().copied().chain([""]) {
        let root = root.trim_end_matches('/');
        for below in ["", "/usr", "/usr/local"] {
            prefix(&format!("{root}{below}"), &mut assumed);
        }
        assumed.push(maybe(format!("{root}/etc/env.d/gcc"), Observe::Listing));
        assumed.push(maybe(format!("{root}/opt/rh"), Observe::Listing));
    }
    installations(search, &mut assumed);
    config_files(search, &tool.name, &mut assumed);
    assumed.extend(RELEASES.iter().map(|file| maybe(*file, Observe::Content)));
    let mut seen = HashSet::new();
    assumed.retain(|input| seen.insert(input.path.clone()));
    assumed
}

/// Below each prefix it looks for installations of gcc, of which it takes the newest, for libc++, and for folders of the target's
/// own: any new entry can change the choice.
fn prefix(prefix: &str, assumed: &mut Vec<Input>) {
    for library in ["lib", "lib64", "lib32", "libx32"] {
        for kind in ["gcc", "gcc-cross"] {
            assumed.push(maybe(format!("{prefix}/{library}/{kind}"), Observe::Listing));
        }
    }
    assumed.push(maybe(format!("{prefix}/include"), Observe::Listing));
    assumed.push(maybe(format!("{prefix}/include/c++"), Observe::Listing));
}

/// The installations of gcc that it has found.
fn installations(search: &Search, assumed: &mut Vec<Input>) {
    for installation in &search.installations {
        // As in PREFIX/lib/gcc/TRIPLE/VERSION.
        let triple = path::folder(installation);
        assumed.push(maybe(triple, Observe::Listing));
        assumed.push(maybe(installation, Observe::Listing));
        assumed.push(maybe(format!("{installation}/crtbegin.o"), Observe::Kind));
        for headers in ["include", "../../../../include", &format!("../../../../{}/include", path::file_name(triple))] {
            assumed.push(maybe(format!("{installation}/{headers}/c++"), Observe::Listing));
        }
        prefix(path::folder(path::folder(path::folder(triple))), assumed);
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

/// Lists of what sanitizers leave alone: read without being asked for, where they are there.
pub(crate) fn sanitizer_lists(search: &Search) -> Vec<Input> {
    const LISTS: &[&str] = &["asan", "hwasan", "memtag", "msan", "tsan", "cfi", "ubsan", "type", "rtsan", "dfsan"];
    let Some(resources) = &search.resources else { return Vec::new() };
    LISTS
        .iter()
        .flat_map(|list| ["ignorelist", "blacklist"].map(|kind| format!("{resources}/share/{list}_{kind}.txt")))
        .chain([format!("{resources}/share/dfsan_abilist.txt")])
        .map(|path| maybe(path, Observe::Content))
        .collect()
}

//! The files that the unit's dependencies list.

use std::collections::HashSet;

use zccache_plugin_sdk::contract::Refusal;
use zccache_plugin_sdk::{answer, depfile, path};

use crate::context::{Context, Listing};
use crate::modules;

/// Paths, each once.
pub(super) struct Listed {
    /// What the compiler read, the source first.
    pub read: Vec<String>,
    /// What the assembler included, also among those that were read.
    pub assembled: Vec<String>,
    /// What the assembler may have included if it is there, and else was only told of.
    pub told: Option<String>,
    /// What only a precompiled header stands for, as far as it can be known.
    pub behind: Vec<String>,
}

impl Listed {
    /// Of what the dependencies of a run hold.
    pub(super) fn of(context: &Context, dependencies: &[Option<Vec<u8>>]) -> Result<Listed, Refusal> {
        let mut read = vec![context.source.clone()];
        let mut behind = Vec::new();
        let mut assembled = Vec::new();
        let mut told = None;
        for (listing, content) in context.listings.iter().zip(dependencies) {
            let Some(content) = content else {
                return Err(answer::refusal("no-dependencies", "the compiler did not list what it read"));
            };
            match listing {
                Listing::Depfile => read.extend(prerequisites(content)?),
                Listing::Assembled => {
                    let mut listed = prerequisites(content)?;
                    leave_out_given(context, &mut listed)?;
                    told = leave_out_told(context, &mut listed);
                    read.extend(listed.iter().cloned());
                    assembled.extend(listed);
                }
                Listing::Scan => read.extend(scanned(content)?),
                Listing::Behind => behind.extend(scanned(content)?),
            }
        }
        let mut seen = HashSet::new();
        for paths in [&mut read, &mut behind] {
            paths.retain(|path| !path.is_empty() && seen.insert(path.clone()));
        }
        check(context, &read)?;
        Ok(Listed { read, assembled, told, behind })
    }
}

/// Leaves out what the assembler was given, which it lists last: the source, or a temporary file made of it. By a pipe (`-pipe`) it
/// was given no file.
fn leave_out_given(context: &Context, listed: &mut Vec<String>) -> Result<(), Refusal> {
    let is_direct = context.assembler && !context.includes;
    let is_given = |file: &String| match is_direct {
        true => *file == context.source,
        false => context.outputs.contains(file) || (!context.piped && is_temporary(file)),
    };
    if listed.last().is_some_and(is_given) {
        listed.pop();
    } else if is_direct || !context.piped {
        return Err(answer::refusal("assembler-include", "what the assembler was given is not what it lists last"));
    }
    Ok(())
}

/// Leaves out what a compiler tells the assembler that it compiled: the source's name without its folder, which is listed as well,
/// and only once. Another file in the working directory that has that name may be included too: that one is the answer.
fn leave_out_told(context: &Context, listed: &mut Vec<String>) -> Option<String> {
    let name = path::file_name(&context.source);
    let told = listed.iter().position(|file| file == name).filter(|_| !context.assembler)?;
    Some(listed.remove(told)).filter(|file| *file != context.source)
}

/// gcc's name for a temporary file of assembler text.
fn is_temporary(path: &str) -> bool {
    let drawn = path::file_name(path).strip_prefix("cc").and_then(|name| name.strip_suffix(".s"));
    drawn.is_some_and(|drawn| drawn.len() == 6 && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn prerequisites(content: &[u8]) -> Result<Vec<String>, Refusal> {
    depfile::prerequisites(content).map_err(|malformed| answer::refusal("depfile", malformed.to_string()))
}

/// Paths that each end with a zero byte.
fn scanned(content: &[u8]) -> Result<Vec<String>, Refusal> {
    let text =
        std::str::from_utf8(content).map_err(|_| answer::refusal("not-unicode", "a scanned path is not UTF-8"))?;
    Ok(text.split_terminator('\0').map(str::to_owned).collect())
}

fn check(context: &Context, read: &[String]) -> Result<(), Refusal> {
    if let Some(output) = context.outputs.iter().find(|output| read.contains(output)) {
        return Err(answer::refusal("output-is-input", output.clone()));
    }
    // Of which other headers there is a compiled form, nobody looked.
    let known =
        |path: &String| context.compiled_headers.as_ref().is_none_or(|known| known.contains(&modules::first(path)));
    if let Some(path) = read.iter().find(|path| !known(path)) {
        return Err(answer::refusal("modules", path.clone()));
    }
    // Where the same call from another folder has the same key, what it reads must be named as from any folder. gcc writes
    // the real path instead where that is shorter: of files of the system, and of those that say so themselves.
    let beside = context.forced.iter().chain([&context.source]).map(|file| path::folder(file));
    let folders: Vec<String> = [&context.quote, &context.bracket, &context.assembler_folders]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .chain(beside)
        .filter(|folder| folder.starts_with('/'))
        .flat_map(|folder| [folder.to_owned(), path::without_detours(folder)])
        .collect();
    let named = |path: &str| folders.iter().any(|folder| path.starts_with(folder.as_str()));
    match read.iter().find(|path| context.anywhere && path.starts_with('/') && !named(path)) {
        Some(path) => Err(answer::refusal("path-outside", path.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Family;

    fn assembled(source: &str, piped: bool, list: &str) -> Result<(Vec<String>, Option<String>), Refusal> {
        let context = Context {
            family: Family::Gcc(12),
            listings: vec![Listing::Assembled],
            assembler: source.ends_with(['s', 'S']),
            includes: !source.ends_with(".s"),
            piped,
            source: source.to_owned(),
            outputs: vec!["out/a.s".to_owned()],
            ..Context::default()
        };
        let listed = Listed::of(&context, &[Some(format!("a.o: {list}\n").into_bytes())])?;
        assert_eq!(listed.read, [&[source.to_owned()][..], &listed.assembled].concat());
        Ok((listed.assembled, listed.told))
    }

    #[test]
    fn only_what_the_assembler_was_given_is_left_out_of_its_list() {
        let data = || Ok((vec!["d.bin".to_owned()], None));
        assert_eq!(assembled("a.c", false, "d.bin a.c /tmp/ccQkL0Pn.s"), data());
        assert_eq!(assembled("a.c", true, "d.bin a.c"), data());
        assert_eq!(assembled("q.S", false, "d.bin /tmp/ccTN84um.s"), data());
        assert_eq!(assembled("q.S", true, "d.bin"), data());
        assert_eq!(assembled("q.S", true, "d.bin out/a.s"), data(), "-save-temps wins over -pipe");
        assert_eq!(assembled("q.s", true, "d.bin q.s"), data());
        for (source, list) in [("q.s", "d.bin"), ("q.S", "d.bin"), ("a.c", "a.c d.bin"), ("q.s", "/tmp/ccTN84um.s")] {
            assert!(assembled(source, false, list).is_err(), "{source}: {list}");
        }
        assert_eq!(
            assembled("q.S", true, "/tmp/ccTN84um.s").unwrap().0,
            ["/tmp/ccTN84um.s"],
            "an include of that name"
        );
    }

    #[test]
    fn a_file_with_the_name_of_a_source_elsewhere_may_have_been_included() {
        assert_eq!(assembled("sub/a.c", true, "a.c"), Ok((Vec::new(), Some("a.c".to_owned()))));
        assert_eq!(assembled("a.c", true, "a.c"), Ok((Vec::new(), None)));
        assert_eq!(assembled("sub/q.S", true, "q.S"), Ok((vec!["q.S".to_owned()], None)));
    }
}

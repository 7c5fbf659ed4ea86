//! The files that the unit's dependencies list.

use std::collections::HashSet;

use zccache_plugin_sdk::contract::Refusal;
use zccache_plugin_sdk::{answer, depfile, path};

use crate::context::{Context, Listing};

/// Paths, each once.
pub(super) struct Listed {
    /// What the compiler read, the source first.
    pub read: Vec<String>,
    /// What the assembler included, also among those that were read.
    pub assembled: Vec<String>,
    /// What only a precompiled header stands for, as far as it can be known.
    pub behind: Vec<String>,
}

impl Listed {
    /// Of what the dependencies of a run hold.
    pub(super) fn of(context: &Context, dependencies: &[Option<Vec<u8>>]) -> Result<Listed, Refusal> {
        let mut read = vec![context.source.clone()];
        let mut behind = Vec::new();
        let mut assembled = Vec::new();
        for (listing, content) in context.listings.iter().zip(dependencies) {
            let Some(content) = content else {
                return Err(answer::refusal("no-dependencies", "the compiler did not list what it read"));
            };
            match listing {
                Listing::Depfile => read.extend(prerequisites(content)?),
                Listing::Assembled => {
                    // The last one is what the assembler was given: the source, or a temporary file made of it.
                    let mut listed = prerequisites(content)?;
                    listed.pop();
                    // A compiler tells the assembler what it compiled, without the folder, and that is listed as well.
                    listed.retain(|file| context.assembler || file != path::file_name(&context.source));
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
        Ok(Listed { read, assembled, behind })
    }
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

//! The files that the unit's dependencies list.

use std::collections::HashSet;

use zccache_plugin_sdk::contract::{CompanionRun, Outcome, Refusal, Status};
use zccache_plugin_sdk::{answer, depfile, path};

use super::failures::Came;
use crate::context::{Context, Listing};
use crate::modules;

/// Paths, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// What the compiler read, the source first. Where the source is given on standard input, its path is empty.
    pub read: Vec<String>,
    /// What the assembler included, or was told of.
    pub assembled: Vec<String>,
    /// What only a precompiled header stands for, as far as it can be known.
    pub behind: Vec<String>,
    /// The host has followed names instead of a list. None: there is a list.
    pub followed: Option<Followed>,
}

/// What the host's scan stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// All that was read.
    Fully,
    /// Not what a source on standard input names: the host follows names from files.
    FromNowhere,
}

impl Listed {
    /// Of what a run left.
    pub(super) fn of(context: &Context, outcome: &Outcome, came: Came) -> Result<Listed, Refusal> {
        let mut listed =
            Listed { read: vec![context.source.clone()], assembled: Vec::new(), behind: Vec::new(), followed: None };
        if came == Came::Nowhere {
            return Ok(listed);
        }
        // What is printed is in no dependency where no file is made.
        let mut contents = outcome.dependencies.iter();
        let mut is_listed = false;
        for listing in &context.listings {
            let printed = *listing == Listing::Printed && context.outputs.is_empty();
            let content = if printed { Some(&outcome.stdout) } else { contents.next().and_then(Option::as_ref) };
            is_listed |= matches!(listing, Listing::Depfile | Listing::Printed) && content.is_some();
            listed.add(context, *listing, content, came)?;
        }
        if context.includes && !is_listed && listed.followed.is_none() {
            return Err(missing());
        }
        if is_listed && came == Came::SomeWay && listed.followed.is_none() {
            return Err(answer::refusal("failed", "how much of what it read it has listed is not known"));
        }
        listed.clean(context)?;
        Ok(listed)
    }

    fn add(
        &mut self,
        context: &Context,
        listing: Listing,
        content: Option<&Vec<u8>>,
        came: Came,
    ) -> Result<(), Refusal> {
        match (listing, content) {
            (Listing::Depfile | Listing::Printed, Some(content)) => self.read.extend(prerequisites(content)?),
            // Where the compiler failed, the host may have followed names instead, and the assembler has not begun.
            (Listing::Depfile | Listing::Printed, None) if came == Came::SomeWay => {}
            (Listing::Assembled, None) if came != Came::Ended => {}
            (Listing::ScanInstead, None) => {}
            (_, None) => return Err(missing()),
            (Listing::Assembled, Some(content)) => {
                let mut listed = prerequisites(content)?;
                leave_out_given(context, &mut listed)?;
                self.assembled.extend(listed);
            }
            (Listing::Scan | Listing::ScanInstead, Some(content)) => {
                self.read.extend(scanned(content)?);
                let is_given = context.source.is_empty();
                self.followed = Some(if is_given { Followed::FromNowhere } else { Followed::Fully });
            }
            (Listing::Behind, Some(content)) => self.behind.extend(scanned(content)?),
        }
        Ok(())
    }

    /// The same with a companion's list of all that was read.
    pub(super) fn with_headers(&self, context: &Context, ran: &CompanionRun) -> Result<Listed, Refusal> {
        let mut read = vec![context.source.clone()];
        read.extend(companions_list(ran)?);
        let mut listed = Listed { read, followed: None, ..self.clone() };
        listed.clean(context)?;
        Ok(listed)
    }

    /// The same with a companion's list of what a precompiled header stands for: all that was not read.
    pub(super) fn with_what_is_behind(&self, context: &Context, ran: &CompanionRun) -> Result<Listed, Refusal> {
        let mut listed = Listed { behind: companions_list(ran)?, ..self.clone() };
        listed.clean(context)?;
        Ok(listed)
    }

    /// Keeps each path once, in the first list that has it.
    fn clean(&mut self, context: &Context) -> Result<(), Refusal> {
        let mut seen = HashSet::new();
        for (index, paths) in [&mut self.read, &mut self.behind].into_iter().enumerate() {
            let mut first = index == 0;
            paths.retain(|path| {
                // Only the source may have no name.
                let is_source = std::mem::take(&mut first);
                (is_source || !path.is_empty()) && seen.insert(path.clone())
            });
        }
        let read = &self.read;
        if let Some(output) = context.outputs.iter().find(|output| read.contains(output)) {
            return Err(answer::refusal("output-is-input", output.clone()));
        }
        let is_known =
            |path: &String| context.compiled_headers.as_ref().is_none_or(|known| known.contains(&modules::first(path)));
        // Of which other headers there is a compiled form, nobody looked.
        match read.iter().find(|path| !path.is_empty() && !is_known(path)) {
            Some(path) => Err(answer::refusal("modules", path.clone())),
            None => Ok(()),
        }
    }

    /// Whether something of this is named otherwise than from any folder: where the same call from another folder has the same key,
    /// that folder then matters. gcc writes the real path where that is shorter: of files of the system, and of those that say so
    /// themselves.
    pub(super) fn rests_on_directory(&self, context: &Context) -> bool {
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
        let paths = [&self.read, &self.assembled];
        context.anywhere && paths.into_iter().flatten().any(|path| path.starts_with('/') && !named(path))
    }
}

fn missing() -> Refusal {
    answer::refusal("no-dependencies", "the compiler did not list what it read")
}

fn companions_list(ran: &CompanionRun) -> Result<Vec<String>, Refusal> {
    match (&ran.ran.status, &ran.scratch) {
        (Status::Exited(0), Some(content)) => prerequisites(content),
        _ => Err(answer::refusal("companion", String::from_utf8_lossy(&ran.ran.stderr).into_owned())),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Family;

    fn outcome(dependencies: Vec<Option<Vec<u8>>>) -> Outcome {
        Outcome {
            state: Vec::new(),
            directory: "/w".to_owned(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            joined: false,
            dependencies,
            facts: Vec::new(),
            found: Vec::new(),
            companions: Vec::new(),
            code: 0,
            more: Vec::new(),
        }
    }

    fn assembled(source: &str, piped: bool, list: &str) -> Result<Vec<String>, Refusal> {
        let context = Context {
            family: Family::Gcc(12),
            listings: vec![Listing::Assembled],
            assembler: source.ends_with(['s', 'S']),
            piped,
            source: source.to_owned(),
            outputs: vec!["out/a.s".to_owned()],
            ..Context::default()
        };
        let context = Context { includes: false, assembler: source.ends_with(['s', 'S']), ..context };
        let mut listed = vec![list.to_owned()];
        if source.ends_with('s') {
            let outcome = outcome(vec![Some(format!("a.o: {list}\n").into_bytes())]);
            return Listed::of(&context, &outcome, Came::Ended).map(|listed| listed.assembled);
        }
        listed = prerequisites(format!("a.o: {list}\n").as_bytes())?;
        leave_out_given(&Context { includes: true, ..context }, &mut listed)?;
        Ok(listed)
    }

    #[test]
    fn only_what_the_assembler_was_given_is_left_out_of_its_list() {
        let listed = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(assembled("a.c", false, "d.bin a.c /tmp/ccQkL0Pn.s"), listed(&["d.bin", "a.c"]));
        assert_eq!(assembled("a.c", true, "d.bin a.c"), listed(&["d.bin", "a.c"]));
        assert_eq!(assembled("q.S", false, "d.bin /tmp/ccTN84um.s"), listed(&["d.bin"]));
        assert_eq!(assembled("q.S", true, "d.bin"), listed(&["d.bin"]));
        assert_eq!(assembled("q.S", true, "d.bin out/a.s"), listed(&["d.bin"]), "-save-temps wins over -pipe");
        assert_eq!(assembled("q.s", true, "d.bin q.s"), listed(&["d.bin"]));
        for (source, list) in [("q.s", "d.bin"), ("q.S", "d.bin"), ("a.c", "a.c d.bin"), ("q.s", "/tmp/ccTN84um.s")] {
            assert!(assembled(source, false, list).is_err(), "{source}: {list}");
        }
        assert_eq!(assembled("q.S", true, "/tmp/ccTN84um.s").unwrap(), ["/tmp/ccTN84um.s"], "an include of that name");
    }
}

//! Files that a compiler reads and that no directive names: profiles, lists, precompiled headers, and headers that the
//! command line includes.

use zccache_plugin_sdk::answer::{input, maybe};
use zccache_plugin_sdk::contract::{FileKind, Input, Observe};
use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::path;

use crate::command::{CommandLine, Profile, Which};
use crate::effect::Side;
use crate::outputs::beside_as_gcc;
use crate::search::Family;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// Suffixes of precompiled headers that stand for a header that the command line includes.
const PRECOMPILED: [&str; 2] = ["gch", "pch"];

/// What is at the paths that the command line names.
pub(crate) struct Hidden {
    /// For each forced include: the header, and what may stand for it.
    forced: Vec<Forced>,
    profile: Option<FileKind>,
    names_precompiled_header: bool,
}

struct Forced {
    name: String,
    is: FileKind,
    /// By suffix of [`PRECOMPILED`].
    precompiled: Vec<FileKind>,
}

impl Hidden {
    /// Looks at all of them.
    pub(crate) fn ask(command: &CommandLine<'_>, dialogue: &Dialogue<'_>) -> Result<Hidden, Stop> {
        // A compiler that makes a precompiled header looks for none.
        let suffixes: &[&str] = if command.makes_precompiled_header() { &[] } else { &PRECOMPILED };
        let forced: Vec<_> = (command.search.forced.iter())
            .map(|name| {
                let looks: Vec<_> = suffixes.iter().map(|suffix| dialogue.look(&format!("{name}.{suffix}"))).collect();
                (*name, dialogue.look(name), looks)
            })
            .collect();
        let profile = match command.reads.profile {
            Some(Profile::Named(path)) => Some(dialogue.look(path)),
            _ => None,
        };
        let parts: Vec<_> = command.parts.folders.iter().map(|folder| (*folder, dialogue.look(folder))).collect();
        for (folder, is) in parts {
            if is? != FileKind::Folder {
                return bypass("compiler-parts", format!("-B {folder} is no folder"));
            }
        }
        if let Some(data) = seeded_counts(command)
            && dialogue.look(&data)? != FileKind::Absent
        {
            return bypass("coverage", format!("{data} would be removed"));
        }
        let forced = forced.into_iter().map(|(name, is, looks)| {
            let precompiled = looks.into_iter().collect::<Result<_, _>>()?;
            Ok(Forced { name: name.to_owned(), is: is?, precompiled })
        });
        Ok(Hidden {
            forced: forced.collect::<Result<_, Stop>>()?,
            profile: profile.transpose()?,
            names_precompiled_header: !command.reads.precompiled.is_empty(),
        })
    }

    /// A precompiled header is read, or is where one would be read.
    pub(crate) fn uses_precompiled_header(&self) -> bool {
        let there = |forced: &Forced| forced.precompiled.iter().any(|is| *is != FileKind::Absent);
        self.names_precompiled_header || self.forced.iter().any(there)
    }

    /// Everything of it that is read, or looked at.
    pub(crate) fn inputs(&self, command: &CommandLine<'_>, family: Family) -> Result<Vec<Input>, Stop> {
        let mut inputs = Vec::new();
        for file in command.reads.files.iter().chain(&command.reads.precompiled) {
            inputs.push(input(*file, Observe::Tree));
        }
        for forced in &self.forced {
            inputs.extend(self.forced_input(forced, command)?);
        }
        if let Some(profile) = command.reads.profile {
            inputs.push(self.profile(profile, command, family)?);
        }
        Ok(inputs)
    }

    /// A scan starts from the inputs, so what `-include` names must be one, and that is certain only where it lies in the
    /// working directory: gcc and clang look there first. A complete depfile lists it anyway, but for what a precompiled
    /// header stands for.
    fn forced_input(&self, forced: &Forced, command: &CommandLine<'_>) -> Result<Option<Input>, Stop> {
        let Forced { name, is, precompiled } = forced;
        let stood_for = precompiled.iter().any(|is| *is != FileKind::Absent);
        if command.depends.which != Which::User && !stood_for {
            return Ok(None);
        }
        match is {
            FileKind::File => Ok(Some(input(name, Observe::Content))),
            _ => bypass("forced-include", format!("{name} is not in the working directory")),
        }
    }

    /// gcc has a file for each object, whose name in a folder is made of the object's full path; clang has one for all.
    fn profile(&self, profile: Profile<'_>, command: &CommandLine<'_>, family: Family) -> Result<Input, Stop> {
        match (profile, family, self.profile) {
            (Profile::Default, Family::Clang(_), _) => Ok(maybe("default.profdata", Observe::Content)),
            (Profile::Default, Family::Gcc(_), _) => Ok(maybe(counts(command), Observe::Content)),
            (Profile::Named(folder), Family::Clang(_), Some(FileKind::Folder)) => {
                Ok(maybe(path::join(folder, "default.profdata"), Observe::Content))
            }
            (Profile::Named(named), ..) if !named.is_empty() => Ok(maybe(named, Observe::Tree)),
            (Profile::Named(_), ..) => bypass("profile-use", "a profile without a name"),
        }
    }
}

/// Where gcc has the counts of earlier runs of an object: beside it.
fn counts(command: &CommandLine<'_>) -> String {
    let output = command.output.map_or_else(|| path::file_name(&command.source.argument.text), |named| named.text);
    beside_as_gcc(output, "gcda")
}

/// Those that gcc removes.
fn seeded_counts(command: &CommandLine<'_>) -> Option<String> {
    (command.reads.seeded && command.besides.sides.contains(&Side::Coverage)).then(|| counts(command))
}

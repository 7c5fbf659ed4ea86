//! What the plan knows and `collect` needs, as it travels through the host.

use zccache_plugin_sdk::state::Lists;

use crate::search::Family;

/// From the plan of the run that is being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    /// gcc or clang.
    pub family: Family,
    /// Dates in sources are fixed by the environment.
    pub dates_fixed: bool,
    /// The files read come from a scan, which cannot follow computed names.
    pub scanned: bool,
    /// The source is assembler text.
    pub assembler: bool,
    /// As spelled.
    pub source: String,
    /// The paths of the outputs.
    pub outputs: Vec<String>,
    /// Where `#include "x"` looks after the includer's folder.
    pub quote: Vec<String>,
    /// Where `#include <x>` looks.
    pub bracket: Vec<String>,
    /// Where the assembler looks after the working directory.
    pub assembler_folders: Vec<String>,
    /// Names of `-include` and `-imacros`.
    pub forced: Vec<String>,
}

impl Context {
    /// For the host to keep.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let flag = |set: bool| if set { "1" } else { "0" }.to_owned();
        let family = match self.family {
            Family::Gcc(version) => format!("gcc {version}"),
            Family::Clang(version) => format!("clang {version}"),
        };
        Lists(vec![
            vec![family, flag(self.dates_fixed), flag(self.scanned), flag(self.assembler), self.source.clone()],
            self.outputs.clone(),
            self.quote.clone(),
            self.bracket.clone(),
            self.assembler_folders.clone(),
            self.forced.clone(),
        ])
        .encode()
    }

    /// What [`Context::encode`] made.
    pub(crate) fn decode(state: &[u8]) -> Option<Context> {
        let Lists(lists) = Lists::decode(state)?;
        let [scalars, outputs, quote, bracket, assembler_folders, forced]: [Vec<String>; 6] = lists.try_into().ok()?;
        let [family, dates_fixed, scanned, assembler, source]: [String; 5] = scalars.try_into().ok()?;
        let (name, version) = family.split_once(' ')?;
        let version = version.parse().ok()?;
        Some(Context {
            family: if name == "gcc" { Family::Gcc(version) } else { Family::Clang(version) },
            dates_fixed: dates_fixed == "1",
            scanned: scanned == "1",
            assembler: assembler == "1",
            source,
            outputs,
            quote,
            bracket,
            assembler_folders,
            forced,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_comes_back_as_it_was() {
        let context = Context {
            family: Family::Clang(14),
            dates_fixed: true,
            scanned: false,
            assembler: true,
            source: "a.S".into(),
            outputs: vec!["a.o".into()],
            quote: vec!["q".into(), "b".into()],
            bracket: vec!["b".into()],
            assembler_folders: Vec::new(),
            forced: vec!["f.h".into()],
        };
        assert_eq!(Context::decode(&context.encode()), Some(context));
        assert_eq!(Context::decode(b"x"), None);
    }
}

//! What the plan knows and `collect` needs, as it travels through the host.

use serde::{Deserialize, Serialize};
use zccache_plugin_sdk::state;

use crate::search::Family;

/// What says what was read: one for each of the unit's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Listing {
    /// The compiler's depfile.
    Depfile,
    /// The list that the compiler was asked for, in its output or on standard output.
    Printed,
    /// The assembler's own depfile.
    Assembled,
    /// The host's scan of what the depfile leaves out. It cannot follow computed names.
    Scan,
    /// The host's scan of everything, where the compiler failed before it wrote a depfile.
    ScanInstead,
    /// The host's scan of what a precompiled header stands for. The compiler does not read it.
    Behind,
}

/// From the plan of the run that is being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct Context {
    /// gcc or clang.
    pub family: Family,
    /// In the order of the dependencies.
    pub listings: Vec<Listing>,
    /// Dates in sources are fixed by the environment.
    pub dates_fixed: bool,
    /// The source is assembler text.
    pub assembler: bool,
    /// The source is preprocessed.
    pub includes: bool,
    /// The working directory is not in the key.
    pub anywhere: bool,
    /// A precompiled header is made: no other is looked for.
    pub precompiles: bool,
    /// The times of all files that were read matter: clang keeps them in a precompiled header, and compares.
    pub timed: bool,
    /// gcc hands its text to the assembler by a pipe.
    pub piped: bool,
    /// A macro of the command line may stand for the name of a file.
    pub macros_name_headers: bool,
    /// The compiler takes the options for wrong.
    pub refused: bool,
    /// What is made goes to standard output.
    pub prints: bool,
    /// `??=` is a `#`, and `??/` a backslash.
    pub trigraphs: bool,
    /// Dates in sources would be fixed by a variable that is not in the key.
    pub epoch: bool,
    /// Indices of the caller's arguments for a companion; none: there can be none.
    pub reading: Option<Vec<u32>>,
    /// Names of macros that the command line defines.
    pub defined: Vec<String>,
    /// As spelled; empty: it is given on standard input.
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
    /// Tokens of dates whose macros the command line puts others in the place of.
    pub redefined_dates: Vec<String>,
    /// First components of folders for whose headers there is no compiled form; none: it does not matter.
    pub compiled_headers: Option<Vec<String>>,
}

impl Context {
    /// Whether something of this kind says what was read.
    pub(crate) fn has(&self, listing: Listing) -> bool {
        self.listings.contains(&listing)
    }

    /// For the host to keep.
    pub(crate) fn encode(&self) -> Vec<u8> {
        state::encode(self)
    }

    /// What [`Context::encode`] made.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Context> {
        state::decode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_comes_back_as_it_was() {
        let context = Context {
            family: Family::Clang(14),
            listings: vec![Listing::Depfile, Listing::Behind],
            dates_fixed: true,
            assembler: false,
            includes: true,
            anywhere: false,
            precompiles: true,
            timed: false,
            piped: true,
            macros_name_headers: true,
            refused: false,
            prints: true,
            trigraphs: false,
            epoch: true,
            reading: Some(vec![0, 3]),
            defined: vec!["X".into()],
            source: "a.S".into(),
            outputs: vec!["a.o".into()],
            quote: vec!["q".into(), "b".into()],
            bracket: vec!["b".into()],
            assembler_folders: Vec::new(),
            forced: vec!["f.h".into()],
            redefined_dates: vec!["date".into()],
            compiled_headers: Some(vec!["usr".into()]),
        };
        assert_eq!(Context::decode(&context.encode()), Some(context));
        assert_eq!(Context::decode(b""), None);
    }
}

//! What the plan knows and `collect` needs, as it travels through the host.

use zccache_plugin_sdk::state::Lists;

use crate::search::Family;

/// What says what was read: one for each of the unit's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// The compiler's depfile.
    Depfile,
    /// The assembler's own depfile.
    Assembled,
    /// The host's scan of what the depfile leaves out. It cannot follow computed names.
    Scan,
    /// The host's scan of what a precompiled header stands for. The compiler does not read it.
    Behind,
}

/// From the plan of the run that is being read.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Tokens of dates whose macros the command line puts others in the place of.
    pub redefined_dates: Vec<String>,
    /// First components of folders for whose headers there is no compiled form; none: it does not matter.
    pub compiled_headers: Option<Vec<String>>,
    /// What the result may call the working directory, if it is a name of it.
    pub called: Option<String>,
}

impl Listing {
    const ALL: [Listing; 4] = [Listing::Depfile, Listing::Assembled, Listing::Scan, Listing::Behind];

    fn name(self) -> &'static str {
        match self {
            Listing::Depfile => "depfile",
            Listing::Assembled => "assembled",
            Listing::Scan => "scan",
            Listing::Behind => "behind",
        }
    }
}

impl Context {
    /// Whether something of this kind says what was read.
    pub(crate) fn has(&self, listing: Listing) -> bool {
        self.listings.contains(&listing)
    }

    /// For the host to keep.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let family = match self.family {
            Family::Gcc(version) => format!("gcc {version}"),
            Family::Clang(version) => format!("clang {version}"),
        };
        let flags = [
            self.dates_fixed,
            self.assembler,
            self.includes,
            self.anywhere,
            self.precompiles,
            self.timed,
            self.piped,
            self.macros_name_headers,
            self.compiled_headers.is_some(),
        ];
        let flags = flags.map(|set| if set { '1' } else { '0' }).iter().collect();
        Lists(vec![
            vec![family, flags, self.source.clone()],
            self.listings.iter().map(|listing| listing.name().to_owned()).collect(),
            self.outputs.clone(),
            self.quote.clone(),
            self.bracket.clone(),
            self.assembler_folders.clone(),
            self.forced.clone(),
            self.redefined_dates.clone(),
            self.compiled_headers.clone().unwrap_or_default(),
            self.called.iter().cloned().collect(),
        ])
        .encode()
    }

    /// What [`Context::encode`] made.
    pub(crate) fn decode(state: &[u8]) -> Option<Context> {
        let Lists(lists) = Lists::decode(state)?;
        let [
            scalars,
            listings,
            outputs,
            quote,
            bracket,
            assembler_folders,
            forced,
            redefined_dates,
            compiled_headers,
            called,
        ]: [Vec<String>; 10] = lists.try_into().ok()?;
        let [family, flags, source]: [String; 3] = scalars.try_into().ok()?;
        let (name, version) = family.split_once(' ')?;
        let version = version.parse().ok()?;
        let flags: Vec<bool> = flags.chars().map(|flag| flag == '1').collect();
        let [dates_fixed, assembler, includes, anywhere, precompiles, timed, piped, macros_name_headers, modules]: [bool; 9] =
            flags.try_into().ok()?;
        let listing = |name: &String| Listing::ALL.into_iter().find(|listing| listing.name() == name);
        Some(Context {
            family: if name == "gcc" { Family::Gcc(version) } else { Family::Clang(version) },
            listings: listings.iter().map(listing).collect::<Option<_>>()?,
            dates_fixed,
            assembler,
            includes,
            anywhere,
            precompiles,
            timed,
            piped,
            macros_name_headers,
            source,
            outputs,
            quote,
            bracket,
            assembler_folders,
            forced,
            redefined_dates,
            compiled_headers: modules.then_some(compiled_headers),
            called: called.into_iter().next(),
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
            listings: Listing::ALL.to_vec(),
            dates_fixed: true,
            assembler: false,
            includes: true,
            anywhere: false,
            precompiles: true,
            timed: false,
            piped: true,
            macros_name_headers: true,
            source: "a.S".into(),
            outputs: vec!["a.o".into()],
            quote: vec!["q".into(), "b".into()],
            bracket: vec!["b".into()],
            assembler_folders: Vec::new(),
            forced: vec!["f.h".into()],
            redefined_dates: vec!["date".into()],
            compiled_headers: Some(vec!["usr".into()]),
            called: Some("/link".into()),
        };
        assert_eq!(Context::decode(&context.encode()), Some(context));
        assert_eq!(Context::decode(b"x"), None);
    }
}

//! What the plan knows and `collect` needs, as it travels through the host.

use zccache_plugin_sdk::state::Lists;

/// The name of how wide messages are.
pub(crate) const WIDTH: &str = "--diagnostic-width";

/// Its value where the compiler takes it from a terminal of the caller's. No result has it.
pub(crate) const MEASURED: &str = "of a terminal";

/// Folders of the compiler's own at the end of [`Context::native`].
pub(crate) const OWN_FOLDERS: usize = 2;

/// From the plan of the run that is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// A linker runs.
    pub links: bool,
    /// Libraries of other languages are packed into what is made.
    pub bundles: bool,
    /// The call says what is made of the crate.
    pub types_said: bool,
    /// It is for clippy.
    pub lints: bool,
    /// The compiler takes from a terminal how wide messages are.
    pub measures: bool,
    /// Libraries of other languages that the call names.
    pub libraries: Vec<String>,
    /// Where these are looked for: in the folders of the call, and then in the last two, which are the compiler's.
    pub native: Vec<String>,
    /// Where crates are looked for that other crates use.
    pub crates: Vec<String>,
    /// Crates by path.
    pub externs: Vec<String>,
    /// What is made.
    pub written: Vec<String>,
    /// Words of the call's own for the linker.
    pub link_words: Vec<String>,
    /// Variables that macros read, as the caller says.
    pub variables: Vec<String>,
}

impl Context {
    /// The folders of the call in which libraries of other languages are looked for.
    pub(crate) fn native_of_call(&self) -> impl Iterator<Item = &str> {
        self.native.iter().take(self.native.len().saturating_sub(OWN_FOLDERS)).map(String::as_str)
    }

    /// For the host to keep.
    pub(crate) fn encode(self) -> Vec<u8> {
        let flags =
            [self.links, self.bundles, self.types_said, self.lints, self.measures].map(|set| set.to_string()).to_vec();
        Lists(vec![
            flags,
            self.libraries,
            self.native,
            self.crates,
            self.externs,
            self.written,
            self.link_words,
            self.variables,
        ])
        .encode()
    }

    /// What [`Context::encode`] made.
    pub(crate) fn decode(state: &[u8]) -> Option<Context> {
        let [flags, libraries, native, crates, externs, written, link_words, variables]: [Vec<String>; 8] =
            Lists::decode(state)?.0.try_into().ok()?;
        let flags: Option<Vec<bool>> = flags.iter().map(|flag| flag.parse().ok()).collect();
        let [links, bundles, types_said, lints, measures]: [bool; 5] = flags?.try_into().ok()?;
        Some(Context {
            links,
            bundles,
            types_said,
            lints,
            measures,
            libraries,
            native,
            crates,
            externs,
            written,
            link_words,
            variables,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_comes_back_as_it_was() {
        let context = Context { links: true, native: vec!["/n".into()], ..Context::default() };
        assert_eq!(Context::decode(&context.clone().encode()), Some(context));
        assert_eq!(Context::decode(b"else"), None);
    }
}

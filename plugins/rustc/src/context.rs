//! What the plan knows and `collect` needs, as it travels through the host.

use zccache_plugin_sdk::state::Lists;

/// From the plan of the run that is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// A linker runs.
    pub links: bool,
    /// Libraries of other languages are packed into what is made.
    pub bundles: bool,
    /// The call says what is made of the crate.
    pub types_said: bool,
    /// Crates that the source names are looked for in folders.
    pub searches_crates: bool,
    /// Names by which the source can name crates that are given by path.
    pub externs: Vec<String>,
    /// Libraries of other languages that the call names.
    pub libraries: Vec<String>,
    /// Where these are looked for.
    pub native: Vec<String>,
    /// Where crates are looked for that other crates use.
    pub crates: Vec<String>,
    /// Variables that macros read, as the caller says.
    pub variables: Vec<String>,
}

impl Context {
    /// For the host to keep.
    pub(crate) fn encode(self) -> Vec<u8> {
        let flags =
            [self.links, self.bundles, self.types_said, self.searches_crates].map(|set| set.to_string()).to_vec();
        Lists(vec![flags, self.externs, self.libraries, self.native, self.crates, self.variables]).encode()
    }

    /// What [`Context::encode`] made.
    pub(crate) fn decode(state: &[u8]) -> Option<Context> {
        let [flags, externs, libraries, native, crates, variables]: [Vec<String>; 6] =
            Lists::decode(state)?.0.try_into().ok()?;
        let flags: Option<Vec<bool>> = flags.iter().map(|flag| flag.parse().ok()).collect();
        let [links, bundles, types_said, searches_crates]: [bool; 4] = flags?.try_into().ok()?;
        Some(Context { links, bundles, types_said, searches_crates, externs, libraries, native, crates, variables })
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

//! Digests, and what they are digests of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A BLAKE3 hash, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`, without any domain. For content; keys are made by [`crate::key::KeyBuilder`].
    pub fn of(bytes: &[u8]) -> Self {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// A digest read from where it was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex()[..12])
    }
}

macro_rules! digest_of {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub Digest);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

digest_of! {
    /// Everything about a unit that is known before its inputs are: the tool, the arguments, the environment.
    ContextKey,
    /// A context together with the state of what is known before the run to be read. Names what runs of it read besides.
    ManifestKey,
    /// A context together with the state of every input. Names a stored result.
    ResultKey,
    /// Which program a call runs: content, interpreter, shared objects, real path, name.
    ToolIdentity,
    /// The bytes of a plugin's component.
    PluginDigest,
    /// The rules by which a plugin has tokens looked for.
    TokenSet,
}

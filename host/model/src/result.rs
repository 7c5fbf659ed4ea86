//! What a run left behind, as it is stored.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// A stored result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResult {
    /// The code that the run ended with: zero, unless its unit keeps failures.
    pub code: i32,
    /// The files it wrote, by role.
    pub outputs: Vec<StoredOutput>,
    /// What the tool wrote to standard output; to both streams in order, where the caller's two are one.
    #[serde(with = "serde_bytes")]
    pub stdout: Vec<u8>,
    /// What the tool wrote to standard error.
    #[serde(with = "serde_bytes")]
    pub stderr: Vec<u8>,
}

/// A file that a run wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOutput {
    /// Which of the unit's outputs it is.
    pub role: String,
    /// Its content.
    pub blob: Digest,
    /// Bytes.
    pub size: u64,
    /// Its permissions.
    pub mode: ModeClass,
    /// Whoever writes it again replaces it, and never writes into what is there.
    pub replaced: bool,
}

/// Permissions of an output, as far as the tool decided them. The rest is the umask of the caller, then and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModeClass {
    /// 0666 less the umask.
    Plain,
    /// 0777 less the umask.
    Executable,
    /// These bits, whatever the umask.
    Literal(u32),
}

impl ModeClass {
    /// What the tool asked for, if the umask left `mode` of it.
    pub fn of(mode: u32, umask: u32) -> Self {
        let mode = mode & 0o7777;
        if mode == 0o666 & !umask {
            ModeClass::Plain
        } else if mode == 0o777 & !umask {
            ModeClass::Executable
        } else {
            ModeClass::Literal(mode)
        }
    }

    /// The permissions for a caller with this umask.
    pub fn bits(self, umask: u32) -> u32 {
        match self {
            ModeClass::Plain => 0o666 & !umask,
            ModeClass::Executable => 0o777 & !umask,
            ModeClass::Literal(mode) => mode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ModeClass;

    #[test]
    fn an_output_gets_the_permissions_that_the_tool_would_give_under_the_callers_umask() {
        assert_eq!(ModeClass::of(0o600, 0o077).bits(0o022), 0o644);
        assert_eq!(ModeClass::of(0o755, 0o022).bits(0o077), 0o700);
        assert_eq!(ModeClass::of(0o400, 0o022).bits(0o077), 0o400);
    }
}

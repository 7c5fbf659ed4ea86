//! Temporary files of a tool that is probed: in a folder of their own, and with the same names each time. What a tool prints may
//! hold their names (some hand on what a response file says in one), and everything that it prints is part of keys.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use zccache_model::plan::Ran;

/// What stands for the folder in what a tool printed.
const FOLDER: &str = "/temporary";

/// A folder that is removed, with all that is in it, with this value.
pub struct Temporaries {
    folder: PathBuf,
}

impl Temporaries {
    /// At a path where nothing is.
    pub fn at(folder: PathBuf) -> io::Result<Temporaries> {
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Temporaries { folder })
    }

    /// Where it is: what `TMPDIR` is to be.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a tool printed, with names in the order of their appearance for those that the tool has drawn.
    pub fn settled(&self, ran: Ran) -> Ran {
        let mut names = Vec::new();
        let Ran { status, stdout, stderr } = ran;
        Ran { status, stdout: self.renamed(stdout, &mut names), stderr: self.renamed(stderr, &mut names) }
    }

    fn renamed(&self, text: Vec<u8>, names: &mut Vec<Vec<u8>>) -> Vec<u8> {
        let folder = self.folder.as_os_str().as_bytes();
        let find = |text: &[u8]| text.windows(folder.len()).position(|window| window == folder);
        let Some(mut at) = find(&text) else { return text };
        let (mut rest, mut renamed) = (&text[..], Vec::new());
        loop {
            renamed.extend_from_slice(&rest[..at]);
            renamed.extend_from_slice(FOLDER.as_bytes());
            rest = &rest[at + folder.len()..];
            if let Some(below) = rest.strip_prefix(b"/") {
                let length = below.iter().take_while(|byte| is_of_name(**byte)).count();
                let (name, after) = below.split_at(length);
                let number = names.iter().position(|known| known == name).unwrap_or_else(|| {
                    names.push(name.to_vec());
                    names.len() - 1
                });
                renamed.extend_from_slice(format!("/{number}").as_bytes());
                rest = after;
            }
            let Some(next) = find(rest) else { break };
            at = next;
        }
        renamed.extend_from_slice(rest);
        renamed
    }
}

impl Drop for Temporaries {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "temporary files of a probe are left");
        }
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use zccache_model::invocation::ExitStatus;

    use super::*;

    #[test]
    fn names_that_a_tool_draws_are_the_same_each_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("7");
        let temporaries = Temporaries::at(folder.clone()).unwrap();
        fs::write(folder.join("drawnAbCd"), "").unwrap();
        let said = |one: &str, other: &str| {
            let text = |text: &str| text.replace("DIR", folder.to_str().unwrap()).into_bytes();
            let stderr = text(&format!("part @DIR/{one} -o 'DIR/{other}.s' DIR/{one}\nat DIR"));
            Ran { status: ExitStatus::Exited(0), stdout: text(&format!("DIR/{other}.s")), stderr }
        };
        let settled = temporaries.settled(said("drawnAbCd", "drawnEfGh"));
        assert_eq!(settled, temporaries.settled(said("drawn123456", "drawnXyz")));
        assert_eq!(settled.stdout, b"/temporary/0");
        assert_eq!(settled.stderr, b"part @/temporary/1 -o '/temporary/0' /temporary/1\nat /temporary");
        drop(temporaries);
        assert!(!folder.exists());
    }

    #[test]
    fn what_names_no_temporary_file_stays_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        let temporaries = Temporaries::at(parent.path().join("7")).unwrap();
        let ran = Ran { status: ExitStatus::Exited(1), stdout: b"/tmp/x".to_vec(), stderr: Vec::new() };
        assert_eq!(temporaries.settled(ran.clone()), ran);
    }
}

//! A build by cargo: how it is called, and what it says that it made.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::Message;

use crate::demo::built::Made;
use crate::{process, test};

/// Makes sources ready to be built where they are, without a network.
pub(crate) fn prepare(sources: &Path) -> Result<()> {
    let manifest = sources.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    if !text.lines().any(|line| line.starts_with("[workspace")) {
        // A package by itself would be taken for one of ours that we had forgotten.
        let file = OpenOptions::new().append(true).open(&manifest);
        let written = file.and_then(|mut file| file.write_all(b"\n[workspace]\n"));
        written.with_context(|| manifest.display().to_string())?;
    }
    let mut cargo = process::cargo_of_others();
    process::run(cargo.current_dir("/").args(["fetch", "--quiet", "--locked", "--manifest-path"]).arg(&manifest))
}

/// Where a project is built, and how.
pub(crate) struct Call<'a> {
    /// The project's sources.
    pub(crate) sources: PathBuf,
    /// The target folder.
    pub(crate) target: PathBuf,
    /// What stands before the compiler.
    pub(crate) launcher: Option<&'a Path>,
    /// Whether what is the project's own is compiled incrementally.
    pub(crate) incremental: Option<bool>,
    /// Whether it is built with the settings that it brings.
    pub(crate) settings: bool,
    /// How many compilers at once.
    pub(crate) jobs: usize,
}

impl Call<'_> {
    /// The command of these words.
    fn command(&self, words: &[&str]) -> Command {
        let mut cargo = process::cargo_of_others();
        // Cargo looks for settings from the folder that it is called in upwards: ours are not meant for other projects.
        cargo.current_dir("/");
        cargo.args(words).args(["--quiet", "--offline", "--locked", "--message-format", "json-render-diagnostics"]);
        cargo.arg("--manifest-path").arg(self.sources.join("Cargo.toml")).arg("--target-dir").arg(&self.target);
        cargo.args(["--jobs", &self.jobs.to_string()]);
        if self.settings {
            cargo.arg("--config").arg(self.sources.join(".cargo/config.toml"));
        }
        // Build scripts ask git which commit they build: ours is not that of these sources.
        cargo.env("GIT_CEILING_DIRECTORIES", self.sources.parent().unwrap_or(&self.sources));
        // An empty one takes the place of one that the user has configured.
        cargo.env("RUSTC_WRAPPER", self.launcher.map_or(OsStr::new(""), Path::as_os_str));
        if let Some(incremental) = self.incremental {
            cargo.env("CARGO_INCREMENTAL", if incremental { "1" } else { "0" });
        }
        cargo
    }

    /// Runs commands of these words one after the other, each changed by `prepare`.
    pub(crate) fn build(&self, commands: &[&[&str]], prepare: &dyn Fn(&mut Command)) -> Result<Made> {
        let mut all = Made::default();
        for words in commands {
            let mut cargo = self.command(words);
            prepare(&mut cargo);
            process::announce(&cargo);
            all += made(&process::output(&mut cargo)?)?;
        }
        Ok(all)
    }
}

/// What was made, by cargo's messages: one for each run of the compiler, and among them what tests print. Those that the
/// compiler has for people go elsewhere.
fn made(messages: &[u8]) -> Result<Made> {
    let mut made = Made::default();
    for message in Message::parse_stream(messages) {
        match message.context("cargo's messages")? {
            Message::CompilerArtifact(artifact) if !artifact.fresh => {
                made.units += 1;
                made.touchable += u64::from(artifact.package_id.repr.starts_with("path+"));
            }
            Message::TextLine(line) => made.tests += test::passed(&line),
            _ => {}
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fresh_was_not_made_and_what_is_of_a_registry_is_not_touched() {
        let artifact = |package: &str, fresh: bool| {
            let target = r#"{"name":"n","kind":["lib"],"crate_types":["lib"],"src_path":"/s/lib.rs","edition":"2024"}"#;
            let profile = r#"{"opt_level":"0","debug_assertions":true,"overflow_checks":true,"test":false}"#;
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"{package}","manifest_path":"/s/Cargo.toml","target":{target},
                "profile":{profile},"features":[],"filenames":[],"executable":null,"fresh":{fresh}}}"#
            )
            .replace('\n', "")
        };
        let lines = [
            artifact("registry+index#serde@1.0.0", false),
            artifact("path+file:///s#own@0.1.0", false),
            artifact("path+file:///s#own@0.1.0", true),
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out".to_owned(),
        ];
        assert_eq!(made(lines.join("\n").as_bytes()).unwrap(), Made { units: 2, touchable: 1, tests: 3 });
    }
}

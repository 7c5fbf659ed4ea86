//! Starts other programs. A command is printed before it runs, and a failure names it.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The same cargo for a build that is not ours, as from a shell of the user's: nothing that ours was told reaches it.
pub(crate) fn cargo_of_others() -> Command {
    let mut cargo = cargo();
    for (name, _) in std::env::vars_os().filter(|(name, _)| zccache_components::is_of_build(name)) {
        cargo.env_remove(name);
    }
    // `cargo run` puts the libraries of its own build there.
    cargo.env_remove("LD_LIBRARY_PATH");
    cargo
}

/// Prints the command and runs it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status();
    checked(command, status)
}

/// Runs the command and gives back what it printed. Its complaints go where ours go.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let (status, stdout) = match output {
        Ok(output) => (Ok(output.status), output.stdout),
        Err(error) => (Err(error), Vec::new()),
    };
    checked(command, status)?;
    Ok(stdout)
}

/// Runs the command without a word.
pub(crate) fn quietly(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    checked(command, status)
}

/// Prints the command and whom it changes: `$ VARIABLE=value program arguments`.
pub(crate) fn announce(command: &Command) {
    println!("$ {}", line(command));
}

/// An error that names the command, unless it ended well.
pub(crate) fn checked(command: &Command, status: io::Result<ExitStatus>) -> Result<()> {
    let status = status.with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

fn line(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let variables = set.map(|(name, value)| format!("{}={}", name.display(), word(value)));
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(word);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

/// As a shell would want it.
pub(crate) fn word(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

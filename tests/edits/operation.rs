//! What can happen to a project between two compiles. Each operation says all about itself, so that a list of them can be
//! read, repeated and cut short. One whose ground has gone does nothing.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::call::Call;
use crate::project::Project;
use crate::sources::header_text;

/// One change, or none. Paths are relative to the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Nothing changes.
    Again,
    /// A file's number is changed in an editor: another time, possibly another size.
    Edit { path: String, number: u32 },
    /// A file's number is changed in place: the size stays, and the time is put back.
    EditUnseen { path: String, number: u32 },
    /// Another file with the same size and time is renamed over it.
    Replace { path: String, number: u32 },
    /// Only its time changes.
    Touch { path: String },
    /// A file comes into being, with its folder.
    Create { path: String, name: &'static str, number: u32 },
    /// A file, a link, or a folder with all that it holds goes.
    Delete { path: String },
    /// A folder comes into being.
    MakeFolder { path: String },
    /// A symbolic link leads elsewhere.
    Retarget { link: String, target: String },
    /// A folder or file gets another name.
    Move { from: String, to: String },
    /// Two change places, in one step.
    Swap { one: String, other: String },
    /// A file is replaced by a further name of another one.
    HardLink { from: String, to: String },
    /// A file is replaced by a symbolic link to another one.
    Link { from: String, to: String },
    /// A file becomes the copy of another one, time included.
    Twin { from: String, to: String },
    /// The call is another one.
    Call(Call),
    /// The header that calls can have precompiled is, and the call includes it from now on.
    Precompile,
    /// The whole project goes to another folder.
    Relocate { place: &'static str },
    /// A copy of the whole project comes into being in another folder, and work goes on there.
    Copy { place: &'static str },
    /// Work goes on in another copy, as it was left.
    Switch { place: &'static str },
    /// Files, call and folder are as they were after a step; 0: at first.
    Revert { step: usize },
}

impl Operation {
    /// Carries it out. An error: its ground has gone, and nothing that matters has happened.
    pub fn apply(&self, project: &mut Project) -> io::Result<()> {
        let root = project.root();
        let at = |path: &str| root.join(path);
        match self {
            Operation::Again => Ok(()),
            Operation::Edit { path, number } => fs::write(at(path), renumbered(&fs::read(at(path))?, *number)?),
            Operation::EditUnseen { path, number } => edit_unseen(&at(path), *number),
            Operation::Replace { path, number } => replace(&at(path), *number),
            Operation::Touch { path } => File::options().append(true).open(at(path))?.set_modified(SystemTime::now()),
            Operation::Create { path, name, number } => create(&at(path), &header_text(name, *number)),
            Operation::Delete { path } => {
                let metadata = fs::symlink_metadata(at(path))?;
                if metadata.is_dir() { fs::remove_dir_all(at(path)) } else { fs::remove_file(at(path)) }
            }
            Operation::MakeFolder { path } => fs::create_dir(at(path)),
            Operation::Retarget { link, target } => {
                fs::read_link(at(link))?;
                symlink(target, beside(&at(link)))?;
                fs::rename(beside(&at(link)), at(link))
            }
            Operation::Move { from, to } => Ok(renameat_with(CWD, at(from), CWD, at(to), RenameFlags::NOREPLACE)?),
            Operation::Swap { one, other } => Ok(renameat_with(CWD, at(one), CWD, at(other), RenameFlags::EXCHANGE)?),
            Operation::HardLink { from, to } => {
                fs::hard_link(at(from), beside(&at(to)))?;
                rename_over(&beside(&at(to)), &at(to))
            }
            Operation::Link { from, to } => {
                symlink(relative(&root, &at(from), &at(to))?, beside(&at(to)))?;
                fs::rename(beside(&at(to)), at(to))
            }
            Operation::Twin { from, to } => {
                let (content, modified) = (fs::read(at(from))?, fs::metadata(at(from))?.modified()?);
                fs::write(at(to), content)?;
                File::options().append(true).open(at(to))?.set_modified(modified)
            }
            Operation::Call(call) => {
                project.call = call.clone();
                Ok(())
            }
            Operation::Precompile => {
                project.call = project.call.with_precompiled();
                Ok(())
            }
            Operation::Relocate { place } => project.relocate(place),
            Operation::Copy { place } => project.copy(place),
            Operation::Switch { place } => project.switch(place),
            Operation::Revert { step } => project.revert(*step),
        }
    }
}

/// What a link at `to` says that leads to `from`, wherever the project may go.
fn relative(root: &Path, from: &Path, to: &Path) -> io::Result<PathBuf> {
    let root = fs::canonicalize(root)?;
    let outside = || io::Error::from(io::ErrorKind::InvalidInput);
    let from = fs::canonicalize(from)?;
    let folder = fs::canonicalize(to.parent().ok_or_else(outside)?)?;
    let up = folder.strip_prefix(&root).map_err(|_| outside())?.components().map(|_| "..");
    Ok(up.collect::<PathBuf>().join(from.strip_prefix(&root).map_err(|_| outside())?))
}

/// The text with another number behind every `@`.
fn renumbered(text: &[u8], number: u32) -> io::Result<Vec<u8>> {
    let mut parts = text.split(|byte| *byte == b'@');
    let mut new = parts.next().unwrap_or_default().to_vec();
    if new.len() == text.len() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    for part in parts {
        let digits = part.iter().take_while(|byte| byte.is_ascii_digit()).count();
        write!(new, "@{number}")?;
        new.extend_from_slice(&part[digits..]);
    }
    Ok(new)
}

/// A name beside a path that nothing looks for.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

/// Renames, and also removes the old name where both are one file already: then `rename` does nothing.
fn rename_over(from: &Path, to: &Path) -> io::Result<()> {
    let done = fs::rename(from, to);
    match fs::remove_file(from) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => done,
    }
}

fn edit_unseen(path: &Path, number: u32) -> io::Result<()> {
    let old = fs::read(path)?;
    let new = renumbered(&old, number)?;
    if new.len() != old.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let modified = fs::metadata(path)?.modified()?;
    let mut file = File::options().write(true).open(path)?;
    file.write_all(&new)?;
    file.set_modified(modified)
}

fn replace(path: &Path, number: u32) -> io::Result<()> {
    let new = renumbered(&fs::read(path)?, number)?;
    let modified = fs::metadata(path)?.modified()?;
    fs::write(beside(path), new)?;
    File::options().append(true).open(beside(path))?.set_modified(modified)?;
    fs::rename(beside(path), path)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Again => write!(f, "change nothing"),
            Operation::Edit { path, number } => write!(f, "edit {path} to {number}"),
            Operation::EditUnseen { path, number } => write!(f, "edit {path} in place to {number}, time put back"),
            Operation::Replace { path, number } => write!(f, "rename another file over {path}, with {number}"),
            Operation::Touch { path } => write!(f, "touch {path}"),
            Operation::Create { path, number, .. } => write!(f, "create {path} with {number}"),
            Operation::Delete { path } => write!(f, "delete {path}"),
            Operation::MakeFolder { path } => write!(f, "make the folder {path}"),
            Operation::Retarget { link, target } => write!(f, "make {link} lead to {target}"),
            Operation::Move { from, to } => write!(f, "move {from} to {to}"),
            Operation::Swap { one, other } => write!(f, "swap {one} and {other}"),
            Operation::HardLink { from, to } => write!(f, "make {to} a hard link to {from}"),
            Operation::Link { from, to } => write!(f, "make {to} a symbolic link to {from}"),
            Operation::Twin { from, to } => write!(f, "make {to} a copy of {from}, time included"),
            Operation::Call(call) => write!(f, "call {call}"),
            Operation::Precompile => write!(f, "precompile the header and use it"),
            Operation::Relocate { place } => write!(f, "move the project to {place}"),
            Operation::Copy { place } => write!(f, "copy the project to {place} and go on there"),
            Operation::Switch { place } => write!(f, "go on in {place}"),
            Operation::Revert { step: 0 } => write!(f, "go back to how it was at first"),
            Operation::Revert { step } => write!(f, "go back to how it was after step {step}"),
        }
    }
}

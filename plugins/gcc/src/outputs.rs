//! What a compile writes and where, as both drivers decide it: the object as `-o` says or beside nothing in the working
//! directory, the depfile as `-MF` says or like the object with another suffix.

use zccache_plugin_sdk::contract::Output;
use zccache_plugin_sdk::path;

use crate::command::{CommandLine, Depends, Named};
use crate::stop::{Stop, bypass};

/// The role of the object in a unit's outputs.
pub(crate) const OBJECT: &str = "object";
/// The role of the user's own dependency file.
pub(crate) const DEPFILE: &str = "depfile";

/// The object and, where the user asked for one, the depfile.
pub(crate) fn outputs(command: &CommandLine<'_>) -> Result<Vec<Output>, Stop> {
    let source = command.source.text.as_str();
    let (object, object_named_by) = match &command.object {
        Some(named) => (named.text.to_owned(), named_by(named)),
        None => (format!("{}.o", stem(path::file_name(source))), None),
    };
    let mut outputs = vec![output(OBJECT, object.clone(), object_named_by)?];
    if command.depends != Depends::Unasked {
        let depfile = match &command.depend_file {
            Some(named) => output(DEPFILE, named.text.to_owned(), named_by(named))?,
            None => {
                let name = format!("{}.d", stem(path::file_name(&object)));
                output(DEPFILE, path::join(path::folder(&object), &name), object_named_by)?
            }
        };
        if depfile.path == object {
            return bypass("output-twice", depfile.path);
        }
        outputs.push(depfile);
    }
    match outputs.iter().find(|output| output.path == source) {
        Some(output) => bypass("output-is-input", output.path.clone()),
        None => Ok(outputs),
    }
}

/// The argument that names an output; none where it stands in a response file, whose own name says nothing of it.
fn named_by(named: &Named<'_>) -> Option<u32> {
    (!named.argument.nested).then_some(named.argument.index)
}

fn stem(name: &str) -> &str {
    path::split_suffix(name).0
}

/// An output that the host will accept: it wants a name that is no device, and a plain relative one if no argument names it.
fn output(role: &str, path: String, named_by: Option<u32>) -> Result<Output, Stop> {
    let name = path::file_name(&path);
    if matches!(name, "" | "." | ".." | "-") || path.starts_with("/dev/") || path.starts_with("/proc/") {
        return bypass("output-special", path);
    }
    let plain = !path.starts_with('/') && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if named_by.is_none() && !plain {
        return bypass("output-hidden", path);
    }
    Ok(Output { role: role.to_owned(), path, required: true, named_by })
}

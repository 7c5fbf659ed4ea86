//! What the system does with a file that is run or loaded, as far as its content says.

use goblin::elf::Elf;

/// The first bytes of an executable of this platform.
const ELF_MAGIC: &[u8] = b"\x7fELF";
/// The longest first line that the kernel reads of a script.
const SCRIPT_LINE: usize = 256;

/// What a content is when it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Image {
    /// Machine code that may name what else is loaded.
    Object(Object),
    /// Text that names its interpreter.
    Script {
        interpreter: String,
        /// The one argument that the kernel passes on: the rest of the line.
        argument: String,
    },
    /// Something that the system hands to somebody else, or runs without loading anything.
    Opaque,
    /// It begins like machine code or a script and is not whole: nothing is known of what it loads.
    Broken,
}

/// What machine code says of its loading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Only objects of the same machine and width are loaded together.
    pub(crate) machine: (u16, bool),
    /// The loader; none in a static program and in most shared objects.
    pub(crate) interpreter: Option<String>,
    /// Names of the shared objects that it loads.
    pub(crate) needed: Vec<String>,
    /// Folders searched before the caller's LD_LIBRARY_PATH, for all that it leads to.
    pub(crate) rpath: Vec<String>,
    /// Folders searched after it, for what it names itself. Where it has them, `rpath` means nothing.
    pub(crate) runpath: Vec<String>,
}

impl Image {
    pub(crate) fn of(bytes: &[u8]) -> Image {
        if bytes.starts_with(ELF_MAGIC) {
            Elf::parse(bytes).map_or(Image::Broken, |elf| Image::Object(object(&elf)))
        } else if let Some(rest) = bytes.strip_prefix(b"#!") {
            script(rest)
        } else {
            Image::Opaque
        }
    }
}

fn object(elf: &Elf<'_>) -> Object {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let folders = |texts: &[&str]| texts.iter().flat_map(|text| text.split(':')).map(str::to_owned).collect();
    Object {
        machine: (elf.header.e_machine, elf.is_64),
        interpreter: elf.interpreter.map(str::to_owned),
        needed: texts(&elf.libraries),
        rpath: folders(&elf.rpaths),
        runpath: folders(&elf.runpaths),
    }
}

fn script(rest: &[u8]) -> Image {
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(&line[..line.len().min(SCRIPT_LINE)]) else { return Image::Broken };
    let line = line.trim_matches([' ', '\t', '\r']);
    let (interpreter, argument) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    if interpreter.is_empty() {
        return Image::Broken;
    }
    Image::Script { interpreter: interpreter.to_owned(), argument: argument.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_names_the_interpreter_and_one_argument() {
        for (text, interpreter, argument) in [
            ("#!/bin/sh\nx", "/bin/sh", ""),
            ("#! /bin/sh -e \nx", "/bin/sh", "-e"),
            ("#!/usr/bin/env -S name -u x", "/usr/bin/env", "-S name -u x"),
        ] {
            let script = Image::Script { interpreter: interpreter.into(), argument: argument.into() };
            assert_eq!(Image::of(text.as_bytes()), script);
        }
    }

    #[test]
    fn what_is_not_whole_is_told_from_what_loads_nothing() {
        assert_eq!(Image::of(b"plain text"), Image::Opaque);
        assert_eq!(Image::of(b""), Image::Opaque);
        assert_eq!(Image::of(b"\x7fELF\x02"), Image::Broken);
        assert_eq!(Image::of(b"#!\n"), Image::Broken);
    }
}

//! What the system does with a file that is run or loaded, as far as its content says.

use std::io::{self, Read, Seek};

use object::elf::{
    DT_AUXILIARY, DT_FILTER, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_STRSZ, DT_STRTAB, FileHeader32, FileHeader64,
    PT_LOAD,
};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, StringTable};
use object::{Endianness, ReadRef};

/// The first bytes of an executable of this platform.
const ELF_MAGIC: &[u8] = b"\x7fELF";
/// The byte after them where addresses have 64 bits.
const WIDE: u8 = 2;
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
    /// Names of the shared objects that it loads, also in its own place (`DT_AUXILIARY`, `DT_FILTER`).
    pub(crate) needed: Vec<String>,
    /// Folders searched before the caller's LD_LIBRARY_PATH, for all that it leads to.
    pub(crate) rpath: Vec<String>,
    /// Folders searched after it, for what it names itself. Where it has them, `rpath` means nothing.
    pub(crate) runpath: Vec<String>,
}

impl Image {
    /// Reads no more than what the loader does: of a compiler of 30 MB some kilobytes.
    pub(crate) fn read(file: &mut (impl Read + Seek)) -> io::Result<Image> {
        file.rewind()?;
        let mut start = Vec::new();
        file.take((b"#!".len() + SCRIPT_LINE) as u64).read_to_end(&mut start)?;
        if let Some(rest) = start.strip_prefix(b"#!") {
            return Ok(script(rest));
        }
        if !start.starts_with(ELF_MAGIC) {
            return Ok(Image::Opaque);
        }
        let data = &ReadCache::new(file);
        let object = if start.get(ELF_MAGIC.len()) == Some(&WIDE) {
            object::<FileHeader64<Endianness>, _>(data)
        } else {
            object::<FileHeader32<Endianness>, _>(data)
        };
        Ok(object.map_or(Image::Broken, Image::Object))
    }
}

/// None: it is not whole.
fn object<'data, Header, Data>(data: Data) -> Option<Object>
where
    Header: FileHeader<Endian = Endianness>,
    Data: ReadRef<'data>,
{
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, data).ok()?;
    let (mut interpreter, mut dynamic) = (None, &[][..]);
    for segment in segments {
        if let Some(path) = segment.interpreter(endian, data).ok()? {
            interpreter = Some(text(path)?);
        }
        if let Some(entries) = segment.dynamic(endian, data).ok()? {
            dynamic = entries;
        }
    }
    let end = dynamic.iter().position(|entry| entry.tag(endian) == DT_NULL).unwrap_or(dynamic.len());
    let entries = |tag| dynamic[..end].iter().filter(move |entry| entry.tag(endian) == tag);
    let value = |tag| entries(tag).next().map(|entry| entry.val(endian));
    let strings = match (value(DT_STRTAB), value(DT_STRSZ)) {
        (Some(address), Some(size)) => {
            let start = segments.iter().find_map(|segment| offset::<Header>(segment, endian, address))?;
            StringTable::new(data, start, start.checked_add(size)?)
        }
        _ => StringTable::default(),
    };
    let texts =
        |tag| entries(tag).map(|entry| text(entry.string(endian, strings).ok()?)).collect::<Option<Vec<String>>>();
    let folders = |texts: Vec<String>| texts.iter().flat_map(|text| text.split(':')).map(str::to_owned).collect();
    Some(Object {
        machine: (header.e_machine(endian).0, header.is_type_64()),
        interpreter,
        needed: [DT_NEEDED, DT_AUXILIARY, DT_FILTER].into_iter().map(texts).collect::<Option<Vec<_>>>()?.concat(),
        rpath: folders(texts(DT_RPATH)?),
        runpath: folders(texts(DT_RUNPATH)?),
    })
}

/// Where in the file what is loaded at an address lies, if this segment has it.
fn offset<Header: FileHeader>(segment: &Header::ProgramHeader, endian: Header::Endian, address: u64) -> Option<u64> {
    let from = address.checked_sub(segment.p_vaddr(endian).into())?;
    let has_it = segment.p_type(endian) == PT_LOAD && from < segment.p_filesz(endian).into();
    has_it.then(|| segment.p_offset(endian).into().checked_add(from)).flatten()
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
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

    fn image(bytes: &[u8]) -> Image {
        Image::read(&mut io::Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn a_first_line_names_the_interpreter_and_one_argument() {
        for (text, interpreter, argument) in [
            ("#!/bin/sh\nx", "/bin/sh", ""),
            ("#! /bin/sh -e \nx", "/bin/sh", "-e"),
            ("#!/usr/bin/env -S name -u x", "/usr/bin/env", "-S name -u x"),
        ] {
            let script = Image::Script { interpreter: interpreter.into(), argument: argument.into() };
            assert_eq!(image(text.as_bytes()), script);
        }
    }

    #[test]
    fn what_is_not_whole_is_told_from_what_loads_nothing() {
        assert_eq!(image(b"plain text"), Image::Opaque);
        assert_eq!(image(b""), Image::Opaque);
        assert_eq!(image(b"\x7fELF\x02"), Image::Broken);
        assert_eq!(image(b"#!\n"), Image::Broken);
    }
}

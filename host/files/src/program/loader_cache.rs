//! The index by which the loader finds shared objects in the system's folders: `/etc/ld.so.cache`.
//!
//! ```text
//! cache  ::= old-part? "glibc-ld.so.cache1.1" count:u32 text-bytes:u32 flags:u8 pad:3 extension:u32 unused:12 entry* texts
//! entry  ::= flags:u32 name:u32 path:u32 version:u32 hardware:u64
//! ```
//!
//! Numbers have the machine's byte order; `name` and `path` are offsets from the start of the magic text.

use std::collections::HashMap;
use std::path::PathBuf;

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER: usize = 48;
const ENTRY: usize = 24;

/// Paths by name, in the order of the index. The loader takes one of them by the processor it runs on.
#[derive(Debug, Default)]
pub(crate) struct LoaderCache(HashMap<String, Vec<PathBuf>>);

impl LoaderCache {
    /// Reads an index. What does not look like one names nothing.
    pub(crate) fn of(bytes: &[u8]) -> LoaderCache {
        let mut cache = LoaderCache::default();
        let Some(start) = bytes.windows(MAGIC.len()).position(|window| window == MAGIC) else { return cache };
        let bytes = &bytes[start..];
        let count = number(bytes, MAGIC.len()).unwrap_or(0);
        for index in 0..count {
            let Some((name, path)) = entry(bytes, HEADER + index * ENTRY) else { break };
            cache.0.entry(name.to_owned()).or_default().push(PathBuf::from(path));
        }
        cache
    }

    /// Where the index says that the name is.
    pub(crate) fn paths(&self, name: &str) -> &[PathBuf] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

fn entry(bytes: &[u8], at: usize) -> Option<(&str, &str)> {
    Some((text(bytes, number(bytes, at + 4)?)?, text(bytes, number(bytes, at + 8)?)?))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_ne_bytes(number)).ok()
}

fn text(bytes: &[u8], at: usize) -> Option<&str> {
    let rest = bytes.get(at..)?;
    std::str::from_utf8(&rest[..rest.iter().position(|byte| *byte == 0)?]).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    /// An index with these entries.
    pub(crate) fn index(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(entries.len() as u32).to_ne_bytes());
        bytes.resize(HEADER, 0);
        let mut texts = Vec::new();
        let base = HEADER + entries.len() * ENTRY;
        for (name, path) in entries {
            let mut offset = |text: &str| {
                let at = (base + texts.len()) as u32;
                texts.extend_from_slice(text.as_bytes());
                texts.push(0);
                at.to_ne_bytes()
            };
            let numbers = [3_u32.to_ne_bytes(), offset(name), offset(path), [0; 4], [0; 4], [0; 4]];
            bytes.extend(numbers.concat());
        }
        bytes.extend(texts);
        bytes
    }

    #[test]
    fn an_index_names_paths_in_its_order_also_behind_an_older_part() {
        let new = index(&[("b", "/one/b"), ("a", "/a"), ("b", "/two/b")]);
        let mixed = [b"ld.so-1.7.0\0older part".as_slice(), &new].concat();
        for bytes in [new, mixed] {
            let cache = LoaderCache::of(&bytes);
            assert_eq!(cache.paths("b"), [Path::new("/one/b"), Path::new("/two/b")]);
            assert_eq!(cache.paths("c"), [] as [PathBuf; 0]);
        }
    }

    #[test]
    fn a_broken_index_names_nothing_it_does_not_hold() {
        let whole = index(&[("a", "/a"), ("b", "/b")]);
        for length in 0..whole.len() {
            LoaderCache::of(&whole[..length]);
        }
        assert!(LoaderCache::of(b"something else").paths("a").is_empty());
    }
}

//! What a plan hands to `collect`, as bytes: any value that serde knows, or lists of texts.
//!
//! ```text
//! state ::= list*        list ::= count:u32le text*        text ::= length:u32le bytes
//! ```
//!
//! The host keeps it for one run only, so the format needs no version.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as bytes.
///
/// # Panics
/// Where its type writes itself down in a way that fails, as none does that is derived.
pub fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("a derived type can be written into memory")
}

/// From bytes that [`encode`] made; none: they are not.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

/// Lists of texts, in the order in which they are read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists(pub Vec<Vec<String>>);

impl Lists {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for list in &self.0 {
            bytes.extend_from_slice(&(list.len() as u32).to_le_bytes());
            for text in list {
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        bytes
    }

    /// From bytes that [`Lists::encode`] made; none: they are not.
    pub fn decode(mut bytes: &[u8]) -> Option<Lists> {
        let mut lists = Vec::new();
        while !bytes.is_empty() {
            let count = number(&mut bytes)?;
            let mut list = Vec::new();
            for _ in 0..count {
                let length = number(&mut bytes)?;
                let (text, rest) = bytes.split_at_checked(length)?;
                list.push(String::from_utf8(text.to_vec()).ok()?);
                bytes = rest;
            }
            lists.push(list);
        }
        Some(Lists(lists))
    }
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number) as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Lists;

    proptest! {
        #[test]
        fn lists_come_back_as_they_were(
            lists in proptest::collection::vec(proptest::collection::vec(".{0,6}", 0..4), 0..4),
        ) {
            let lists = Lists(lists);
            prop_assert_eq!(Lists::decode(&lists.encode()), Some(lists));
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            Lists::decode(&bytes);
        }
    }
}

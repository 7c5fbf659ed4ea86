//! Lines that a backslash joins.

use std::borrow::Cow;

use memchr::memchr;

/// The bytes with every backslash before a line's end taken out, together with the line's end and blanks between. Copied
/// only if there is one.
pub(crate) fn spliced(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some((start, end)) = next_splice(bytes, 0) else { return Cow::Borrowed(bytes) };
    let mut joined = Vec::with_capacity(bytes.len());
    joined.extend_from_slice(&bytes[..start]);
    let mut rest = end;
    while let Some((start, end)) = next_splice(bytes, rest) {
        joined.extend_from_slice(&bytes[rest..start]);
        rest = end;
    }
    joined.extend_from_slice(&bytes[rest..]);
    Cow::Owned(joined)
}

/// The first backslash from `from` on that only blanks part from a line's end, and where the next line begins. Behind a
/// backslash, compilers take a lone carriage return for a line's end too.
fn next_splice(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(found) = memchr(b'\\', &bytes[at..]) {
        let start = at + found;
        let blanks = bytes[start + 1..].iter().take_while(|byte| **byte != b'\r' && is_blank(**byte)).count();
        let line_end = match bytes[start + 1 + blanks..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        if line_end > 0 {
            return Some((start, start + 1 + blanks + line_end));
        }
        at = start + 1;
    }
    None
}

/// White space within a line.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_before_a_lines_end_joins_the_lines() {
        for (text, joined) in [
            ("a\\\nb", "ab"),
            ("a\\ \t\nb", "ab"),
            ("a\\\r\nb", "ab"),
            ("a\\ \rb\\\r\r\n", "ab\r\n"),
            ("a\\\\\nb\\\n", "a\\b"),
            ("\\", "\\"),
            ("\\n\\x\n", "\\n\\x\n"),
            ("\\ \\\n", "\\ "),
        ] {
            assert_eq!(spliced(text.as_bytes()), joined.as_bytes(), "{text:?}");
        }
        assert!(matches!(spliced(b"a\\b\n"), Cow::Borrowed(_)));
    }
}

//! What follows a lead: blanks and comments, one of some words, and a name between delimiters.

use memchr::memmem;
use zccache_model::plugin::NameRule;

use super::splice::is_blank;

/// What stands behind a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Behind {
    /// Index of the word; none if the rule has none.
    pub(crate) word: Option<u32>,
    /// Index of the delimiters; none: there is no name, or none that is Unicode.
    pub(crate) delimiter: Option<u32>,
    /// What is between them; without delimiters the identifier that stands there, or nothing.
    pub(crate) name: String,
}

/// Reads on from the end of a lead. None: it is followed by none of the rule's words.
pub(crate) fn behind(rule: &NameRule, text: &[u8], lead_end: usize) -> Option<Behind> {
    let at = skip(text, lead_end);
    let (word, end) = if rule.words.is_empty() {
        (None, at)
    } else {
        let (index, end) = longest_word(&rule.words, text, at)?;
        (Some(index), end)
    };
    let at = skip(text, end);
    let (delimiter, name) = match name(rule, text, at) {
        Some((delimiter, name)) => (Some(delimiter), name),
        None => (None, identifier(&text[at.min(text.len())..])),
    };
    Some(Behind { word, delimiter, name })
}

/// The identifier that a text begins with, in any language that has dollar signs and letters of Unicode in them; of one that is not
/// Unicode a mark, so that it is not taken for nothing.
fn identifier(text: &[u8]) -> String {
    // A backslash begins a letter of Unicode that is written as a number.
    let goes_on = |byte: &u8| is_identifier(*byte) || matches!(byte, b'$' | b'\\') || !byte.is_ascii();
    let length = text.iter().position(|byte| !goes_on(byte)).unwrap_or(text.len());
    String::from_utf8_lossy(&text[..length]).into_owned()
}

/// The longest word that stands whole at a place, by index, and where it ends.
fn longest_word(words: &[String], text: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut longest: Option<(u32, usize)> = None;
    for (index, word) in (0..).zip(words) {
        let Some(end) = word_end(word.as_bytes(), text, at) else { continue };
        if longest.is_none_or(|(_, longest)| end > longest) {
            longest = Some((index, end));
        }
    }
    longest
}

/// Where a word that begins at a place ends, if it stands there whole. A blank in it stands for blanks and comments.
fn word_end(word: &[u8], text: &[u8], mut at: usize) -> Option<usize> {
    for byte in word {
        if *byte == b' ' {
            at = skip(text, at);
        } else if text.get(at) == Some(byte) {
            at += 1;
        } else {
            return None;
        }
    }
    is_whole_at_end(word, text, at).then_some(at)
}

/// Whether a word that ends at a place is not part of a longer identifier.
pub(crate) fn is_whole_at_end(word: &[u8], text: &[u8], end: usize) -> bool {
    let goes_on = text.get(end).copied().is_some_and(is_identifier);
    !(goes_on && word.last().copied().is_some_and(is_identifier))
}

/// The same for where it begins.
pub(crate) fn is_whole_at_start(word: &[u8], text: &[u8], start: usize) -> bool {
    let went_before = start > 0 && is_identifier(text[start - 1]);
    !(went_before && word.first().copied().is_some_and(is_identifier))
}

pub(crate) fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Past blanks and comments. A comment between `/*` and `*/` may span lines; one that ends with its line ends the search,
/// since whatever comes then stands on another line.
fn skip(text: &[u8], mut at: usize) -> usize {
    loop {
        let blank = blank(text, at);
        if blank > 0 {
            at += blank;
        } else if text[at.min(text.len())..].starts_with(b"/*") {
            match find(text, at + 2, b"*/") {
                Some(end) => at = end + 2,
                None => return text.len(),
            }
        } else {
            return at;
        }
    }
}

/// How many bytes the blank at a place has; none there: zero. Some compilers take every blank of Unicode for white space, and
/// only warn.
fn blank(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(byte) if is_blank(*byte) => 1,
        Some(byte) if byte.is_ascii() => 0,
        None => 0,
        Some(_) => {
            let end = text.len().min(at + char::MAX.len_utf8());
            let whole = text[at..end].utf8_chunks().next().map_or("", |chunk| chunk.valid());
            whole
                .chars()
                .next()
                .filter(|first| first.is_whitespace() || *first == MONGOLIAN_SEPARATOR)
                .map_or(0, char::len_utf8)
        }
    }
}

/// A blank to Unicode until version 6.3, and to such compilers.
const MONGOLIAN_SEPARATOR: char = '\u{180e}';

/// The name at a place: between the first pair of delimiters that opens there and closes on the same line.
fn name(rule: &NameRule, text: &[u8], at: usize) -> Option<(u32, String)> {
    (0..).zip(&rule.delimiters).find_map(|(index, (open, close))| {
        let start = at + open.len();
        if !text.get(at..)?.starts_with(open.as_bytes()) {
            return None;
        }
        let line = text[start..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| start + length);
        let end = find(&text[..line], start, close.as_bytes())?;
        let name = std::str::from_utf8(&text[start..end]).ok()?;
        Some((index, name.to_owned()))
    })
}

/// Where `what` first stands from `from` on.
fn find(text: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    memmem::find(text.get(from..)?, what).map(|found| from + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(lead: &str, words: &[&str]) -> NameRule {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let delimiters = [("<", ">"), ("\"", "\"")].map(|(open, close)| (open.to_owned(), close.to_owned()));
        NameRule { lead: lead.into(), words: owned(words), delimiters: delimiters.into() }
    }

    fn named(word: u32, delimiter: u32, name: &str) -> Option<Behind> {
        Some(Behind { word: Some(word), delimiter: Some(delimiter), name: name.into() })
    }

    fn nameless(word: u32, identifier: &str) -> Option<Behind> {
        Some(Behind { word: Some(word), delimiter: None, name: identifier.into() })
    }

    #[test]
    fn a_name_follows_its_word_past_blanks_and_comments() {
        let rule = rule("@", &["use", "use_all", "probe ("]);
        for (text, expected) in [
            ("use \"x\"", named(0, 1, "x")),
            ("use<a/x y>", named(0, 0, "a/x y")),
            (" /* c */ use /* d\n */ <x> y", named(0, 0, "x")),
            ("use_all <x>", named(1, 0, "x")),
            ("probe(\"x\")", named(2, 1, "x")),
            ("probe \t(/**/ <x>)", named(2, 0, "x")),
            ("use\u{a0}\u{3000}\u{180e} \"x\"", named(0, 1, "x")),
            ("use \u{e9} \"x\"", nameless(0, "\u{e9}")),
            ("probe(x)", nameless(2, "x")),
            ("use NAME", nameless(0, "NAME")),
            ("use /**/ $A1_(y)", nameless(0, "$A1_")),
            ("use", nameless(0, "")),
            ("use <x\n>", nameless(0, "")),
            ("use // <x>\n<x>", nameless(0, "")),
            ("use\n<x>", nameless(0, "")),
            ("use /* <x>", nameless(0, "")),
            ("use \"\"", named(0, 1, "")),
            ("used <x>", None),
            ("us", None),
            ("", None),
            ("probe", None),
        ] {
            assert_eq!(behind(&rule, text.as_bytes(), 0), expected, "{text:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_unicode_is_a_find_without_one() {
        assert_eq!(behind(&rule("@", &["use"]), b"use <\xff>", 0), nameless(0, ""));
        assert_eq!(behind(&rule("@", &["use"]), b"use \xff", 0), nameless(0, "\u{fffd}"));
    }

    #[test]
    fn a_rule_without_words_has_its_name_right_behind_the_lead() {
        let rule = rule("load", &[]);
        assert_eq!(behind(&rule, b" \"x\";", 0), Some(Behind { word: None, delimiter: Some(1), name: "x".into() }));
        assert_eq!(behind(&rule, b" x;", 0), Some(Behind { word: None, delimiter: None, name: "x".into() }));
    }
}

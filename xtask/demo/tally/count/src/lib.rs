//! Counts what is in a text.

use serde::{Deserialize, Serialize};
use tally_derive::Columns;

/// Words that say little.
const COMMON: &[&str] = include!(concat!(env!("OUT_DIR"), "/common.rs"));

/// Of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Columns)]
pub struct Tally {
    /// What was counted.
    pub name: String,
    /// Lines.
    pub lines: usize,
    /// Words that say something.
    pub words: usize,
    /// Words that do not.
    pub common: usize,
}

impl Tally {
    /// Counts.
    pub fn of(name: &str, text: &str) -> Tally {
        let (common, words): (Vec<&str>, Vec<&str>) = text.split_whitespace().partition(|word| COMMON.contains(word));
        Tally { name: name.to_owned(), lines: text.lines().count(), words: words.len(), common: common.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_counted_apart() {
        let tally = Tally::of("text", "the end of\nthe world\n");
        assert_eq!((tally.lines, tally.words, tally.common), (2, 2, 3));
        assert_eq!(Tally::COLUMNS, ["name", "lines", "words", "common"]);
    }

    #[test]
    fn a_tally_comes_back_from_json() {
        let tally = Tally::of("text", "one\n");
        assert_eq!(serde_json::from_str::<Tally>(&serde_json::to_string(&tally).unwrap()).unwrap(), tally);
    }
}

//! Macros whose value is the time of the compile or of a file, and how they show in a text: whole, or in the pieces of which
//! other macros paste them together (`##`).
//!
//! Of a name in two pieces, the longer one stands somewhere by itself, and nobody writes `__DAT` or `ATE__` for another
//! purpose. In three pieces, the one in the middle may be a plain word (`__##x##__`), which counts only beside such a paste.

use zccache_plugin_sdk::answer::{name_rule, whole_word};
use zccache_plugin_sdk::contract::Token;

/// The token of each macro, and its name.
const DATES: [(&str, &str); 3] = [("date", "__DATE__"), ("time", "__TIME__"), ("timestamp", "__TIMESTAMP__")];
/// Between the token of a macro and a piece of its name.
const PIECE: char = ':';
/// A piece that glibc has in a comment (`__TIME*_T_TYPE`), and what can follow it where it is pasted.
const PIECE_IN_COMMENTS: (&str, &[&str]) = ("__TIME", &[",", ")", "##", "//"]);
/// A paste with the underscores that end these names.
const PASTED_UNDERSCORES: &str = "pasted-underscores";
/// What such underscores are within a longer paste.
const PASTED_BETWEEN: &str = "__ ##";
/// glibc names unions of addresses by such a paste, in every program that has sockets.
const PASTES_UNDERSCORES: &str = "/sys/socket.h";
/// A name without underscores.
const BARE: &str = "bare";

/// What a token says of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Date {
    /// The time of the compile, which `SOURCE_DATE_EPOCH` fixes.
    OfCompile,
    /// The time of a file.
    OfFile,
    /// The middle of a name, if somebody pastes underscores to it.
    Middle,
    /// Somebody pastes underscores to something.
    Underscores,
    /// Nothing: such a paste, of something else.
    Nothing,
}

/// All tokens.
pub(crate) fn tokens() -> Vec<Token> {
    // Where something is pasted behind them, they end nothing: the longer word counts.
    let mut tokens = vec![name_rule(PASTED_UNDERSCORES, "##", &["__", PASTED_BETWEEN], &[])];
    for (token, name) in DATES {
        tokens.push(whole_word(token, name));
        tokens.push(whole_word(&format!("{BARE}{PIECE}{token}"), name.trim_matches('_')));
        for piece in pieces(name) {
            let id = format!("{token}{PIECE}{piece}");
            let (ambiguous, behind) = PIECE_IN_COMMENTS;
            tokens.push(if piece == ambiguous { name_rule(&id, piece, behind, &[]) } else { whole_word(&id, piece) });
        }
    }
    tokens
}

/// What a token that was found in a file says of dates; none: it is no token of dates.
pub(crate) fn told(token: &str, word: &str, path: &str) -> Option<Date> {
    if token == PASTED_UNDERSCORES {
        let ends_nothing = word == PASTED_BETWEEN || path.ends_with(PASTES_UNDERSCORES);
        return Some(if ends_nothing { Date::Nothing } else { Date::Underscores });
    }
    match token.split_once(PIECE).map_or(token, |(date, _)| date) {
        BARE => Some(Date::Middle),
        "date" | "time" => Some(Date::OfCompile),
        "timestamp" => Some(Date::OfFile),
        _ => None,
    }
}

/// The token of the macro that a definition of the command line puts in the place of such a macro. What the compiler had for it is
/// then gone for good: no directive brings it back.
pub(crate) fn redefined(definition: &str) -> Option<&'static str> {
    let name = definition.split_once('=').map_or(definition, |(name, _)| name);
    DATES.iter().find(|(_, date)| *date == name).map(|(token, _)| *token)
}

/// The token of the macro whose name, or a piece of whose name, a token of dates finds.
pub(crate) fn macro_of(token: &str) -> &str {
    let mut parts = token.splitn(2, PIECE);
    match (parts.next(), parts.next()) {
        (Some(BARE), Some(date)) => date,
        (date, _) => date.unwrap_or_default(),
    }
}

/// Whether a macro of the command line stands for such a macro, or for a piece of its name; or pastes underscores, or stands for what
/// they are pasted to.
pub(crate) fn hides(definition: &str) -> bool {
    let words = |text| str::split(text, |each: char| !each.is_ascii_alphanumeric() && each != '_');
    let is_date = |word: &str| DATES.iter().any(|(_, name)| word == *name || pieces(name).any(|piece| piece == word));
    let (_, value) = definition.split_once('=').unwrap_or((definition, ""));
    let is_middle = |word: &str| DATES.iter().any(|(_, name)| word == name.trim_matches('_'));
    let pastes = value.split("##").skip(1).any(|pasted| pasted.trim_start().starts_with("__"));
    let named = if redefined(definition).is_some() { value } else { definition };
    pastes || words(named).any(is_date) || words(value).any(is_middle)
}

/// Of each way to part a name in two, the longer piece.
fn pieces(name: &str) -> impl Iterator<Item = &str> {
    (1..name.len()).map(move |place| {
        let (start, end) = name.split_at(place);
        if start.len() < end.len() { end } else { start }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_piece_of_every_paste_of_two_is_looked_for() {
        let all: Vec<&str> = pieces("__DATE__").collect();
        assert_eq!(all, ["_DATE__", "DATE__", "ATE__", "__DA", "__DAT", "__DATE", "__DATE_"]);
        let tokens = tokens();
        let ids: std::collections::HashSet<&str> = tokens.iter().map(|token| token.id.as_str()).collect();
        assert_eq!(ids.len(), tokens.len(), "each has an id of its own");
        for token in &tokens {
            assert!(told(&token.id, "", "x.h").is_some(), "{token:?}");
        }
        assert_eq!(told("date:__DA", "", "x.h"), Some(Date::OfCompile));
        assert_eq!(told("timestamp:STAMP__", "", "x.h"), Some(Date::OfFile));
        assert_eq!(told(PASTED_UNDERSCORES, "__", "/usr/include/x86_64-linux-gnu/sys/socket.h"), Some(Date::Nothing));
    }

    #[test]
    fn a_definition_of_a_date_is_told_from_those_of_other_names_and_every_token_is_one_macros() {
        assert_eq!(redefined("__DATE__=\"redacted\""), Some("date"));
        assert_eq!(redefined("__TIMESTAMP__"), Some("timestamp"));
        for definition in ["__DATE__(x)=1", "MY__DATE__", "DATE=__DATE__", ""] {
            assert_eq!(redefined(definition), None, "{definition}");
        }
        for (token, of) in [("date", "date"), ("time:__TI", "time"), ("bare:timestamp", "timestamp")] {
            assert_eq!(macro_of(token), of);
        }
    }

    #[test]
    fn a_definition_hides_names_and_pieces_and_no_longer_words() {
        for definition in
            ["NOW=__TIME__", "A=__TI", "F(x)=x##_TIMESTAMP__", "P(x)=__##x## __", "D=DATE", "F(x)=x(TIME)"]
        {
            assert!(hides(definition), "{definition}");
        }
        for definition in ["__DATE__=__TIME__", "__DATE__=__DATE__", "__DATE__(x)=1", "__DATE=1"] {
            assert!(hides(definition), "{definition}");
        }
        for definition in ["__DATE__=", "__TIME__=\"redacted\"", "__TIMESTAMP__"] {
            assert!(!hides(definition), "{definition}");
        }
        for definition in ["MY__DATE__X", "__DATA=1", "TIME=__", "X=2", "DATE", "DATE=2024", "F(x)=x##_"] {
            assert!(!hides(definition), "{definition}");
        }
    }
}

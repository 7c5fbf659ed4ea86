//! The commonest parts of an answer in one word each.

use crate::contract::{
    Absence, Collected, Decision, DigitsRule, Grant, GrantKind, Input, NameRule, Observe, Refusal, Token, TokenRule,
    Word,
};

/// The tool runs as it is, for a reason that statistics count by; `detail` is for people.
pub fn bypass(reason: &str, detail: impl Into<String>) -> Decision {
    Decision::Bypass(refusal(reason, detail))
}

/// Nothing is stored of a run.
pub fn refuse(reason: &str, detail: impl Into<String>) -> Collected {
    Collected::Refuse(refusal(reason, detail))
}

/// Why not.
pub fn refusal(reason: &str, detail: impl Into<String>) -> Refusal {
    Refusal { reason: reason.to_owned(), detail: detail.into() }
}

/// A path that was read: nothing is stored if it is gone after the run.
pub fn input(path: impl Into<String>, observe: Observe) -> Input {
    Input { path: path.into(), observe, absence: Absence::MustExist }
}

/// A path that was looked at and may not be there.
pub fn maybe(path: impl Into<String>, observe: Observe) -> Input {
    Input { path: path.into(), observe, absence: Absence::MayBeAbsent }
}

/// Words that may be added to a command.
pub fn addition(id: &str, words: Vec<Word>, reason: &str) -> Grant {
    Grant { id: id.to_owned(), what: GrantKind::Addition, words, reason: reason.to_owned() }
}

/// Words that may be added to a command, and change nothing but how messages look.
pub fn message_addition(id: &str, words: Vec<Word>, reason: &str) -> Grant {
    Grant { id: id.to_owned(), what: GrantKind::MessageAddition, words, reason: reason.to_owned() }
}

/// An argument list that the tool may be run with after a run, to say what that read.
pub fn companion(id: &str, words: Vec<Word>, reason: &str) -> Grant {
    Grant { id: id.to_owned(), what: GrantKind::Companion, words, reason: reason.to_owned() }
}

/// An argument list that the tool may be run with.
pub fn probe(id: &str, words: Vec<Word>, reason: &str) -> Grant {
    Grant { id: id.to_owned(), what: GrantKind::Probe, words, reason: reason.to_owned() }
}

/// An argument list by which the tool tells of itself alone.
pub fn self_probe(id: &str, words: Vec<Word>, reason: &str) -> Grant {
    Grant { id: id.to_owned(), what: GrantKind::SelfProbe, words, reason: reason.to_owned() }
}

/// Exactly this word.
pub fn literal(word: &str) -> Word {
    Word::Literal(word.to_owned())
}

/// A token that is a word of its own.
pub fn whole_word(id: &str, word: &str) -> Token {
    Token { id: id.to_owned(), find: TokenRule::WholeWord(word.to_owned()) }
}

/// A token that gives `count` hexadecimal digits in lower case, right behind `lead`.
pub fn digits(id: &str, lead: &str, count: u32) -> Token {
    Token { id: id.to_owned(), find: TokenRule::Digits(DigitsRule { lead: lead.to_owned(), count }) }
}

/// A token that gives names: `lead`, one of `words`, a name between one pair of `delimiters`.
pub fn name_rule(id: &str, lead: &str, words: &[&str], delimiters: &[(&str, &str)]) -> Token {
    Token {
        id: id.to_owned(),
        find: TokenRule::Name(NameRule {
            lead: lead.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            delimiters: delimiters.iter().map(|(open, close)| ((*open).to_owned(), (*close).to_owned())).collect(),
        }),
    }
}

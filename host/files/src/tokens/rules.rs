//! The compiled token rules of a plugin, and the search for all of them at once.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use zccache_model::digest::TokenSet;
use zccache_model::key::KeyBuilder;
use zccache_model::plugin::{NameRule, Token, TokenRule};
use zccache_model::reading::Finding;

use super::name::{Behind, behind, is_whole_at_end, is_whole_at_start};
use super::splice::spliced;

/// What a plugin has looked for.
#[derive(Clone, Debug)]
pub struct TokenRules {
    tokens: Vec<Token>,
    /// One pattern for each token: its word or its lead. None where there are no tokens, or too many for the search.
    heads: Option<AhoCorasick>,
    set: TokenSet,
}

impl TokenRules {
    /// Compiles the rules. The findings speak of tokens by their index here.
    pub fn new(tokens: &[Token]) -> TokenRules {
        let heads = tokens.iter().map(head);
        // The contiguous form is quick to build and needs little memory; all places are wanted, also overlapping ones.
        let heads = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(heads);
        TokenRules { tokens: tokens.to_vec(), heads: heads.ok().filter(|_| !tokens.is_empty()), set: digest(tokens) }
    }

    /// Tells these rules from all others.
    pub fn set(&self) -> TokenSet {
        self.set
    }

    /// The name rule of this id, with its index.
    pub(crate) fn name_rule(&self, id: &str) -> Option<(u32, &NameRule)> {
        (0..).zip(&self.tokens).find_map(|(index, token)| match &token.rule {
            TokenRule::Name(rule) if token.id == id => Some((index, rule)),
            _ => None,
        })
    }

    /// Everything that the rules find, each finding once, in order of first appearance.
    pub(crate) fn find(&self, content: &[u8]) -> Vec<Finding> {
        let mut found = self.find_in(content);
        if content.contains(&0) {
            // Compilers take it for white space, but not all of them between a backslash and its line's end: both count.
            let blank: Vec<u8> = content.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }).collect();
            let known: HashSet<Finding> = found.iter().cloned().collect();
            found.extend(self.find_in(&blank).into_iter().filter(|finding| !known.contains(finding)));
        }
        found
    }

    /// Everything that the rules find, a finding for each place, in order.
    pub(crate) fn find_each(&self, content: &[u8]) -> Vec<Finding> {
        let mut places = self.places(&spliced(content));
        places.sort_by_key(|(start, finding)| (*start, finding.token));
        places.into_iter().map(|(_, finding)| finding).collect()
    }

    /// What is found at each place, in order of the places' ends.
    fn places(&self, text: &[u8]) -> Vec<(usize, Finding)> {
        let Some(heads) = &self.heads else { return Vec::new() };
        let found = heads.find_overlapping_iter(text).filter_map(|head| {
            let finding = self.finding(head.pattern().as_u32(), text, head.start(), head.end())?;
            Some((head.start(), finding))
        });
        found.collect()
    }

    fn find_in(&self, content: &[u8]) -> Vec<Finding> {
        let mut known = HashSet::new();
        let mut found = self.places(&spliced(content));
        found.retain(|(_, finding)| known.insert(finding.clone()));
        // Matches come in order of their ends.
        found.sort_by_key(|(start, finding)| (*start, finding.token));
        found.into_iter().map(|(_, finding)| finding).collect()
    }

    /// What the rule of a token makes of a place where its head stands.
    fn finding(&self, token: u32, text: &[u8], start: usize, end: usize) -> Option<Finding> {
        let rule = &self.tokens.get(token as usize)?.rule;
        let head = head_of(rule);
        if !is_whole_at_start(head, text, start) {
            return None;
        }
        let nameless = Finding { token, word: None, delimiter: None, name: String::new() };
        match rule {
            TokenRule::WholeWord(_) => is_whole_at_end(head, text, end).then_some(nameless),
            TokenRule::Digits(rule) => {
                let digits = text.get(end..end + rule.count as usize)?;
                let name = std::str::from_utf8(digits).ok()?;
                let are_digits = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                are_digits.then(|| Finding { name: name.to_owned(), ..nameless })
            }
            // A lead may be the beginning of its words: only where it has none does it end as a word does.
            TokenRule::Name(rule) if rule.words.is_empty() && !is_whole_at_end(head, text, end) => None,
            TokenRule::Name(rule) => {
                let Behind { word, delimiter, name } = behind(rule, text, end)?;
                Some(Finding { token, word, delimiter, name })
            }
        }
    }
}

fn head(token: &Token) -> &[u8] {
    head_of(&token.rule)
}

fn head_of(rule: &TokenRule) -> &[u8] {
    match rule {
        TokenRule::WholeWord(word) => word.as_bytes(),
        TokenRule::Name(rule) => rule.lead.as_bytes(),
        TokenRule::Digits(rule) => rule.lead.as_bytes(),
    }
}

fn digest(tokens: &[Token]) -> TokenSet {
    let mut key = KeyBuilder::new("tokens v3");
    for token in tokens {
        key.text("token", &token.id);
        match &token.rule {
            TokenRule::WholeWord(word) => key.text("whole word", word),
            TokenRule::Digits(rule) => key.text("digits behind", &rule.lead).part("count", &rule.count.to_le_bytes()),
            TokenRule::Name(rule) => {
                key.text("lead", &rule.lead);
                for word in &rule.words {
                    key.text("word", word);
                }
                for (open, close) in &rule.delimiters {
                    key.text("open", open).text("close", close);
                }
                &mut key
            }
        };
    }
    TokenSet(key.finish())
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use zccache_model::plugin::DigitsRule;

    use super::*;

    /// Rules of a made-up language.
    pub(crate) fn tokens() -> Vec<Token> {
        let name = |id: &str, lead: &str, words: &[&str]| Token {
            id: id.into(),
            rule: TokenRule::Name(NameRule {
                lead: lead.into(),
                words: words.iter().map(|word| (*word).to_owned()).collect(),
                delimiters: vec![("\"".into(), "\"".into()), ("<".into(), ">".into())],
            }),
        };
        let word = |id: &str, word: &str| Token { id: id.into(), rule: TokenRule::WholeWord(word.into()) };
        vec![
            word("today", "TODAY"),
            name("use", "@", &["use", "use_all"]),
            name("probe", "pro", &["be ("]),
            name("load", "load", &[]),
            word("call", "ask("),
        ]
    }

    fn found(text: &str) -> Vec<String> {
        let tokens = tokens();
        let findings = TokenRules::new(&tokens).find(text.as_bytes());
        findings
            .into_iter()
            .map(|finding| {
                let id = &tokens[finding.token as usize].id;
                match finding.delimiter {
                    Some(delimiter) => format!("{id} {:?} {delimiter} {}", finding.word, finding.name),
                    None => id.clone(),
                }
            })
            .collect()
    }

    #[test]
    fn whole_words_are_not_found_within_longer_ones() {
        assert_eq!(found("TODAY"), ["today"]);
        assert_eq!(found("(TODAY)+x.TODAY"), ["today"]);
        assert!(found("MY_TODAY TODAYS _TODAY TODAY1").is_empty());
        assert_eq!(found("TO\\\nDAY"), ["today"]);
        assert!(found("TODAY\\\nS").is_empty());
        assert_eq!(found("ask(x"), ["call"]);
        assert!(found("task(x ask (").is_empty());
    }

    #[test]
    fn digits_are_found_right_behind_their_lead_and_as_many_as_asked_for() {
        let rule = DigitsRule { lead: "\u{11}-".into(), count: 4 };
        let rules = TokenRules::new(&[Token { id: "of-crate".into(), rule: TokenRule::Digits(rule) }]);
        let found: Vec<String> = rules
            .find(b"\0\x11-0af9\xc1 \x11-123 \x11-12345\x11- 1234\x11-12G4 -4444 \x11-0af9\x11-ab")
            .into_iter()
            .map(|finding| finding.name)
            .collect();
        assert_eq!(found, ["0af9", "1234"]);
    }

    #[test]
    fn names_are_found_in_order_and_each_once() {
        let text = "@use <b>\n@ use \"a\"\n@use <b>\nif probe(<c>) load \"d\"; TODAY @use X";
        let expected = ["use Some(0) 1 b", "use Some(0) 0 a", "probe Some(0) 1 c", "load None 0 d", "today", "use"];
        assert_eq!(found(text), expected);
        assert!(found("@user <x> preload \"x\" loads \"x\" reprobe(<x>)").is_empty());
        assert_eq!(found("@use\\\n_all \\\n <x\\\ny>"), ["use Some(1) 1 xy"]);
    }

    #[test]
    fn binary_content_and_no_tokens_are_fine() {
        let rules = TokenRules::new(&tokens());
        let bytes: Vec<u8> = (0..=255).cycle().take(5_000).chain(*b"\0TODAY\xff").collect();
        assert_eq!(rules.find(&bytes).len(), 1);
        assert!(TokenRules::new(&[]).find(&bytes).is_empty());
    }

    #[test]
    fn a_nul_is_white_space_to_some_and_a_byte_to_others() {
        assert_eq!(found("TO\\\0\nDAY"), ["today"]);
        assert_eq!(found("x\\\0\nTODAY"), ["today"]);
        assert_eq!(found("@\0use <b>"), ["use Some(0) 1 b"]);
    }

    #[test]
    fn rules_that_differ_are_different_sets() {
        let mut other = tokens();
        assert_eq!(TokenRules::new(&other).set(), TokenRules::new(&tokens()).set());
        other.swap(0, 4);
        assert_ne!(TokenRules::new(&other).set(), TokenRules::new(&tokens()).set());
    }

    /// The rules read word by word at every place of the text, without any search.
    fn naive(tokens: &[Token], content: &str) -> Vec<Finding> {
        let mut text = content.to_owned();
        for joined in ["\\ \n", "\\\n"] {
            text = text.replace(joined, "");
        }
        let identifier = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let mut findings = Vec::new();
        for start in (0..text.len()).filter(|start| text.is_char_boundary(*start)) {
            for (index, token) in (0..).zip(tokens) {
                let mut finding = Finding { token: index, word: None, delimiter: None, name: String::new() };
                let head = std::str::from_utf8(head(token)).unwrap();
                let Some(rest) = text[start..].strip_prefix(head) else { continue };
                let before = text[..start].chars().next_back();
                if identifier(before) && identifier(head.chars().next()) {
                    continue;
                }
                let is_whole =
                    |word: &str, rest: &str| !(identifier(word.chars().last()) && identifier(rest.chars().next()));
                match &token.rule {
                    TokenRule::WholeWord(word) if !is_whole(word, rest) => continue,
                    TokenRule::WholeWord(_) => {}
                    TokenRule::Digits(_) => continue,
                    TokenRule::Name(rule) => {
                        let mut rest = trim(rest);
                        if rule.words.is_empty() && !is_whole(head, &text[start + head.len()..]) {
                            continue;
                        }
                        if !rule.words.is_empty() {
                            let standing = (0..).zip(&rule.words).filter_map(|(index, word)| {
                                let mut rest = rest;
                                for (piece, part) in word.split(' ').enumerate() {
                                    rest = if piece > 0 { trim(rest) } else { rest }.strip_prefix(part)?;
                                }
                                is_whole(word, rest).then_some((index, rest))
                            });
                            let Some((word, after)) = standing.min_by_key(|(_, rest)| rest.len()) else { continue };
                            finding.word = Some(word);
                            rest = trim(after);
                        }
                        let line = rest.split('\n').next().unwrap_or_default();
                        for (index, (open, close)) in (0..).zip(&rule.delimiters) {
                            let between =
                                line.strip_prefix(open.as_str()).and_then(|rest| rest.split_once(close.as_str()));
                            if let Some((name, _)) = between {
                                finding.delimiter = Some(index);
                                finding.name = name.to_owned();
                                break;
                            }
                        }
                        if finding.delimiter.is_none() {
                            let goes_on = |each: &char| identifier(Some(*each)) || matches!(each, '$' | '\\');
                            finding.name = rest.chars().take_while(goes_on).collect();
                        }
                    }
                }
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        findings
    }

    fn trim(mut text: &str) -> &str {
        loop {
            let less = text.trim_start_matches([' ', '\t']);
            let less = match less.strip_prefix("/*") {
                Some(comment) => comment.split_once("*/").map_or("", |(_, rest)| rest),
                None => less,
            };
            if less.len() == text.len() {
                return text;
            }
            text = less;
        }
    }

    proptest! {
        #[test]
        fn the_search_finds_what_reading_at_every_place_finds(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("TODAY"), Just("@"), Just("use"), Just("use_all"), Just("pro"), Just("be"), Just("probe("),
                    Just("load"), Just("ask("), Just("("), Just("\""), Just("<"), Just(">"), Just("x"), Just("_"),
                    Just(" "), Just("\n"), Just("\\\n"), Just("\\ \n"), Just("/*"), Just("*/"), Just("//"), Just("\\"),
                ],
                0..40,
            ),
        ) {
            let text = pieces.concat();
            let tokens = tokens();
            // The naive reading joins lines one kind after the other; one join must not make another.
            prop_assume!(!text.contains("\\\\"));
            prop_assert_eq!(TokenRules::new(&tokens).find(text.as_bytes()), naive(&tokens, &text));
        }
    }
}

//! The argument list as the compiler sees it: response files are read and put in their places, also those named in one.

use zccache_plugin_sdk::dialogue::Dialogue;
use zccache_plugin_sdk::options::{Argument, plain};
use zccache_plugin_sdk::quoting;

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Response files inside response files; each level is a round of questions, and the probes need one more.
const DEPTH: usize = 6;

/// Expands `@file` arguments. A file that is not there stays a literal argument for the compilers and then an input that
/// they do not find; there is nothing to cache in that.
pub(crate) fn expand(arguments: &[String], dialogue: &Dialogue<'_>) -> Result<Vec<Argument>, Stop> {
    let mut words = plain(arguments);
    for _ in 0..DEPTH {
        if !words.iter().any(is_response_file) {
            return Ok(words);
        }
        words = expand_once(words, dialogue)?;
    }
    bypass("response-file", "response files name each other too deeply")
}

fn is_response_file(word: &Argument) -> bool {
    word.text.len() > 1 && word.text.starts_with('@')
}

fn expand_once(words: Vec<Argument>, dialogue: &Dialogue<'_>) -> Result<Vec<Argument>, Stop> {
    let mut expanded = Vec::new();
    let mut unanswered = false;
    for word in words {
        if !is_response_file(&word) {
            expanded.push(word);
            continue;
        }
        let file = &word.text[1..];
        match dialogue.read(file) {
            Err(_) => unanswered = true,
            Ok(None) => return bypass("response-file", format!("{file} is not there")),
            Ok(Some(content)) => match quoting::gnu(content) {
                Ok(texts) => {
                    let index = word.index;
                    expanded.extend(texts.into_iter().map(|text| Argument { text, index, nested: true }));
                }
                Err(why) => return bypass("response-file", format!("{file}: {why}")),
            },
        }
    }
    if unanswered { Err(Stop::Need) } else { Ok(expanded) }
}

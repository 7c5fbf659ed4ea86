//! Which words can be macros. Behind `#include`, or in the parentheses of `__has_include`, a word that is none is no name of a header:
//! it stands in a comment, or in a branch that was not taken. Anywhere else it would have been an error.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::name_rule;
use zccache_plugin_sdk::contract::Token;
use zccache_plugin_sdk::inquiry::{Inquiry, Stop};

use crate::context::Context;
use crate::description::directives;

/// Those of these words that may be macros. `files`: all in which one can have been defined.
pub(super) fn among(
    context: &Context,
    inquiry: &Inquiry<'_>,
    files: &[String],
    words: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Stop> {
    let (unknown, mut macros): (BTreeSet<String>, BTreeSet<String>) =
        words.iter().cloned().partition(|word| is_plain(word) && !may_be_given(context, word));
    if unknown.is_empty() {
        return Ok(macros);
    }
    let defines: Vec<String> = unknown.iter().map(|word| format!("define {word}")).collect();
    let defines: Vec<&str> = defines.iter().map(String::as_str).collect();
    let define = |lead: &&str| -> Token { name_rule(lead, lead, &defines, &[]) };
    let tokens = directives(context.trigraphs).iter().map(define).collect();
    let found = inquiry.find(tokens, files)?;
    macros.extend(found.iter().flatten().filter_map(|finding| finding.word.strip_prefix("define ")).map(str::to_owned));
    Ok(macros)
}

/// Whether no letter of the word is written in another way than the definition may write it.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a macro of this name need be defined in no file: by the compiler itself, or by the command line.
fn may_be_given(context: &Context, word: &str) -> bool {
    word.starts_with("__") || context.defined.iter().any(|defined| defined == word)
}

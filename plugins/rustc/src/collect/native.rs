//! Libraries of other languages that the compiler packs into a crate. It looks for them itself, in the folders of `-L`.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{Chain, Fact, Input, Lookup, Observe};

use super::NATIVE;
use crate::context::Context;
use crate::description::{LINK_ATTRIBUTE, LINK_KIND, LINK_NAME, STATIC};

/// A lookup for every library that can be meant: of the call, and of any file with an attribute for one. One that was not meant
/// only costs hits.
pub(crate) fn lookups(context: &Context, facts: &[Fact]) -> Vec<Lookup> {
    let mut names: BTreeSet<&str> = context.libraries.iter().map(String::as_str).collect();
    for fact in attributed(facts) {
        names.extend(
            fact.findings
                .iter()
                .filter(|finding| finding.token == LINK_NAME && finding.delimiter.is_some())
                .map(|finding| finding.name.as_str()),
        );
    }
    let named = names.iter().filter(|name| !name.is_empty());
    let files = named.flat_map(|name| [format!("lib{name}.a"), format!("{name}.lib"), (*name).to_owned()]);
    files.map(|name| Lookup { name, chain: Chain::Listed(NATIVE), observe: Observe::Content, all: false }).collect()
}

/// Where a file with an attribute does not say all names and kinds in plain text, or one speaks of static libraries without an
/// attribute that is seen, since a macro may be given its parts: everything in the folders.
pub(crate) fn folders(context: &Context, facts: &[Fact]) -> Vec<Input> {
    let unclear = attributed(facts).any(|fact| {
        let mut said = fact.findings.iter().filter(|finding| [LINK_KIND, LINK_NAME].contains(&finding.token.as_str()));
        said.any(|finding| finding.delimiter.is_none() || finding.name.contains('\\'))
    });
    let has = |fact: &Fact, token| fact.findings.iter().any(|finding| finding.token == token);
    let unseen = facts.iter().any(|fact| has(fact, STATIC) && !(has(fact, LINK_ATTRIBUTE) && has(fact, LINK_NAME)));
    if unclear || unseen {
        context.native_of_call().map(|folder| maybe(folder, Observe::Tree)).collect()
    } else {
        Vec::new()
    }
}

/// Files with an attribute for a library, of which a kind or a name can be told.
fn attributed(facts: &[Fact]) -> impl Iterator<Item = &Fact> {
    facts.iter().filter(|fact| fact.findings.iter().any(|finding| finding.token == LINK_ATTRIBUTE))
}

#[cfg(test)]
mod tests {
    use zccache_plugin_sdk::contract::{FileKind, Finding};

    use super::*;

    /// What is looked for where these tokens are found, each with a name or without.
    fn inputs(found: &[(&str, Option<&str>)]) -> usize {
        let finding = |(token, name): &(&str, Option<&str>)| Finding {
            token: (*token).to_owned(),
            word: String::new(),
            delimiter: name.map(|_| 0),
            name: name.unwrap_or_default().to_owned(),
        };
        let findings = found.iter().map(finding).collect();
        let fact = Fact { is: FileKind::File, content: None, file: None, findings, names: None };
        let native = ["n", "own", "own/self-contained"].map(str::to_owned).to_vec();
        folders(&Context { native, ..Context::default() }, &[fact]).len()
    }

    #[test]
    fn where_it_is_not_clear_which_library_is_packed_all_folders_of_the_call_count() {
        let [link, kind, name] = [LINK_ATTRIBUTE, LINK_KIND, LINK_NAME];
        let (clear, value) = (Some("v"), Some("static"));
        assert_eq!(inputs(&[(link, None), (name, clear), (kind, value), (STATIC, None)]), 0);
        assert_eq!(inputs(&[(name, None), (kind, None)]), 0);
        for unclear in [
            &[(link, None), (name, None), (kind, value), (STATIC, None)][..],
            &[(link, None), (name, clear), (kind, None)],
            &[(link, None), (name, Some("a\\\\b")), (kind, value), (STATIC, None)],
            &[(name, clear), (kind, value), (STATIC, None)],
            &[(link, None), (kind, value), (STATIC, None)],
            &[(STATIC, None)],
        ] {
            assert_eq!(inputs(unclear), 1, "{unclear:?}");
        }
    }
}

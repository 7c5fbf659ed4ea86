//! Libraries of other languages that the compiler packs into a crate. It looks for them itself, in the folders of `-L`.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::maybe;
use zccache_plugin_sdk::contract::{Chain, Fact, Input, Lookup, Observe};

use super::NATIVE;
use crate::context::Context;
use crate::description::{LINK_ATTRIBUTE, LINK_KIND, LINK_NAME};

/// A lookup for every library that can be meant: of the call, and of any file with an attribute for one. One that was not meant
/// only costs hits.
pub(crate) fn lookups(context: &Context, facts: &[Fact]) -> Vec<Lookup> {
    let mut names: BTreeSet<&str> = context.libraries.iter().map(String::as_str).collect();
    for fact in attributed(facts) {
        names.extend(
            fact.findings.iter().filter(|finding| finding.token == LINK_NAME).map(|finding| finding.name.as_str()),
        );
    }
    let named = names.iter().filter(|name| !name.is_empty());
    let files = named.flat_map(|name| [format!("lib{name}.a"), format!("{name}.lib"), (*name).to_owned()]);
    files.map(|name| Lookup { name, chain: Chain::Listed(NATIVE), observe: Observe::Content, all: false }).collect()
}

/// Where a file with an attribute does not say all names and kinds in plain text: everything in the folders.
pub(crate) fn folders(context: &Context, facts: &[Fact]) -> Vec<Input> {
    let unclear = attributed(facts).any(|fact| {
        let mut said = fact.findings.iter().filter(|finding| [LINK_KIND, LINK_NAME].contains(&finding.token.as_str()));
        said.any(|finding| finding.delimiter.is_none() || finding.name.contains('\\'))
    });
    if unclear { context.native_of_call().map(|folder| maybe(folder, Observe::Tree)).collect() } else { Vec::new() }
}

/// Files with an attribute for a library, of which a kind or a name can be told.
fn attributed(facts: &[Fact]) -> impl Iterator<Item = &Fact> {
    facts.iter().filter(|fact| fact.findings.iter().any(|finding| finding.token == LINK_ATTRIBUTE))
}

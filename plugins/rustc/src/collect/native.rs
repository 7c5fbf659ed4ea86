//! Libraries of other languages that the compiler packs into a crate. It looks for them itself, in the folders of `-L`.

use std::collections::BTreeSet;

use zccache_plugin_sdk::contract::{Chain, Fact, Lookup, Observe};

use super::NATIVE;
use crate::context::Context;
use crate::description::{LINK_KIND, LINK_NAME};

/// A lookup for every library that can be meant: of the call, and of any file that says a kind of library. One that was not
/// meant only costs hits.
pub(crate) fn lookups(context: &Context, facts: &[Fact]) -> Vec<Lookup> {
    let mut names: BTreeSet<&str> = context.libraries.iter().map(String::as_str).collect();
    for fact in facts {
        let says_kind = fact.findings.iter().any(|finding| finding.token == LINK_KIND);
        let named = fact.findings.iter().filter(|finding| says_kind && finding.token == LINK_NAME);
        names.extend(named.map(|finding| finding.name.as_str()).filter(|name| !name.is_empty() && !name.contains('/')));
    }
    let files = names.iter().flat_map(|name| [format!("lib{name}.a"), format!("{name}.lib"), (*name).to_owned()]);
    files.map(|name| Lookup { name, chain: Chain::Listed(NATIVE), observe: Observe::Content, all: false }).collect()
}

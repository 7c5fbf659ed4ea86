//! Sources, and what the compiler would have complained of or taken instead.

use zccache_plugin_sdk::answer::{input, maybe, refusal};
use zccache_plugin_sdk::contract::{Fact, FileKind, Finding, Input, Observe, Refusal};
use zccache_plugin_sdk::path;

use crate::context::Context;
use crate::description::{ASSEMBLY, CARGO_LINTS, CRATE_TYPE, INCBIN, INCLUDE};

/// Every source; and for each that can be a module, that it is not there in the other of its two places as well, which is an
/// error (E0761).
pub(crate) fn inputs(sources: &[String], facts: &[Fact]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for (source, fact) in sources.iter().zip(facts) {
        // Macros can have the compiler list folders.
        let observe = if fact.is == FileKind::Folder { Observe::Tree } else { Observe::Content };
        inputs.push(input(source.clone(), observe));
        inputs.extend(twin(source).map(|twin| maybe(twin, Observe::Kind)));
    }
    inputs
}

/// The other place of a module: `a/mod.rs` for `a.rs`, and the other way round.
fn twin(source: &str) -> Option<String> {
    if path::file_name(source) == "mod.rs" {
        let folder = path::folder(source);
        let nameless = matches!(path::file_name(folder), "" | "." | "..");
        return (!nameless).then(|| format!("{folder}.rs"));
    }
    source.strip_suffix(".rs").map(|module| format!("{module}/mod.rs"))
}

/// Refuses where the call does not say what is made of a crate, and a source may: more may have been written than is known.
pub(crate) fn check_types(context: &Context, facts: &[Fact]) -> Result<(), Refusal> {
    let mut findings = facts.iter().flat_map(|fact| &fact.findings);
    if !context.types_said && findings.any(|finding| finding.token == CRATE_TYPE) {
        return Err(refusal("crate-type", "a source says what is made of it"));
    }
    Ok(())
}

/// Refuses where a source asks clippy for lints that read the manifests of other packages.
pub(crate) fn check_lints(context: &Context, facts: &[Fact]) -> Result<(), Refusal> {
    let mut findings = facts.iter().flat_map(|fact| &fact.findings);
    if context.lints && findings.any(|finding| finding.token == CARGO_LINTS) {
        return Err(refusal("cargo-lints", "a source asks for lints of manifests"));
    }
    Ok(())
}

/// Refuses where assembly in a source may have the assembler read a file: the compiler lists none of those. Which macro the text
/// of assembly is given to, another crate may say. Only where `.include` has no name behind it does it take a macro's name to
/// tell it from other text.
pub(crate) fn check_assembly(facts: &[Fact]) -> Result<(), Refusal> {
    let findings = || facts.iter().flat_map(|fact| &fact.findings);
    let is = |finding: &Finding, tokens: &[&str]| tokens.contains(&finding.token.as_str());
    let assembles = findings().any(|finding| is(finding, &ASSEMBLY));
    let reads = findings()
        .any(|finding| is(finding, &INCBIN) || (is(finding, &INCLUDE) && (assembles || finding.delimiter.is_some())));
    if reads {
        return Err(refusal("assembler-file", "assembly may read a file"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source in which a token was found, with a name between these delimiters.
    fn source(found: &[(&str, Option<u32>)]) -> Fact {
        let finding = |(token, delimiter): &(&str, Option<u32>)| Finding {
            token: (*token).to_owned(),
            word: String::new(),
            delimiter: *delimiter,
            name: String::new(),
        };
        Fact {
            is: FileKind::File,
            content: None,
            file: None,
            findings: found.iter().map(finding).collect(),
            names: None,
        }
    }

    #[test]
    fn assembly_that_reads_a_file_is_refused_whatever_its_macro_is_called() {
        for found in [
            &[("incbin", None)][..],
            &[("incbin-upper", None)],
            &[("include", Some(0))],
            &[("include-upper", Some(0))],
            &[("asm", None), ("include", None)],
        ] {
            assert!(check_assembly(&[source(found)]).is_err(), "{found:?}");
        }
        for found in [&[("asm", None)][..], &[("include", None)]] {
            assert!(check_assembly(&[source(found)]).is_ok(), "{found:?}");
        }
    }

    #[test]
    fn a_module_has_two_places() {
        assert_eq!(twin("src/a.rs"), Some("src/a/mod.rs".to_owned()));
        assert_eq!(twin("src/a/mod.rs"), Some("src/a.rs".to_owned()));
        assert_eq!(twin("mod.rs"), None);
        assert_eq!(twin("../mod.rs"), None);
        assert_eq!(twin("src/a.txt"), None);
    }
}

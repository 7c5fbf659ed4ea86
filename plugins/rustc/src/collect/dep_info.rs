//! The compiler's own list of what it read.
//!
//! ```text
//! file ::= (target ":" (" " source)*  |  source ":"  |  "# env-dep:" name ("=" value)?  |  "# " anything  |  nothing)*
//! ```
//!
//! One item a line. A blank in a name follows a backslash, and nothing else is escaped (`rustc_interface::passes`,
//! `escape_dep_filename`). Every source has a line of its own, so that make does without one that is gone.

use std::collections::BTreeSet;

use zccache_plugin_sdk::answer::refusal;
use zccache_plugin_sdk::contract::Refusal;

/// What it lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DepInfo {
    /// Paths, as the compiler spelled them.
    pub sources: Vec<String>,
    /// Names of variables whose values, or that they were not set, the crate asked for.
    pub variables: Vec<String>,
}

impl DepInfo {
    /// Reads the list.
    pub(crate) fn parse(content: &[u8]) -> Result<DepInfo, Refusal> {
        let Ok(text) = std::str::from_utf8(content) else {
            return Err(refusal("dep-info", "the list of sources is not UTF-8"));
        };
        let unclear = |what: &str| Err(refusal("dep-info", what));
        let mut listed = DepInfo::default();
        let mut prerequisites = BTreeSet::new();
        for line in text.split('\n').filter(|line| !line.is_empty()) {
            if let Some(comment) = line.strip_prefix("# ") {
                if let Some(variable) = comment.strip_prefix("env-dep:") {
                    let name = variable.split('=').next().unwrap_or(variable);
                    if name.contains('\\') {
                        return unclear("the name of a variable is escaped");
                    }
                    listed.variables.push(name.to_owned());
                }
            } else if let Some((_, sources)) = line.split_once(": ") {
                prerequisites.extend(names(sources));
            } else if let Some(source) = line.strip_suffix(':') {
                listed.sources.push(source.replace("\\ ", " "));
            } else {
                return unclear("a line is of no known form");
            }
        }
        if listed.sources.is_empty() {
            return unclear("the compiler lists no source");
        }
        // A line's end in a name is not escaped: it makes other names of it, and not the same here as there.
        if !listed.sources.iter().collect::<BTreeSet<_>>().into_iter().eq(&prerequisites) {
            return unclear("what makes an output is not what has a line of its own");
        }
        Ok(listed)
    }
}

/// The names behind a target, with blanks between them.
fn names(sources: &str) -> Vec<String> {
    const BLANK: &str = "\0";
    sources.replace("\\ ", BLANK).split(' ').map(|name| name.replace(BLANK, " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_variables_are_read() {
        let text = "/t/a b.d: src/lib.rs src/x\\ y.rs\n\n/t/liba.rmeta: src/lib.rs\n\nsrc/lib.rs:\nsrc/x\\ y.rs:\n\n\
                    # env-dep:SET=a\\nb=c\n# env-dep:UNSET\n# checksum:blake3=00\n";
        let listed = DepInfo::parse(text.as_bytes()).unwrap();
        assert_eq!(listed.sources, ["src/lib.rs", "src/x y.rs"]);
        assert_eq!(listed.variables, ["SET", "UNSET"]);
        assert!(DepInfo::parse(b"").is_err());
        assert!(DepInfo::parse(b"x: a\n\na:\n# env-dep:A\\nB=1\n").is_err());
    }

    #[test]
    fn a_name_with_a_lines_end_is_refused() {
        for name in ["a\nb", "a:\nb", "a\nb:", "\nb", "b\n", "b:\n", "b.rs:\nc.rs", "a:\nx.rs"] {
            for sources in [[name, "x.rs"], ["x.rs", name]] {
                let [one, other] = sources;
                let text = format!("x.d: {one} {other}\n\nlibx.rmeta: {one} {other}\n\n{one}:\n{other}:\n");
                assert!(DepInfo::parse(text.as_bytes()).is_err(), "{text:?}");
            }
        }
    }
}

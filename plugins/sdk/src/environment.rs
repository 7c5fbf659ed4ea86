//! The declared variables of a call.

use crate::contract::Invocation;

/// The value of a declared variable; none: it is not set.
pub fn value<'a>(invocation: &'a Invocation, name: &str) -> Option<&'a str> {
    invocation.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The name of the first variable that is set and that one of the patterns fits; a trailing `*` stands for any text.
pub fn first_of<'a>(invocation: &'a Invocation, patterns: &[&str]) -> Option<&'a str> {
    let fits = |name: &str| {
        patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => *pattern == name,
        })
    };
    invocation.environment.iter().map(|(name, _)| name.as_str()).find(|name| fits(name))
}

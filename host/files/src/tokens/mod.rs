//! Tokens: what a plugin has looked for in the content of inputs. Pure: bytes in, findings out.

mod name;
mod rules;
mod splice;

pub use rules::TokenRules;
#[cfg(test)]
pub(crate) use rules::tests;

//! What a component must be, and what it must say of itself, before it is used. Every refusal has a `LoadError` of its own.

use std::collections::HashSet;

use wasmtime::Engine;
use wasmtime::component::Component;
use zccache_model::limits;
use zccache_model::plugin::{Description, Grant, GrantKind, TokenRule, Word};

use crate::error::LoadError;
use crate::text;

/// The interface that this host calls, as a component exports it.
pub(crate) const INTERFACE: &str = "zccache:plugin/tool-plugin@0.1.0";
/// The package of that interface, in any version.
const PACKAGE: &str = "zccache:plugin/";
/// Longest id. Statistics and folders are named by it.
const ID_BYTES: usize = 64;

/// Checks what shows in the first bytes: that they are a component at all.
pub(crate) fn check_bytes(component: &[u8]) -> Result<(), LoadError> {
    if component.len() > limits::COMPONENT_BYTES {
        return Err(LoadError::TooLarge { bytes: component.len() });
    }
    // After the magic comes a version, 16 bits, and a layer, 16 bits: 0 for core modules, 1 for components.
    match component.first_chunk::<8>() {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', _, _, 0, 0]) => Err(LoadError::CoreModule),
        _ => Err(LoadError::NotWebAssembly),
    }
}

/// Checks what the component imports and exports.
pub(crate) fn check_shape(engine: &Engine, component: &Component) -> Result<(), LoadError> {
    let shape = component.component_type();
    if let Some((name, _)) = shape.imports(engine).next() {
        return Err(LoadError::Imports { name: text::line(name) });
    }
    // The engine looks for a compatible version, as the component model says.
    if component.get_export_index(None, INTERFACE).is_some() {
        return Ok(());
    }
    let other = shape.exports(engine).map(|(name, _)| name).find(|name| name.starts_with(PACKAGE));
    let instead = match other {
        Some(name) => format!(
            "exports '{}'; take the plugin's release for this zccache, or another zccache for this plugin",
            text::line(name)
        ),
        None => "exports nothing of the package 'zccache:plugin'; start from `zccache plugin new`".to_owned(),
    };
    Err(LoadError::NoInterface { interface: INTERFACE, instead })
}

/// Checks what the plugin says of itself.
pub(crate) fn check_description(description: &Description) -> Result<(), LoadError> {
    let invalid = |what| Err(LoadError::Description { what });
    let id = &description.id;
    if id.is_empty() || id.len() > ID_BYTES || !id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    {
        let shown = text::line(id);
        return invalid(format!("the id '{shown}' is not 1 to {ID_BYTES} of the characters a-z, 0-9 and '-'"));
    }
    if description.programs.is_empty() {
        return invalid("it names no programs, so it would never be asked".into());
    }
    if let Some(name) = description.programs.iter().find(|name| name.is_empty() || name.contains('/')) {
        return invalid(format!("'{}' is not the name of a program", text::line(name)));
    }
    if let Some(name) = description.environment.iter().find(|name| name.is_empty() || name.contains('=')) {
        return invalid(format!("'{}' is not the name of a variable", text::line(name)));
    }
    if let Some(id) = twice(description.grants.iter().map(|grant| &grant.id)) {
        return invalid(format!("two grants have the id '{}'", text::line(id)));
    }
    if let Some(id) = twice(description.tokens.iter().map(|token| &token.id)) {
        return invalid(format!("two tokens have the id '{}'", text::line(id)));
    }
    if let Some(grant) = description.grants.iter().find(|grant| adds_user_words(grant)) {
        return invalid(format!(
            "the addition '{}' holds words of the user's, which no addition may",
            text::line(&grant.id)
        ));
    }
    if let Some(token) = description.tokens.iter().find(|token| finds_nothing(&token.rule)) {
        return invalid(format!("the token '{}' looks for nothing", text::line(&token.id)));
    }
    match shown(description).find(|text| text.chars().any(char::is_control)) {
        Some(text) => invalid(format!("'{}' holds control characters", text::line(text))),
        None => Ok(()),
    }
}

fn twice<'a>(ids: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = HashSet::new();
    ids.into_iter().find(|id| !seen.insert(*id))
}

fn adds_user_words(grant: &Grant) -> bool {
    matches!(grant.kind, GrantKind::Addition | GrantKind::MessageAddition) && grant.words.contains(&Word::User)
}

fn finds_nothing(rule: &TokenRule) -> bool {
    match rule {
        TokenRule::WholeWord(word) => word.is_empty(),
        TokenRule::Digits(rule) => rule.lead.is_empty() || rule.count == 0,
        TokenRule::Name(rule) => {
            rule.lead.is_empty() && rule.words.is_empty()
                || rule.words.iter().any(|word| word.trim().is_empty())
                || rule.delimiters.iter().any(|(_, close)| close.is_empty())
        }
    }
}

/// All text that people are shown before they install the plugin, and that must look like what it is.
fn shown(description: &Description) -> impl Iterator<Item = &str> {
    let grants = description.grants.iter().flat_map(|grant| {
        let words = grant.words.iter().filter_map(|word| match word {
            Word::Literal(text) | Word::Scratch(text) => Some(text),
            Word::User => None,
        });
        [&grant.id, &grant.reason].into_iter().chain(words)
    });
    [&description.version, &description.about]
        .into_iter()
        .chain(&description.programs)
        .chain(&description.environment)
        .chain(grants)
        .chain(description.tokens.iter().map(|token| &token.id))
        .map(String::as_str)
}

//! Descriptions, from the contract to the model.

use zccache_model::limits;
use zccache_model::plugin::{Description, DigitsRule, Grant, GrantKind, NameRule, Token, TokenRule, Word};

use super::{Items, Stop, nothing_more};
use crate::bindings::wire;
use crate::error::LoadError;

/// What a plugin says of itself.
pub(crate) fn description(given: wire::Description) -> Result<Description, LoadError> {
    convert(&mut Items::new(), given).map_err(|stop| match stop {
        Stop::UnknownProperty(name) => LoadError::UnknownProperty { name },
        Stop::TooLong => {
            LoadError::Description { what: format!("its lists have more than {} items", limits::ANSWER_ITEMS) }
        }
    })
}

fn convert(items: &mut Items, given: wire::Description) -> Result<Description, Stop> {
    nothing_more(&given.more)?;
    Ok(Description {
        id: given.id,
        version: given.version,
        about: given.about,
        key_version: given.key_version,
        programs: items.plain(given.programs)?,
        environment: items.plain(given.environment)?,
        grants: items.lists(given.grants, grant)?,
        tokens: items.lists(given.tokens, token)?,
    })
}

fn grant(items: &mut Items, given: wire::Grant) -> Result<Grant, Stop> {
    let kind = match given.what {
        wire::GrantKind::Addition => GrantKind::Addition,
        wire::GrantKind::MessageAddition => GrantKind::MessageAddition,
        wire::GrantKind::Probe => GrantKind::Probe,
        wire::GrantKind::SelfProbe => GrantKind::SelfProbe,
        wire::GrantKind::Companion => GrantKind::Companion,
    };
    Ok(Grant { id: given.id, kind, words: items.list(given.words, word)?, reason: given.reason })
}

fn word(given: wire::Word) -> Word {
    match given {
        wire::Word::Literal(text) => Word::Literal(text),
        wire::Word::Scratch(prefix) => Word::Scratch(prefix),
        wire::Word::User => Word::User,
    }
}

pub(super) fn token(items: &mut Items, given: wire::Token) -> Result<Token, Stop> {
    let rule = match given.find {
        wire::TokenRule::WholeWord(word) => TokenRule::WholeWord(word),
        wire::TokenRule::Name(rule) => TokenRule::Name(NameRule {
            lead: rule.lead,
            words: items.plain(rule.words)?,
            delimiters: items.plain(rule.delimiters)?,
        }),
        wire::TokenRule::Digits(rule) => TokenRule::Digits(DigitsRule { lead: rule.lead, count: rule.count }),
    };
    Ok(Token { id: given.id, rule })
}

//! Between the contract's types and the model's. What the two do not share shows here and nowhere else: a property that
//! this host does not know, and lists that are too long.

mod collect;
mod describe;
mod given;
mod plan;

pub(crate) use collect::{collected, with_outcome};
pub(crate) use describe::description;
pub(crate) use plan::{decision, with_invocation};

use zccache_model::limits;

use crate::bindings::wire;
use crate::fault::{FailureKind, PluginFault};
use crate::text;

/// Why an answer has no counterpart in the model.
enum Stop {
    /// It says something under a name that this host does not know.
    UnknownProperty(String),
    /// Its lists have more than [`limits::ANSWER_ITEMS`] items, all together.
    TooLong,
}

/// The reason that a call with an unknown property is counted under.
const UNKNOWN_PROPERTY: &str = "unknown-property";

/// Counts the items of one answer's lists.
struct Items {
    left: usize,
}

impl Items {
    fn new() -> Items {
        Items { left: limits::ANSWER_ITEMS }
    }

    /// Takes a list as it is.
    fn plain<T>(&mut self, list: Vec<T>) -> Result<Vec<T>, Stop> {
        self.left = self.left.checked_sub(list.len()).ok_or(Stop::TooLong)?;
        Ok(list)
    }

    /// Takes a list whose items have a counterpart.
    fn list<T, U>(&mut self, list: Vec<T>, item: impl Fn(T) -> U) -> Result<Vec<U>, Stop> {
        Ok(self.plain(list)?.into_iter().map(item).collect())
    }

    /// Takes a list whose items hold lists themselves.
    fn lists<T, U>(&mut self, list: Vec<T>, item: impl Fn(&mut Items, T) -> Result<U, Stop>) -> Result<Vec<U>, Stop> {
        self.plain(list)?.into_iter().map(|each| item(self, each)).collect()
    }
}

/// Makes sure that an answer says nothing beyond what this host knows: it may have been a condition of correctness.
fn nothing_more(more: &[wire::PropertyResult]) -> Result<(), Stop> {
    match more.first() {
        Some(property) => Err(Stop::UnknownProperty(text::line(&property.name))),
        None => Ok(()),
    }
}

fn unknown_property(name: &str) -> zccache_model::plan::Refusal {
    zccache_model::plan::Refusal {
        reason: UNKNOWN_PROPERTY.into(),
        detail: format!("the plugin says '{name}', which this zccache does not know"),
    }
}

fn too_long() -> PluginFault {
    PluginFault::Answer { message: format!("its lists have more than {} items", limits::ANSWER_ITEMS) }
}

/// A failure that the plugin names itself.
pub(crate) fn failure(failure: wire::Failure) -> PluginFault {
    let (kind, message) = match failure {
        wire::Failure::Unsupported(message) => (FailureKind::Unsupported, message),
        wire::Failure::Invalid(message) => (FailureKind::Invalid, message),
    };
    PluginFault::Failed { kind, message: text::line(&message) }
}

//! What a context was seen to read: the way from a context key to a result key.
//!
//! A manifest holds a few input lists. Each says which paths a run read and which names it looked for in vain; together
//! with what is at those paths now it gives the key of a result.

use serde::{Deserialize, Serialize};

use crate::digest::{ContextKey, Digest, ResultKey};
use crate::key::KeyBuilder;
use crate::plan::Observe;
use crate::state::InputState;

/// The input lists seen for one context, most recently useful first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// At most [`crate::limits::MANIFEST_LISTS`].
    pub lists: Vec<InputList>,
}

/// What of a call, besides what is in its context, one run rested on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Circumstance {
    /// It said something: how messages look, and whether the two streams are one.
    Messages,
    /// The working directory.
    Directory,
}

impl Circumstance {
    /// As keys tell it.
    fn tag(self) -> &'static str {
        match self {
            Circumstance::Messages => "messages",
            Circumstance::Directory => "directory",
        }
    }
}

/// What one run read and what it looked for in vain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputList {
    /// What it read, each path once, in the order in which the plugin named them.
    pub inputs: Vec<ObservedPath>,
    /// What was not there, by folder.
    pub absences: Vec<Absences>,
    /// Names of variables that it read, beyond those in the context, sorted.
    pub variables: Vec<String>,
    /// What else it rested on, sorted.
    pub circumstances: Vec<Circumstance>,
}

/// A path that was read. Relative ones start at the working directory of the call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObservedPath {
    /// As the tool or the plugin spelled it.
    pub path: String,
    /// What of it matters.
    pub observe: Observe,
}

/// Names that a folder did not have. As long as the folder's own stamp is the same, it still has none of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absences {
    /// A folder that was there. Relative ones start at the working directory of the call.
    pub folder: String,
    /// Names relative to it, sorted.
    pub names: Vec<String>,
}

impl InputList {
    /// Tells this list from all others.
    pub fn digest(&self) -> Digest {
        let mut key = KeyBuilder::new("input list v3");
        for input in &self.inputs {
            key.text("path", &input.path).number("observe", input.observe as u64);
        }
        for absences in &self.absences {
            key.text("folder", &absences.folder);
            for name in &absences.names {
                key.text("name", name);
            }
        }
        for name in &self.variables {
            key.text("variable", name);
        }
        for circumstance in &self.circumstances {
            key.text("circumstance", circumstance.tag());
        }
        key.finish()
    }

    /// The key of the result for the given state of every input, in order, and what the call is otherwise. `same_as` is, for each
    /// input, the index of the first earlier one that is the very same file (device and inode): some tools tell copies from
    /// links.
    pub fn result_key(&self, context: &ContextKey, states: &[SeenInput], caller: &impl Caller) -> ResultKey {
        debug_assert_eq!(states.len(), self.inputs.len());
        let mut key = KeyBuilder::new("result v3");
        key.digest("context", &context.0).digest("list", &self.digest());
        for seen in states {
            seen.state.write(&mut key);
            if let Some(earlier) = seen.same_as {
                key.number("same file as", u64::from(earlier));
            }
        }
        for name in &self.variables {
            match caller.variable(name) {
                Some(value) => key.part("set", value),
                None => key.part("not set", &[]),
            };
        }
        for circumstance in &self.circumstances {
            match circumstance {
                Circumstance::Messages => caller.write_messages(&mut key),
                Circumstance::Directory => drop(key.part("directory", caller.directory())),
            }
        }
        ResultKey(key.finish())
    }
}

/// What a call is, as far as only some runs rest on it.
pub trait Caller {
    /// The value that a name of [`InputList::variables`] stands for; none: it is not set.
    fn variable(&self, name: &str) -> Option<&[u8]>;

    /// The working directory.
    fn directory(&self) -> &[u8];

    /// Tells calls apart whose messages may look otherwise.
    fn write_messages(&self, key: &mut KeyBuilder);
}

/// What is at an input's path now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenInput {
    /// What of it matters.
    pub state: InputState,
    /// The first earlier input of the list that is the same file.
    pub same_as: Option<u32>,
}

impl Manifest {
    /// Puts a list first; forgets the one least recently useful if there are too many.
    pub fn prefer(&mut self, list: InputList) {
        self.lists.retain(|known| *known != list);
        self.lists.insert(0, list);
        self.lists.truncate(crate::limits::MANIFEST_LISTS);
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    /// A call that is known by this alone.
    #[derive(Clone, Default)]
    struct Call {
        set: Vec<(&'static str, &'static [u8])>,
        directory: &'static str,
        messages: u64,
    }

    impl Caller for Call {
        fn variable(&self, name: &str) -> Option<&[u8]> {
            self.set.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        }

        fn directory(&self) -> &[u8] {
            self.directory.as_bytes()
        }

        fn write_messages(&self, key: &mut KeyBuilder) {
            key.number("messages", self.messages);
        }
    }

    fn list(circumstances: &[Circumstance], variables: &[&str]) -> InputList {
        InputList {
            inputs: vec![ObservedPath { path: "a.h".into(), observe: Observe::Content }],
            absences: Vec::new(),
            variables: variables.iter().map(|name| (*name).to_owned()).collect(),
            circumstances: circumstances.to_vec(),
        }
    }

    fn context() -> ContextKey {
        ContextKey(KeyBuilder::new("test").finish())
    }

    fn key(list: &InputList, caller: &Call) -> ResultKey {
        let state = InputState::Content(KeyBuilder::new("test").text("content", "a").finish());
        list.result_key(&context(), &[SeenInput { state, same_as: None }], caller)
    }

    fn calls() -> [Call; 4] {
        let first = Call { set: vec![("TERM", b"xterm")], directory: "/one", messages: 1 };
        [
            first.clone(),
            Call { set: vec![("TERM", b"screen")], ..first.clone() },
            Call { directory: "/two", ..first.clone() },
            Call { messages: 2, ..first },
        ]
    }

    /// For each of [`calls`] but the first: whether its result is another one.
    fn differs(list: &InputList) -> [bool; 3] {
        let [first, others @ ..] = calls();
        others.map(|other| key(list, &other) != key(list, &first))
    }

    #[test]
    fn a_call_counts_in_what_a_run_rested_on_and_in_nothing_else() {
        use Circumstance::{Directory, Messages};
        assert_eq!(differs(&list(&[], &[])), [false, false, false]);
        assert_eq!(differs(&list(&[], &["TERM"])), [true, false, false]);
        assert_eq!(differs(&list(&[Directory], &[])), [false, true, false]);
        assert_eq!(differs(&list(&[Messages], &[])), [false, false, true]);
        assert_eq!(differs(&list(&[Messages, Directory], &["TERM"])), [true, true, true]);
        assert_eq!(differs(&list(&[], &["COLUMNS"])), [false, false, false], "set by none of them");
    }

    #[test]
    fn what_a_run_rested_on_tells_lists_apart_even_where_the_call_is_the_same() {
        use Circumstance::{Directory, Messages};
        let lists =
            [list(&[], &[]), list(&[], &["TERM"]), list(&[Directory], &[]), list(&[Messages], &[]), list(&[], &["A"])];
        let digests: std::collections::BTreeSet<_> = lists.iter().map(|list| list.digest().to_hex()).collect();
        let keys: std::collections::BTreeSet<_> =
            lists.iter().map(|list| key(list, &Call::default()).0.to_hex()).collect();
        assert_eq!((digests.len(), keys.len()), (lists.len(), lists.len()));
    }

    #[test]
    fn a_variable_that_is_not_set_is_no_empty_one_and_values_do_not_run_together() {
        let list = list(&[], &["A", "B"]);
        let call = |set: &[(&'static str, &'static [u8])]| Call { set: set.to_vec(), ..Call::default() };
        let calls = [
            call(&[]),
            call(&[("A", b"")]),
            call(&[("B", b"")]),
            call(&[("A", b"x"), ("B", b"y")]),
            call(&[("A", b"xy"), ("B", b"")]),
            call(&[("A", b""), ("B", b"xy")]),
        ];
        let keys: std::collections::BTreeSet<_> = calls.iter().map(|call| key(&list, call).0.to_hex()).collect();
        assert_eq!(keys.len(), calls.len());
    }

    #[test]
    fn the_state_of_an_input_and_which_file_it_is_count() {
        let two = InputList {
            inputs: ["a.h", "b.h"].map(|path| ObservedPath { path: path.into(), observe: Observe::Content }).into(),
            ..list(&[], &[])
        };
        let content = |text: &str| InputState::Content(KeyBuilder::new("test").text("content", text).finish());
        let key = |states: [(InputState, Option<u32>); 2]| {
            let seen = states.map(|(state, same_as)| SeenInput { state, same_as });
            two.result_key(&context(), &seen, &Call::default()).0.to_hex()
        };
        let keys: std::collections::BTreeSet<_> = [
            key([(content("a"), None), (content("b"), None)]),
            key([(content("b"), None), (content("a"), None)]),
            key([(content("a"), None), (InputState::Absent, None)]),
            key([(content("a"), None), (content("a"), None)]),
            key([(content("a"), None), (content("a"), Some(0))]),
        ]
        .into();
        assert_eq!(keys.len(), 5);
    }

    #[test]
    fn the_list_that_was_useful_last_comes_first_and_the_oldest_is_forgotten() {
        let named = |name: usize| list(&[], &[&format!("V{name}")]);
        let mut manifest = Manifest::default();
        for name in 0..limits::MANIFEST_LISTS {
            manifest.prefer(named(name));
        }
        manifest.prefer(named(0));
        assert_eq!((manifest.lists.len(), &manifest.lists[0]), (limits::MANIFEST_LISTS, &named(0)));
        manifest.prefer(named(limits::MANIFEST_LISTS));
        assert_eq!(manifest.lists.len(), limits::MANIFEST_LISTS);
        assert!(manifest.lists.contains(&named(0)) && !manifest.lists.contains(&named(1)));
    }
}

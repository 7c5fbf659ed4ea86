//! After a run: inputs and lookups become an input list and the states to store it under, or it is said why not.

use std::collections::HashSet;

use zccache_model::manifest::{InputList, ObservedPath, SeenInput};
use zccache_model::plan::{Input, Lookup, Observe};
use zccache_model::state::InputState;

use crate::check::with_sameness;
use crate::error::Unsure;
use crate::files::Files;
use crate::ground::Grounds;
use crate::lookup::{trace_input, trace_lookup};
use crate::place::Place;
use crate::settled::Settled;
use crate::witness::Witnessed;

/// Chains of folders, with the inputs and the lookups that name them.
pub type Part<'a> = (&'a [Vec<String>], &'a [Input], &'a [Lookup]);

/// What a run read, and the state of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// What it read and what it looked for in vain.
    pub list: InputList,
    /// The state of every input of the list, in order.
    pub states: Vec<SeenInput>,
}

impl Collection {
    /// The state of each of these inputs, which the collection was made of.
    pub fn states_of(&self, inputs: &[Input]) -> Vec<InputState> {
        let state = |input: &Input| {
            let is = |observed: &ObservedPath| observed.path == input.path && observed.observe == input.observe;
            let index = self.list.inputs.iter().position(is);
            index.map_or(InputState::Absent, |index| self.states[index].state.clone())
        };
        inputs.iter().map(state).collect()
    }
}

impl Files {
    /// What the parts come to now, if it is sure that the run saw the same.
    pub fn collect(
        &self,
        place: &Place<'_>,
        witnessed: &Witnessed<'_>,
        parts: &[Part<'_>],
    ) -> Result<Collection, Unsure> {
        let list = self.trace(place, parts)?;
        let mut settled = Settled::since(place, witnessed.started, witnessed.ended);
        for absences in &list.absences {
            settled.require_way(&absences.folder, &place.at(&absences.folder))?;
        }
        let seen = self
            .look_at_all(place, &list.inputs)
            .map_err(|(input, source)| Unsure::Unreadable { path: list.inputs[input].path.clone(), source })?;
        if let Some((input, _)) = list.inputs.iter().zip(&seen).find(|(_, seen)| seen.state == InputState::Absent) {
            return Err(Unsure::Missing { path: input.path.clone() });
        }
        // Every file on the way to where a name leads is an input or an absence of its own.
        let named = |input: &ObservedPath| input.observe == Observe::InPath;
        for (input, seen) in list.inputs.iter().zip(&seen).filter(|(input, _)| !named(input)) {
            settled.require(&input.path, &place.at(&input.path), input.observe, seen)?;
        }
        // Last: what changes from here on was not looked at.
        witnessed.require(place, &list.absences)?;
        Ok(Collection { list, states: with_sameness(seen) })
    }

    /// The inputs, each once in the order named, and what is not there.
    fn trace(&self, place: &Place<'_>, parts: &[Part<'_>]) -> Result<InputList, Unsure> {
        let mut grounds = Grounds::new(self, place);
        let (mut list, mut known) = (InputList::default(), HashSet::new());
        let mut see = |input: ObservedPath| {
            if !known.contains(&input) {
                known.insert(input.clone());
                list.inputs.push(input);
            }
        };
        for (chains, inputs, lookups) in parts {
            for input in *inputs {
                trace_input(&mut grounds, input)?.into_iter().for_each(&mut see);
            }
            for lookup in *lookups {
                trace_lookup(place, &mut grounds, chains, lookup, &mut see)?;
            }
        }
        list.absences = grounds.absences();
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::LazyLock;

    use zccache_model::plan::{Absence, Chain};

    use super::*;
    use crate::clock::Started;
    use crate::place::tests::place;
    use crate::witness::Witness;

    fn input(path: &str, observe: Observe) -> Input {
        Input { path: path.into(), observe, absence: Absence::MayBeAbsent }
    }

    fn lookup(name: &str) -> Lookup {
        Lookup { name: name.into(), chain: Chain::Listed(0), observe: Observe::Content, all: false }
    }

    const LATER: Started = Started(i128::MAX);

    fn since(started: Started) -> Witnessed<'static> {
        static NOTHING: LazyLock<Witness> = LazyLock::new(Witness::default);
        Witnessed { started, released: &NOTHING, ended: None }
    }

    #[test]
    fn a_collection_is_what_a_check_finds_right_after() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/x"), "one").unwrap();
        symlink("b/x", folder.path().join("link")).unwrap();
        let files = Files::new();
        let place = place(folder.path());
        let chains = [vec!["a".to_owned(), "b".to_owned()]];
        let inputs = [
            input("link", Observe::Content),
            input("link", Observe::ContentAndTime),
            input("b/x", Observe::Content),
            input("gone", Observe::Content),
        ];
        let lookups = [lookup("x"), lookup("y")];
        let parts = [(&chains[..], &inputs[..], &[][..]), (&chains[..], &inputs[..1], &lookups[..])];
        let collection = files.collect(&place, &since(LATER), &parts).unwrap();
        let paths: Vec<_> = collection.list.inputs.iter().map(|input| input.path.as_str()).collect();
        assert_eq!(paths, ["link", "link", "b/x"]);
        assert_eq!(collection.states[2].same_as, Some(0));
        let absences: Vec<_> = collection
            .list
            .absences
            .iter()
            .map(|absences| (absences.folder.as_str(), absences.names.join(" ")))
            .collect();
        assert_eq!(absences, [("", "a gone".to_owned()), ("b", "y".to_owned())]);
        assert_eq!(files.check(&place, &collection.list), Some(collection.states));
    }

    #[test]
    fn what_is_not_sure_is_said_with_a_code() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "one").unwrap();
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        let collect = |started, input: Input| {
            let parts: [Part<'_>; 1] = [(&[], &[input], &[])];
            Files::new().collect(&place(folder.path()), &since(started), &parts).map_err(|unsure| unsure.code())
        };
        let must = |path: &str| Input { absence: Absence::MustExist, ..input(path, Observe::Content) };
        assert!(collect(LATER, must("x")).is_ok());
        assert_eq!(collect(Started(0), must("x")), Err("changed-during-run"));
        assert_eq!(collect(LATER, must("gone")), Err("input-missing"));
        assert_eq!(collect(LATER, must("dangling")), Err("dangling-link"));
        assert_eq!(collect(LATER, must("loop")), Err("input-unreadable"));
    }
}

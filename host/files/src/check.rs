//! Does an input list describe the present? The way of a hit: a stat for each input and for each folder of absences, and
//! nothing else as long as nothing changed.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use zccache_model::manifest::{InputList, ObservedPath, SeenInput};
use zccache_model::plan::{Input, Observe};
use zccache_model::state::InputState;

use crate::absent::Scratch;
use crate::files::{FileId, Files};
use crate::observe::Seen;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::unix;

/// From so many files on that must be read, they are read by several threads.
const READ_TOGETHER: usize = 8;

impl Files {
    /// The state of every input, if all absences still hold and every state can be told.
    pub fn check(&self, place: &Place<'_>, list: &InputList) -> Option<Vec<SeenInput>> {
        let mut scratch = Scratch::default();
        if !list.absences.iter().all(|absences| self.still_absent(place, absences, &mut scratch)) {
            return None;
        }
        self.look_at_all(place, &list.inputs).ok().map(with_sameness)
    }

    /// The state of each of these inputs now. None: one cannot be told.
    pub fn states(&self, place: &Place<'_>, inputs: &[Input]) -> Option<Vec<InputState>> {
        let observed = inputs.iter().map(|input| ObservedPath { path: input.path.clone(), observe: input.observe });
        let seen = self.look_at_all(place, &observed.collect::<Vec<_>>()).ok()?;
        Some(seen.into_iter().map(|seen| seen.state).collect())
    }

    /// What is at each of these paths now. An error: which one cannot be told, and why.
    pub(crate) fn look_at_all(
        &self,
        place: &Place<'_>,
        inputs: &[ObservedPath],
    ) -> Result<Vec<Seen>, (usize, io::Error)> {
        let mut whole = PathBuf::new();
        let mut seen = Vec::with_capacity(inputs.len());
        let mut unknown = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            place.at_into(&input.path, &mut whole);
            if input.observe == Observe::InPath {
                seen.push(Seen::leads(place, &whole));
                continue;
            }
            claim(place, &whole, input.observe);
            let Some(stamp) = unix::stat_if_there(&whole).map_err(|error| (index, error))? else {
                seen.push(Seen::ABSENT);
                continue;
            };
            match self.remembered(&stamp, input.observe) {
                Some(state) => seen.push(Seen { state, stamp: Some(stamp), newest: stamp.ctime }),
                None => {
                    unknown.push((index, stamp));
                    seen.push(Seen::ABSENT);
                }
            }
        }
        let read = |(index, stamp): (usize, Stamp)| {
            let input = &inputs[index];
            let seen = self.look_closely(place, &place.at(&input.path), input.observe, stamp);
            seen.map(|seen| (index, seen)).map_err(|error| (index, error))
        };
        let read: Result<Vec<(usize, Seen)>, _> = if unknown.len() < READ_TOGETHER {
            unknown.into_iter().map(read).collect()
        } else {
            unknown.into_par_iter().map(read).collect()
        };
        for (index, now) in read? {
            seen[index] = now;
        }
        Ok(seen)
    }
}

/// Claims what is observed of a path. What a program loads and what is in a tree is claimed
/// where it is looked at.
pub(crate) fn claim(place: &Place<'_>, path: &Path, observe: Observe) {
    if observe == Observe::Listing {
        place.claim_entries(path);
    } else {
        place.claim(path);
    }
}

/// The states, each with the first earlier input that is the very same file.
pub(crate) fn with_sameness(seen: Vec<Seen>) -> Vec<SeenInput> {
    let mut first: HashMap<FileId, u32> = HashMap::with_capacity(seen.len());
    (0..)
        .zip(seen)
        .map(|(index, seen)| {
            let earlier = seen.file().map(|file| *first.entry(file).or_insert(index));
            SeenInput { state: seen.state, same_as: earlier.filter(|earlier| *earlier != index) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use zccache_model::digest::Digest;
    use zccache_model::manifest::{Absences, ObservedPath};

    use super::*;
    use crate::place::tests::place;

    fn list(paths: &[&str], absent: &[&str]) -> InputList {
        InputList {
            inputs: paths.iter().map(|path| ObservedPath { path: (*path).into(), observe: Observe::Content }).collect(),
            absences: vec![Absences {
                folder: String::new(),
                names: absent.iter().map(|name| (*name).into()).collect(),
            }],
            ..InputList::default()
        }
    }

    #[test]
    fn the_same_file_by_another_name_is_told_from_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("x"), "one").unwrap();
        std::fs::write(at("copy"), "one").unwrap();
        std::fs::hard_link(at("x"), at("twin")).unwrap();
        symlink("x", at("link")).unwrap();
        let list = list(&["x", "copy", "twin", "gone", "link"], &[]);
        let seen = Files::new().check(&place(folder.path()), &list).unwrap();
        let same: Vec<_> = seen.iter().map(|seen| seen.same_as).collect();
        assert_eq!(same, [None, None, Some(0), None, Some(0)]);
        assert_eq!(seen[3].state, InputState::Absent);
    }

    #[test]
    fn many_unknown_files_keep_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..40).map(|number| format!("f{number}")).collect();
        for name in &names {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let list = list(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
        let seen = Files::new().check(&place(folder.path()), &list).unwrap();
        for (name, seen) in names.iter().zip(seen) {
            assert_eq!(seen.state, InputState::Content(Digest::of(name.as_bytes())));
        }
    }

    #[test]
    fn a_list_with_a_name_that_is_there_now_or_an_input_that_cannot_be_told_does_not_hold() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "one").unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        let files = Files::new();
        assert!(files.check(&place(folder.path()), &list(&["x"], &["y"])).is_some());
        assert!(files.check(&place(folder.path()), &list(&["x"], &["x"])).is_none());
        assert!(files.check(&place(folder.path()), &list(&["loop"], &[])).is_none());
    }
}

//! What folders held at one moment of a run. A file that is not there any more leaves nothing behind that tells until when it was
//! there: only what its folder held before does.

use std::collections::HashMap;
use std::sync::Arc;

use zccache_model::manifest::Absences;
use zccache_model::plan::FileKind;

use crate::clock::Started;
use crate::error::Unsure;
use crate::files::{FileId, Files};
use crate::names::Names;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::unix;

/// Folders as they were at one moment.
#[derive(Debug, Default)]
pub struct Witness {
    folders: HashMap<FileId, Held>,
    /// Which folder was at a path.
    ways: HashMap<String, FileId>,
}

/// A folder as it was.
#[derive(Debug)]
struct Held {
    ctime: i128,
    /// None: they could not be read.
    names: Option<Arc<Names>>,
}

/// What is known of a run from its two ends.
#[derive(Clone, Copy, Debug)]
pub struct Witnessed<'a> {
    /// When it was released: nothing that it read may have changed since.
    pub started: Started,
    /// The folders then, as far as it was known already which ones matter.
    pub released: &'a Witness,
    /// The folders at a moment after its end, all that matter, where more time has passed since. None: it has only just ended.
    pub ended: Option<&'a Witness>,
}

impl Files {
    /// The folders of these paths and of the caller's PATH as they are now. What is no folder is left out.
    pub fn witness<'p>(&self, place: &Place<'_>, folders: impl IntoIterator<Item = &'p str>) -> Witness {
        let mut witness = Witness::default();
        for folder in place.programs().iter().filter_map(|folder| folder.to_str()) {
            self.see_folder(place, folder, &mut witness);
        }
        for folder in folders {
            self.see_folder(place, folder, &mut witness);
        }
        witness
    }

    fn see_folder(&self, place: &Place<'_>, folder: &str, witness: &mut Witness) {
        if witness.ways.contains_key(folder) {
            return;
        }
        let whole = place.at(folder);
        let Ok(Some(stamp)) = unix::stat_if_there(&whole) else { return };
        if stamp.kind == FileKind::Folder {
            witness.ways.insert(folder.to_owned(), stamp.file());
            let held = || Held { ctime: stamp.ctime, names: self.names_now(&whole, &stamp) };
            witness.folders.entry(stamp.file()).or_insert_with(held);
        }
    }
}

impl Witness {
    /// Whether it can tell later what each folder held that has changed since the release: those are likely to change on.
    pub fn is_whole(&self, started: Started) -> bool {
        let mut changing = self.folders.values().filter(|held| started.is_not_after(held.ctime));
        changing.all(|held| matches!(held.names.as_deref(), Some(Names::All(_))))
    }

    /// Whether a folder lacked all of these names. None: that is not known.
    fn lacked(&self, folder: &Stamp, names: &[String]) -> Option<bool> {
        // Its stamp says nothing more: a second change within one tick of the clock leaves the same.
        match self.folders.get(&folder.file())?.names.as_deref()? {
            Names::All(held) => Some(!names.iter().any(|name| held.contains(std::ffi::OsStr::new(first(name))))),
            Names::TooMany => None,
        }
    }

    /// A path that leads to another folder by now.
    fn moved(&self, place: &Place<'_>) -> Option<&str> {
        let is_there = |folder: &str, file: &FileId| {
            unix::stat_if_there(&place.at(folder)).is_ok_and(|now| now.is_some_and(|stamp| stamp.file() == *file))
        };
        self.ways.iter().find(|(folder, file)| !is_there(folder, file)).map(|(folder, _)| folder.as_str())
    }
}

impl Witnessed<'_> {
    /// Whether the folders of the absences lacked the names already when the run looked for them.
    pub(crate) fn require(&self, place: &Place<'_>, absences: &[Absences]) -> Result<(), Unsure> {
        let changed = |path: &str| Err(Unsure::ChangedDuringRun { path: path.to_owned() });
        for Absences { folder, names } in absences {
            let Ok(Some(stamp)) = unix::stat_if_there(&place.at(folder)) else { return changed(folder) };
            if !self.started.is_not_after(stamp.ctime) {
                // Nothing came or went.
                continue;
            }
            let had_some = self.released.lacked(&stamp, names) == Some(false);
            let may_have_had_some = self.ended.is_some_and(|ended| ended.lacked(&stamp, names) != Some(true));
            if had_some || may_have_had_some {
                return changed(folder);
            }
        }
        let moved = self.released.moved(place).or_else(|| self.ended.and_then(|ended| ended.moved(place)));
        moved.map_or(Ok(()), changed)
    }
}

/// The entry of a folder that a name below it begins with.
fn first(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::clock::tests::next_tick;
    use crate::place::tests::place;

    /// A folder `d`, a run that begins, and what of it is seen.
    struct Run {
        folder: tempfile::TempDir,
        files: Files,
        started: Started,
        released: Witness,
    }

    impl Run {
        fn begin(names: &[&str]) -> Run {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("d")).unwrap();
            for name in names {
                fs::write(folder.path().join(name), "").unwrap();
            }
            next_tick();
            let files = Files::new();
            let started = Started::now();
            let released = files.witness(&place(folder.path()), ["d"]);
            next_tick();
            Run { folder, files, started, released }
        }

        fn make(&self, name: &str) {
            fs::write(self.folder.path().join(name), "").unwrap();
            next_tick();
        }

        fn remove(&self, name: &str) {
            fs::remove_file(self.folder.path().join(name)).unwrap();
            next_tick();
        }

        fn witness(&self) -> Witness {
            self.files.witness(&place(self.folder.path()), ["d"])
        }

        /// Whether it is sure that the run did not find `x` in `d`.
        fn is_sure(&self, ended: Option<&Witness>) -> bool {
            let absences = [Absences { folder: "d".into(), names: vec!["x".into()] }];
            let witnessed = Witnessed { started: self.started, released: &self.released, ended };
            witnessed.require(&place(self.folder.path()), &absences).is_ok()
        }
    }

    #[test]
    fn a_folder_that_was_left_alone_vouches_for_what_it_does_not_have() {
        let run = Run::begin(&[]);
        assert!(run.is_sure(None));
        assert!(run.is_sure(Some(&Witness::default())));
    }

    #[test]
    fn a_name_that_went_during_the_run_may_have_been_found() {
        let run = Run::begin(&["d/x"]);
        run.remove("d/x");
        assert!(!run.is_sure(None));
        assert!(!run.is_sure(Some(&run.witness())));
    }

    #[test]
    fn a_name_that_went_after_the_run_may_have_been_found() {
        let run = Run::begin(&[]);
        run.make("d/x");
        let ended = run.witness();
        run.remove("d/x");
        assert!(!run.is_sure(Some(&ended)));
    }

    #[test]
    fn other_names_may_come_and_go_at_any_time() {
        let run = Run::begin(&["d/before"]);
        run.make("d/y");
        let ended = run.witness();
        assert!(ended.is_whole(run.started));
        run.make("d/z");
        run.remove("d/before");
        assert!(run.is_sure(Some(&ended)));
        assert!(run.is_sure(None));
    }

    #[test]
    fn a_folder_that_changes_and_was_not_witnessed_at_the_end_vouches_for_nothing() {
        let run = Run::begin(&[]);
        run.make("d/y");
        assert!(!run.is_sure(Some(&Witness::default())));
    }

    #[test]
    fn another_folder_in_the_place_of_one_is_a_change_even_if_its_times_hide_that() {
        let run = Run::begin(&["d/x"]);
        let ended = run.witness();
        fs::create_dir(run.folder.path().join("other")).unwrap();
        fs::rename(run.folder.path().join("d"), run.folder.path().join("old")).unwrap();
        fs::rename(run.folder.path().join("other"), run.folder.path().join("d")).unwrap();
        run.make("d/y");
        assert!(!run.is_sure(Some(&ended)));
        assert!(!run.is_sure(None));
    }

    #[test]
    fn a_large_folder_that_is_changing_cannot_be_told_of_later() {
        let run = Run::begin(&[]);
        for name in 0..=zccache_model::limits::FOLDER_NAMES {
            fs::write(run.folder.path().join("d").join(name.to_string()), "").unwrap();
        }
        assert!(!run.witness().is_whole(run.started));
    }
}

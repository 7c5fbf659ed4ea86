//! What folders held at one moment of a run, and which folders were where. A file that is not there any more leaves nothing behind
//! that tells until when it was there: only what its folder held before does.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zccache_model::manifest::Absences;
use zccache_model::path;
use zccache_model::plan::FileKind;

use crate::clock::Started;
use crate::error::Unsure;
use crate::files::{FileId, Files};
use crate::names::Names;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::unix::{self, Entry, Mounts};
use crate::walk::{Step, Walk};

/// Folders as they were at one moment.
#[derive(Debug, Default)]
pub struct Witness {
    folders: HashMap<FileId, Held>,
    /// Which folder was at a path, as it was spelled.
    ways: HashMap<String, FileId>,
}

/// A folder as it was.
#[derive(Debug)]
struct Held {
    ctime: i128,
    /// None: they could not be read.
    names: Option<Arc<Names>>,
}

/// Folders as they were when a run had ended, with all that must be known where what it read is looked at later.
#[derive(Debug)]
pub struct EndWitness {
    witness: Witness,
    /// Which folder was at a real path, of all on the ways to the folders.
    steps: HashMap<PathBuf, FileId>,
    mounts: Mounts,
}

/// What is known of a run from its two ends.
#[derive(Clone, Copy, Debug)]
pub struct Witnessed<'a> {
    /// When it was released: nothing that it read may have changed since.
    pub started: Started,
    /// The folders then, as far as it was known already which ones matter.
    pub released: &'a Witness,
    /// The folders at a moment after its end, where more time has passed since. None: it has only just ended.
    pub ended: Option<&'a EndWitness>,
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

    /// The folders in which a run that was released at `started` looked for names (`searched`), and where it found them (`read`,
    /// paths of files); and of further ones (`busy`) those that have changed since. None: later these could not tell what it found,
    /// and all of it is to be looked at now.
    pub fn witness_end(
        &self,
        place: &Place<'_>,
        started: Started,
        searched: &[&str],
        read: &[String],
        busy: &[PathBuf],
    ) -> Option<EndWitness> {
        let mounts = Mounts::now()?;
        let found = read.iter().map(|file| path::parent(file));
        let mut witness = self.witness(place, searched.iter().copied().chain(found));
        for (folder, below) in tried(searched, read) {
            if !witness.lacks(folder, below) {
                self.see_folder(place, &path::join(folder, below), &mut witness);
            }
        }
        if !witness.is_whole(started) {
            return None;
        }
        for folder in busy {
            self.see_busy(folder, started, &mut witness);
        }
        let (mut walk, mut steps, mut devices) = (Walk::new(), HashMap::new(), Vec::new());
        for folder in witness.ways.keys() {
            let whole = place.at(folder);
            let mut see = |step: Step<'_>| -> io::Result<()> {
                if let Step::Through(path, stamp) = step {
                    steps.insert(path.to_owned(), stamp.file());
                    if !devices.contains(&stamp.device) {
                        devices.push(stamp.device);
                        // Elsewhere times are those of another clock, or do not tell of a renaming.
                        return if unix::is_local_at(path) { Ok(()) } else { Err(io::ErrorKind::Unsupported.into()) };
                    }
                }
                Ok(())
            };
            walk.follow(&whole, &mut see).ok()?;
        }
        Some(EndWitness { witness, steps, mounts })
    }

    /// A folder that may have been looked into. One with too many names can say nothing.
    fn see_busy(&self, folder: &Path, started: Started, witness: &mut Witness) {
        let Ok(Some(stamp)) = unix::stat_if_there(folder) else { return };
        let changed = stamp.kind == FileKind::Folder && started.is_not_after(stamp.ctime);
        if !changed || witness.folders.contains_key(&stamp.file()) {
            return;
        }
        if let (Some(path), Some(names)) = (folder.to_str(), self.names_now(folder, &stamp))
            && matches!(*names, Names::All(_))
        {
            witness.ways.insert(path.to_owned(), stamp.file());
            witness.folders.insert(stamp.file(), Held { ctime: stamp.ctime, names: Some(names) });
        }
    }
}

/// Folders in which names were looked for in vain that were found in others: for `d/x` that was found in one of those that are
/// searched, `d` in each of the others.
fn tried<'a>(searched: &[&'a str], read: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let mut below: Vec<&str> = Vec::new();
    for file in read {
        for folder in searched {
            let name = below_folder(folder, file).map(path::parent).unwrap_or_default();
            if !name.is_empty() && !below.contains(&name) {
                below.push(name);
            }
        }
    }
    searched.iter().flat_map(|folder| below.iter().map(|name| (*folder, *name))).collect()
}

/// A file's name relative to a folder that it is below as both are spelled.
fn below_folder<'f>(folder: &str, file: &'f str) -> Option<&'f str> {
    if folder.is_empty() {
        return (!file.starts_with('/')).then_some(file);
    }
    file.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')
}

impl Witness {
    /// Whether it tells what each folder held that has changed since the release: those are likely to change on.
    fn is_whole(&self, started: Started) -> bool {
        let mut changing = self.folders.values().filter(|held| started.is_not_after(held.ctime));
        changing.all(|held| matches!(held.names.as_deref(), Some(Names::All(_))))
    }

    /// Whether the folder at a path lacked what a name below it begins with. False: that is to be looked at.
    fn lacks(&self, folder: &str, name: &str) -> bool {
        let held = self.ways.get(folder).and_then(|file| self.folders.get(file));
        let entry = name.split('/').next().unwrap_or(name);
        held.and_then(|held| held.names.as_deref()).is_some_and(|names| names.lack(entry))
    }

    /// Whether a folder lacked all of these names. None: that is not known.
    fn lacked<'n>(&self, folder: &Stamp, mut names: impl Iterator<Item = &'n String>) -> Option<bool> {
        // Its stamp says nothing more: a second change within one tick of the clock leaves the same.
        match self.folders.get(&folder.file())?.names.as_deref()? {
            Names::All(held) => Some(!names.any(|name| held.contains(OsStr::new(name)))),
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

impl EndWitness {
    /// Whether this folder was at this real path.
    pub(crate) fn saw(&self, path: &Path, folder: &Stamp) -> bool {
        self.steps.get(path) == Some(&folder.file())
    }
}

impl Witnessed<'_> {
    /// Whether the folders of the absences lacked the names already when the run looked for them.
    pub(crate) fn require(&self, place: &Place<'_>, absences: &[Absences]) -> Result<(), Unsure> {
        let changed = |path: &str| Err(Unsure::ChangedDuringRun { path: path.to_owned() });
        for Absences { folder, names } in absences {
            let Ok(Some(stamp)) = unix::stat_if_there(&place.at(folder)) else { return changed(folder) };
            if !self.started.is_not_after(stamp.ctime) {
                // No entry came or went since the release.
                continue;
            }
            // A name with a slash begins with something that is no folder.
            let (entries, below): (Vec<&String>, Vec<&String>) = names.iter().partition(|name| !name.contains('/'));
            let entries = || entries.iter().copied();
            // Which folders matter need not have been known at the release; at the end it was, or nothing is sure.
            let had_some = self.released.lacked(&stamp, entries()) == Some(false);
            let may_have_had_some =
                self.ended.is_some_and(|ended| ended.witness.lacked(&stamp, entries()) != Some(true));
            // Right after the run, what is no folder was none during it either: tools put files where names were looked for below.
            let may_have_been_folder =
                self.ended.is_some() && !below.iter().all(|name| self.was_no_folder(place, folder, name));
            if had_some || may_have_had_some || may_have_been_folder {
                return changed(folder);
            }
        }
        if let Some(folder) = self.released.moved(place) {
            return changed(folder);
        }
        match self.ended {
            Some(ended) if ended.mounts.have_changed() => changed("/"),
            _ => Ok(()),
        }
    }

    /// Whether the entry that a name begins with was there, and no folder, all the time.
    fn was_no_folder(&self, place: &Place<'_>, folder: &str, name: &str) -> bool {
        let entry = name.split('/').next().unwrap_or(name);
        match unix::lstat_if_there(&place.at(&path::join(folder, entry))) {
            Ok(Some(Entry::Itself(stamp))) => stamp.kind != FileKind::Folder && !self.started.is_not_after(stamp.ctime),
            _ => false,
        }
    }
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

        fn end(&self) -> Option<EndWitness> {
            self.files.witness_end(&place(self.folder.path()), self.started, &["d"], &[], &[])
        }

        /// Whether it is sure that the run did not find `x` in `d`.
        fn is_sure(&self, ended: Option<&EndWitness>) -> bool {
            let absences = [Absences { folder: "d".into(), names: vec!["x".into()] }];
            let witnessed = Witnessed { started: self.started, released: &self.released, ended };
            witnessed.require(&place(self.folder.path()), &absences).is_ok()
        }
    }

    #[test]
    fn a_folder_that_was_left_alone_vouches_for_what_it_does_not_have() {
        let run = Run::begin(&[]);
        assert!(run.is_sure(None));
        assert!(run.is_sure(run.end().as_ref()));
    }

    #[test]
    fn a_name_that_went_during_the_run_may_have_been_found() {
        let run = Run::begin(&["d/x"]);
        run.remove("d/x");
        assert!(!run.is_sure(None));
        assert!(!run.is_sure(run.end().as_ref()));
    }

    #[test]
    fn a_name_that_went_after_the_run_may_have_been_found() {
        let run = Run::begin(&[]);
        run.make("d/x");
        let ended = run.end().unwrap();
        run.remove("d/x");
        assert!(!run.is_sure(Some(&ended)));
    }

    #[test]
    fn other_names_may_come_and_go_at_any_time() {
        let run = Run::begin(&["d/before"]);
        run.make("d/y");
        let ended = run.end().unwrap();
        run.make("d/z");
        run.remove("d/before");
        assert!(run.is_sure(Some(&ended)));
        assert!(run.is_sure(None));
    }

    #[test]
    fn a_folder_that_changes_and_was_not_witnessed_at_the_end_vouches_for_nothing() {
        let run = Run::begin(&[]);
        let elsewhere = run.files.witness_end(&place(run.folder.path()), run.started, &[], &[], &[]).unwrap();
        run.make("d/y");
        assert!(!run.is_sure(Some(&elsewhere)));
    }

    #[test]
    fn a_folder_that_is_written_into_vouches_where_it_is_known_to_be_one() {
        let run = Run::begin(&[]);
        run.make("d/y");
        let busy = [run.folder.path().join("d")];
        let ended = run.files.witness_end(&place(run.folder.path()), run.started, &[], &[], &busy).unwrap();
        run.make("d/z");
        assert!(run.is_sure(Some(&ended)));
        run.make("d/x");
        let ended = run.files.witness_end(&place(run.folder.path()), run.started, &[], &[], &busy).unwrap();
        run.remove("d/x");
        assert!(!run.is_sure(Some(&ended)));
    }

    #[test]
    fn another_folder_in_the_place_of_one_is_a_change_even_if_its_times_hide_that() {
        let run = Run::begin(&["d/x"]);
        let ended = run.end().unwrap();
        fs::create_dir(run.folder.path().join("other")).unwrap();
        fs::rename(run.folder.path().join("d"), run.folder.path().join("old")).unwrap();
        fs::rename(run.folder.path().join("other"), run.folder.path().join("d")).unwrap();
        run.make("d/y");
        assert!(!run.is_sure(Some(&ended)));
        assert!(!run.is_sure(None));
    }

    #[test]
    fn what_is_below_a_file_was_not_there_as_long_as_it_was_one() {
        let run = Run::begin(&["d/file"]);
        let is_sure = |run: &Run, ended: Option<&EndWitness>| {
            let absences = [Absences { folder: "d".into(), names: vec!["file/x".into()] }];
            let witnessed = Witnessed { started: run.started, released: &run.released, ended };
            witnessed.require(&place(run.folder.path()), &absences).is_ok()
        };
        run.make("d/y");
        let ended = run.end();
        assert!(is_sure(&run, ended.as_ref()));
        run.remove("d/file");
        run.make("d/file");
        assert!(!is_sure(&run, ended.as_ref()), "it may have been a folder for a while");
        assert!(is_sure(&run, None), "the run itself has made it");
    }

    #[test]
    fn what_was_found_in_one_folder_was_tried_in_the_others() {
        let read = ["./la/h.h", "../src/lib/y.h", "/usr/include/z.h", "x.h"].map(str::to_owned);
        let found = tried(&[".", "../src", "/usr/include", "/usr/include-fixed/"], &read);
        let folders = [".", "../src", "/usr/include", "/usr/include-fixed/"];
        let expected: Vec<_> = folders.iter().flat_map(|folder| [(*folder, "la"), (*folder, "lib")]).collect();
        assert_eq!(found, expected);
        assert_eq!(tried(&["", "a"], &["b/h.h".to_owned()]), [("", "b"), ("a", "b")]);
    }

    #[test]
    fn what_is_mounted_after_the_run_may_hide_what_it_found() {
        let run = Run::begin(&[]);
        let ended = run.end().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let mounting = |program: &str, words: &[&str]| {
            let mounted = std::process::Command::new(program).args(words).arg(elsewhere.path()).status();
            mounted.is_ok_and(|status| status.success())
        };
        if !mounting("mount", &["-t", "tmpfs", "-o", "size=16k", "zccache-test"]) {
            assert!(std::env::var_os("ZCCACHE_TEST_REQUIRE").is_none(), "no file system can be mounted");
            return eprintln!("skipped: no file system can be mounted");
        }
        assert!(mounting("umount", &[]));
        assert!(!run.is_sure(Some(&ended)), "mounted, and no more: the list is what it was");
        assert!(!run.is_sure(Some(&ended)), "it is remembered");
    }

    #[test]
    fn a_large_folder_that_is_changing_cannot_be_told_of_later() {
        let run = Run::begin(&[]);
        for name in 0..=zccache_model::limits::FOLDER_NAMES {
            fs::write(run.folder.path().join("d").join(name.to_string()), "").unwrap();
        }
        assert!(run.end().is_none());
    }
}

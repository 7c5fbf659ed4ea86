//! Was everything that a run read already as it is now when the run was released? Told by change times: a file that was written,
//! linked, renamed or touched afterwards has a change time that is not before the release.
//!
//! A folder's times move with every entry that comes or goes, and builds make entries all the time. Right after the run, one whose
//! times are the same is taken for one that only got or lost entries. Later, when somebody may have moved another one there and
//! used it, only a folder counts that was witnessed at this very path when the run had ended.

use std::io;
use std::path::Path;

use zccache_model::plan::{FileKind, Input, Observe};
use zccache_model::state::InputState;

use crate::clock::Started;
use crate::error::Unsure;
use crate::files::{FileId, Files};
use crate::observe::Seen;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::unix;
use crate::walk::{Step, Walk};
use crate::witness::EndWitness;

/// Looks at inputs and at the ways to them, each step of a way once.
pub(crate) struct Settled<'w> {
    started: Started,
    /// The folders when the run had ended, where more time has passed since.
    ended: Option<&'w EndWitness>,
    /// The caller's working directory: whatever its times say, it was there when a run began in it.
    home: Option<FileId>,
    walk: Walk,
}

impl<'w> Settled<'w> {
    pub(crate) fn since(place: &Place<'_>, started: Started, ended: Option<&'w EndWitness>) -> Self {
        let home = unix::stat(place.directory).ok().map(|stamp| stamp.file());
        Settled { started, ended, home, walk: Walk::new() }
    }

    /// Whether an input was as it is before the run. `path` is how it was named, `whole` where it is.
    pub(crate) fn require(&mut self, path: &str, whole: &Path, observe: Observe, seen: &Seen) -> Result<(), Unsure> {
        let folder = seen.stamp.filter(|stamp| stamp.kind == FileKind::Folder);
        let changed = match (observe, folder) {
            // Entries made in a folder change its stamp and neither what it is nor which one.
            // Links to it change its stamp too.
            (Observe::Made, None) => seen.stamp.is_some_and(|stamp| self.started.is_not_after(stamp.mtime)),
            (Observe::Listing | Observe::Tree, _) | (_, None) => self.started.is_not_after(seen.newest),
            // The way to it includes it.
            (_, Some(_)) if self.ended.is_some() => false,
            (_, Some(stamp)) => self.came_to_be(whole, &stamp),
        };
        if changed {
            return Err(Unsure::ChangedDuringRun { path: path.to_owned() });
        }
        self.require_way(path, whole)
    }

    /// Whether every link and folder on the way to `whole`, itself included, was there before the run.
    pub(crate) fn require_way(&mut self, path: &str, whole: &Path) -> Result<(), Unsure> {
        let (started, ended) = (self.started, self.ended);
        let walked = self.walk.follow(whole, &mut |step| {
            let (Step::Link(_, stamp) | Step::Through(_, stamp)) = &step;
            if Some(stamp.device) == unix::process_device() {
                return Err(Stop::OfProcess);
            }
            let moved = match step {
                Step::Link(_, stamp) => started.is_not_after(stamp.ctime),
                Step::Through(_, stamp) if stamp.kind != FileKind::Folder => false,
                Step::Through(path, stamp) => match ended {
                    Some(ended) => {
                        started.is_not_after(stamp.ctime) && (was_moved(started, &stamp) || !ended.saw(path, &stamp))
                    }
                    None => was_moved(started, &stamp),
                },
            };
            if moved { Err(Stop::Moved) } else { Ok(()) }
        });
        match walked {
            Ok(_) => Ok(()),
            Err(Stop::Moved) => Err(Unsure::ChangedDuringRun { path: path.to_owned() }),
            Err(Stop::OfProcess) => Err(Unsure::OfProcess { path: path.to_owned() }),
            Err(Stop::Unreadable(source)) => Err(Unsure::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Whether a folder may have been made or put there after the release.
    fn came_to_be(&self, whole: &Path, stamp: &Stamp) -> bool {
        if !self.started.is_not_after(stamp.ctime) {
            return false;
        }
        if self.home == Some(stamp.file()) {
            return was_moved(self.started, stamp);
        }
        let made = std::fs::metadata(whole).and_then(|metadata| metadata.created());
        let made = made.ok().and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
        let made_before =
            made.and_then(|made| i128::try_from(made.as_nanos()).ok()).is_some_and(|made| made < self.started.0);
        !made_before || was_moved(self.started, stamp)
    }
}

enum Stop {
    Moved,
    OfProcess,
    Unreadable(io::Error),
}

impl From<io::Error> for Stop {
    fn from(source: io::Error) -> Self {
        Stop::Unreadable(source)
    }
}

/// Whether a folder was renamed or its owner or permissions were changed after the release, unless an entry came or went later
/// still: that leaves both its times the same.
fn was_moved(started: Started, stamp: &Stamp) -> bool {
    started.is_not_after(stamp.ctime) && stamp.mtime != stamp.ctime
}

impl Files {
    /// Whether a path leads through a place that each process has for itself, such as `/proc/self/fd`: what is there for
    /// the caller is not what is there for this process.
    pub fn is_of_process(&self, path: &Path) -> bool {
        let on_the_way = Walk::new().follow::<io::Error>(path, &mut |step| {
            let (Step::Link(_, stamp) | Step::Through(_, stamp)) = &step;
            if Some(stamp.device) == unix::process_device() { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
        });
        on_the_way.is_err()
    }

    /// The state of each of a plan's assumptions now, if all of them were so already when the run was released. Of what
    /// is absent there is no time to tell.
    pub fn quiet_states(&self, place: &Place<'_>, started: Started, inputs: &[Input]) -> Option<Vec<InputState>> {
        let mut settled = Settled::since(place, started, None);
        inputs
            .iter()
            .map(|input| {
                let whole = place.at(&input.path);
                let seen = self.look(place, &whole, input.observe).ok()?;
                settled.require(&input.path, &whole, input.observe, &seen).ok()?;
                Some(seen.state)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::clock::tests::next_tick;
    use crate::place::tests::place;
    use crate::unix;

    struct Tree {
        folder: tempfile::TempDir,
    }

    impl Tree {
        fn new() -> Tree {
            let folder = tempfile::tempdir().unwrap();
            let tree = Tree { folder };
            fs::create_dir_all(tree.at("d/sub")).unwrap();
            fs::write(tree.at("d/sub/x"), "one").unwrap();
            tree
        }

        fn at(&self, path: &str) -> std::path::PathBuf {
            self.folder.path().join(path)
        }

        /// A release after everything that happened so far, and not later: one nanosecond after the newest stamp.
        fn release(&self, paths: &[&str]) -> Started {
            let ctimes = paths.iter().map(|path| match unix::lstat_if_there(&self.at(path)).unwrap().unwrap() {
                unix::Entry::Link(stamp) | unix::Entry::Itself(stamp) => stamp.ctime,
            });
            Started(ctimes.max().unwrap() + 1)
        }

        fn settled(&self, started: Started, path: &str, observe: Observe) -> bool {
            let absence = zccache_model::plan::Absence::MustExist;
            let input = Input { path: path.into(), observe, absence };
            Files::new().quiet_states(&place(self.folder.path()), started, &[input]).is_some()
        }
    }

    #[test]
    fn a_file_is_settled_if_its_change_time_is_before_the_release() {
        let tree = Tree::new();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x"]);
        assert!(tree.settled(started, "d/sub/x", Observe::Content));
        assert!(!tree.settled(Started(started.0 - 1), "d/sub/x", Observe::Content));
    }

    #[test]
    fn a_file_dated_into_the_future_is_settled_all_the_same() {
        let tree = Tree::new();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(7_200);
        fs::File::options().write(true).open(tree.at("d/sub/x")).unwrap().set_modified(later).unwrap();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x"]);
        assert!(tree.settled(started, "d/sub/x", Observe::Content));
    }

    #[test]
    fn a_link_on_the_way_that_was_put_there_afterwards_is_a_change() {
        let tree = Tree::new();
        symlink("d", tree.at("one")).unwrap();
        symlink("one/sub", tree.at("two")).unwrap();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x", "one", "two"]);
        assert!(tree.settled(started, "two/x", Observe::Content));
        next_tick();
        symlink("d", tree.at("new")).unwrap();
        fs::rename(tree.at("new"), tree.at("one")).unwrap();
        assert!(!tree.settled(started, "two/x", Observe::Content), "a link behind a link");
        assert!(tree.settled(started, "d/sub/x", Observe::Content), "not on this way");
    }

    #[test]
    fn a_folder_on_the_way_may_get_entries_but_not_be_moved_there() {
        let tree = Tree::new();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x"]);
        next_tick();
        fs::write(tree.at("d/sub/new"), "").unwrap();
        assert!(tree.settled(started, "d/sub/x", Observe::Content));
        assert!(tree.settled(started, "d/sub", Observe::Kind));
        assert!(!tree.settled(started, "d/sub", Observe::Listing));
        let started = tree.release(&["", "d", "d/sub", "d/sub/x", "d/sub/new"]);
        next_tick();
        fs::rename(tree.at("d/sub"), tree.at("d/moved")).unwrap();
        assert!(!tree.settled(started, "d/moved/x", Observe::Content));
        assert!(!tree.settled(started, "d/moved", Observe::Identity));
    }

    #[test]
    fn a_folder_made_afterwards_is_a_change_where_its_being_there_matters() {
        let tree = Tree::new();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x"]);
        next_tick();
        fs::create_dir(tree.at("d/made")).unwrap();
        assert!(!tree.settled(started, "d/made", Observe::Kind));
    }

    #[test]
    fn the_working_directory_was_there_before_a_run_that_began_in_it() {
        let tree = Tree::new();
        let started = tree.release(&["", "d", "d/sub", "d/sub/x"]);
        next_tick();
        let made = tempfile::tempdir().unwrap();
        let input =
            Input { path: ".".into(), observe: Observe::Kind, absence: zccache_model::plan::Absence::MustExist };
        let seen_from = |place| Files::new().quiet_states(&place, started, std::slice::from_ref(&input)).is_some();
        assert!(seen_from(place(made.path())));
        symlink(made.path(), made.path().join("link")).unwrap();
        assert!(!seen_from(place(&made.path().join("link"))), "by a link that came later");
        let input = Input { path: made.path().to_str().unwrap().into(), ..input.clone() };
        assert!(Files::new().quiet_states(&place(tree.folder.path()), started, &[input]).is_none());
    }
}

//! What is watched, and when each thing that somebody claimed last changed.
//!
//! Moments are counted, not timed: each event is a moment. A claim is a number; what it is about last changed at a moment.
//! So whether an answer holds is a comparison for each of its claims, with no system call and no list of who waits for what.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zccache_model::limits;

use super::mounts::Mounts;
use super::report::{Loss, Refusal, WatchReport};
use super::source::{Event, Id, Source, is_full};
use super::survey::Vouched;
use super::way::Way;
use crate::files::FileId;
use crate::stamp::Stamp;
use crate::unix;

/// One thing whose changes are noted: a name in a folder, all names of a folder, or a file or folder itself.
pub(super) type Claim = u32;

/// So long at least a full table is kept before it is begun anew: where more is used than is watched at most, beginning
/// anew all the time would cost more than it saves.
const KEPT_FULL: Duration = Duration::from_secs(60);

/// A thing that will never again be as it was.
const NEVER: u64 = u64::MAX;

/// All that is watched.
pub(super) struct Table {
    source: Source,
    watched: HashMap<Id, Watched>,
    /// Folders by their paths without links, as they were watched.
    places: HashMap<PathBuf, Id>,
    /// What was mounted when it was last looked at.
    mounts: Mounts,
    /// What was seen where something is mounted, by path, on the ways that were followed. If it is replaced by another file
    /// system, what is watched on it is gone; if by another folder of one that stays, it is another one here.
    roots: HashMap<PathBuf, FileId>,
    /// By claim: the moment of its last change; zero: none yet.
    changed: Vec<u64>,
    /// The moment of the last event.
    now: u64,
    /// Whatever was claimed before this moment holds no more.
    lost_at: u64,
    /// Ways that were followed, by path.
    pub(super) ways: HashMap<PathBuf, Way>,
    /// By device: whether its file system tells of every change.
    telling: HashMap<u64, bool>,
    /// Folders that are written to behind the back of their own file system.
    layers: HashMap<FileId, PathBuf>,
    begun: Instant,
    folders: u64,
    refused: BTreeMap<Refusal, u64>,
    lost: BTreeMap<Loss, u64>,
}

/// A file or folder that is watched.
struct Watched {
    /// Its content, for a file; its permissions; that it is still there.
    itself: Claim,
    /// Of a folder.
    entries: Option<Entries>,
}

/// The entries of a folder.
struct Entries {
    /// Any of them.
    any: Claim,
    /// Those that were claimed by name.
    names: HashMap<Vec<u8>, Claim>,
}

/// What stands for all names that are not ASCII.
const FOREIGN: &[u8] = b"/";

impl Entries {
    /// The claims that something which happened under this name may concern. Where a folder does not tell upper from lower
    /// case, the name that was claimed need not be the one that is told; and what is one name there in other scripts is not
    /// for us to know.
    fn concerned(&self, name: &OsStr) -> impl Iterator<Item = Claim> {
        let folded = folded(name);
        let all = *folded == *FOREIGN;
        let one = self.names.get(&*folded).filter(|_| !all);
        let foreign = self.names.get(FOREIGN).filter(|_| !all);
        let all = all.then(|| self.names.values()).into_iter().flatten();
        one.into_iter().chain(foreign).chain(all).copied()
    }
}

/// A name as it is claimed.
fn folded(name: &OsStr) -> Cow<'_, [u8]> {
    let name = name.as_encoded_bytes();
    if !name.is_ascii() {
        Cow::Borrowed(FOREIGN)
    } else if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl Table {
    pub(super) fn new(source: Source) -> io::Result<Table> {
        let mounts = source.mounts()?;
        Ok(Table {
            layers: mounts.layers(),
            mounts,
            roots: HashMap::new(),
            source,
            watched: HashMap::new(),
            places: HashMap::new(),
            changed: Vec::new(),
            now: 0,
            lost_at: 0,
            ways: HashMap::new(),
            telling: HashMap::new(),
            begun: Instant::now(),
            folders: 0,
            refused: BTreeMap::new(),
            lost: BTreeMap::new(),
        })
    }

    /// The moment of the last event that was taken note of.
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// Takes note of everything that happened until now.
    pub(super) fn drain(&mut self) {
        let Table { source, watched, changed, now, folders, .. } = self;
        let (mut lost, mut mounted) = (None, false);
        let drained = source.drain(|event| {
            *now += 1;
            let mut note = |claim: Claim, moment: u64| changed[claim as usize] = moment;
            match event {
                Event::Name(id, name) => {
                    if let Some(Watched { entries: Some(entries), .. }) = watched.get(&id) {
                        note(entries.any, *now);
                        entries.concerned(name).for_each(|claim| note(claim, *now));
                    }
                }
                Event::Itself(id) => watched.get(&id).into_iter().for_each(|watched| note(watched.itself, *now)),
                Event::Gone(id) => {
                    if let Some(gone) = watched.remove(&id) {
                        note(gone.itself, NEVER);
                        *folders -= u64::from(gone.entries.is_some());
                    }
                }
                Event::Overflow => lost = Some(Loss::Overflow),
                Event::Mounts => mounted = true,
            }
        });
        if let Err(error) = drained {
            tracing::error!(%error, "the system's queue of changes cannot be read");
            lost = Some(Loss::Trouble);
        }
        if mounted {
            self.note_mounts();
        }
        if let Some(loss) = lost {
            self.lose(loss);
        }
    }

    /// Something was mounted or unmounted: an event of each name, in its folder, where that shows.
    fn note_mounts(&mut self) {
        let mounts = match self.source.mounts() {
            Ok(mounts) => mounts,
            Err(error) => {
                tracing::error!(%error, "the list of mounts cannot be read");
                return self.lose(Loss::Trouble);
            }
        };
        self.now += 1;
        let mut changed = mounts.differences(&self.mounts);
        // The list can say the same of another mount, since the kernel gives their numbers again.
        self.roots.retain(|place, root| {
            let now = unix::lstat_if_there(place).ok().flatten().map(|entry| entry.stamp().file());
            let same = now == Some(*root);
            if !same {
                changed.insert(place.clone());
            }
            same
        });
        for place in changed {
            let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else { continue };
            let watched = self.places.get(folder).and_then(|id| self.watched.get(id));
            if let Some(entries) = watched.and_then(|watched| watched.entries.as_ref()) {
                let concerned: Vec<Claim> = entries.concerned(name).chain([entries.any]).collect();
                concerned.into_iter().for_each(|claim| self.changed[claim as usize] = self.now);
            }
        }
        let layers = mounts.layers();
        let new = layers.iter().filter(|(file, _)| !self.layers.contains_key(file));
        // What was claimed in a new layer may be written from now on without an event.
        if !mounts.same_root(&self.mounts) || new.into_iter().any(|(_, layer)| self.is_watched(layer)) {
            self.lose(Loss::Mounts);
        }
        self.layers = layers;
        self.mounts = mounts;
        self.telling.clear();
    }

    /// Whether a folder is watched, by whatever path. Where that cannot be told, it is.
    fn is_watched(&self, folder: &Path) -> bool {
        // The system knows it by the name that it gave it.
        let Ok(id) = self.source.watch_folder(folder) else { return true };
        let watched = self.watched.contains_key(&id);
        if !watched {
            self.source.forget(id);
        }
        watched
    }

    /// Keeps which folder or file was seen at a path, if something is mounted there.
    pub(super) fn saw(&mut self, path: &Path, stamp: &Stamp) {
        if self.mounts.has(path) {
            self.roots.insert(path.to_owned(), stamp.file());
        }
    }

    /// From now on nothing holds that was claimed before.
    pub(super) fn lose(&mut self, loss: Loss) {
        self.now += 1;
        self.lost_at = self.now;
        self.ways.clear();
        self.telling.clear();
        *self.lost.entry(loss).or_default() += 1;
    }

    /// Whether nothing that was claimed has changed, as far as is taken note of.
    pub(super) fn holds(&self, vouched: &Vouched) -> bool {
        vouched.since >= self.lost_at && self.unchanged(&vouched.claims, vouched.since)
    }

    /// The same for claims that were all made in this life of the table.
    pub(super) fn unchanged(&self, claims: &[Claim], since: u64) -> bool {
        claims.iter().all(|claim| self.changed.get(*claim as usize).is_some_and(|changed| *changed <= since))
    }

    /// Counts a survey that came to nothing.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        *self.refused.entry(refusal).or_default() += 1;
    }

    pub(super) fn report(&self) -> WatchReport {
        WatchReport {
            off: None,
            folders: self.folders,
            files: self.watched.len() as u64 - self.folders,
            refused: self.refused.clone(),
            lost: self.lost.clone(),
        }
    }

    /// Claims a file's content.
    pub(super) fn file(&mut self, path: &Path) -> Result<Claim, Refusal> {
        let id = self.watch(|source| source.watch_file(path))?;
        Ok(self.watched(id, false).itself)
    }

    /// Claims a name in a folder, and that the folder stays what it is. Gives both claims.
    pub(super) fn name(&mut self, folder: &Path, name: &OsStr) -> Result<[Claim; 2], Refusal> {
        let (id, itself, any) = self.folder(folder)?;
        // A folder in which nothing has happened yet is claimed whole: that needs no memory for each name. Once something
        // has, as in folders that builds write into, names are told apart.
        if self.changed[any as usize] == 0 {
            return Ok([itself, any]);
        }
        let free = self.changed.len();
        let entries = self.watched.get_mut(&id).and_then(|watched| watched.entries.as_mut());
        let name = folded(name);
        let claim = match entries.map(|entries| (entries.names.get(&*name).copied(), entries)) {
            Some((Some(claim), _)) => claim,
            Some((None, entries)) => {
                let claim = free as Claim;
                entries.names.insert(name.into_owned(), claim);
                self.changed.push(0);
                claim
            }
            None => return Err(Refusal::Fresh),
        };
        Ok([itself, claim])
    }

    /// Claims all entries of a folder, and that the folder stays what it is.
    pub(super) fn entries(&mut self, folder: &Path) -> Result<[Claim; 2], Refusal> {
        self.folder(folder).map(|(_, itself, any)| [itself, any])
    }

    fn folder(&mut self, folder: &Path) -> Result<(Id, Claim, Claim), Refusal> {
        let id = self.watch(|source| source.watch_folder(folder))?;
        if self.places.get(folder) != Some(&id) {
            self.places.insert(folder.to_owned(), id);
        }
        let watched = self.watched(id, true);
        // The system gives each thing that is watched a name of its own, and a file never becomes a folder.
        let entries = watched.entries.as_ref().ok_or(Refusal::Fresh)?;
        Ok((id, watched.itself, entries.any))
    }

    /// Whether changes at this path, which has no links and this stamp, are all told of.
    pub(super) fn require_telling(&mut self, path: &Path, stamp: &Stamp) -> Result<(), Refusal> {
        let telling = *self.telling.entry(stamp.device).or_insert_with(|| unix::tells_of_changes(path));
        if telling && !self.layers.contains_key(&stamp.file()) { Ok(()) } else { Err(Refusal::FileSystem) }
    }

    /// Has the system watch something, if there is room.
    fn watch(&mut self, watch: impl Fn(&Source) -> io::Result<Id>) -> Result<Id, Refusal> {
        let most = self.watched.len().max(self.places.len());
        if most >= limits::WATCHES || self.changed.len() >= limits::WATCH_CLAIMS {
            if self.begun.elapsed() > KEPT_FULL {
                self.begin_anew();
            }
            return Err(Refusal::Limit);
        }
        watch(&self.source).map_err(|error| if is_full(&error) { Refusal::Limit } else { Refusal::Unreadable })
    }

    fn watched(&mut self, id: Id, folder: bool) -> &Watched {
        let changed = &mut self.changed;
        let folders = &mut self.folders;
        self.watched.entry(id).or_insert_with(|| {
            let mut claim = || {
                changed.push(0);
                (changed.len() - 1) as Claim
            };
            *folders += u64::from(folder);
            let entries = folder.then(|| Entries { any: claim(), names: HashMap::new() });
            Watched { itself: claim(), entries }
        })
    }

    /// Watches nothing any more, so that there is room for what is used now.
    fn begin_anew(&mut self) {
        let opened = Source::open().and_then(|source| Ok((source.mounts()?, source)));
        let (mounts, source) = match opened {
            Ok(opened) => opened,
            Err(error) => return tracing::warn!(%error, "the table of what is watched stays full"),
        };
        self.layers = mounts.layers();
        self.mounts = mounts;
        self.source = source;
        self.watched.clear();
        self.places.clear();
        self.roots.clear();
        self.changed.clear();
        self.folders = 0;
        self.begun = Instant::now();
        self.lose(Loss::Full);
    }
}

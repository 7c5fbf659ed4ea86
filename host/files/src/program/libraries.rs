//! The shared objects that a program loads, found as the loader finds them (ld.so(8)), and the same for those.
//!
//! Every path that is tried is on the trail, present or absent, so the way to an object may hold more than the loader
//! looks at but never less. An object that is not found is recorded as missing.

use std::collections::{HashSet, VecDeque};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zccache_model::digest::Digest;
use zccache_model::key::KeyBuilder;
use zccache_model::plan::FileKind;

use super::image::{Image, Object};
use super::loader_cache::LoaderCache;
use super::trail::Tracker;
use crate::place::Place;
use crate::unix;

const LOADER_CACHE: &str = "/etc/ld.so.cache";
const SYSTEM_PRELOAD: &str = "/etc/ld.so.preload";
/// Searched when the index does not have a name; those of every common C library.
const SYSTEM_FOLDERS: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
/// A subfolder of variants for newer processors, which the loader prefers.
const VARIANTS: &str = "glibc-hwcaps";
/// More than any program loads; a circle cannot reach it, since each name is loaded once.
const OBJECTS: usize = 10_000;

/// A name that somebody wants loaded.
struct Need {
    name: String,
    /// Folders before the caller's.
    rpath: Vec<PathBuf>,
    /// Folders after the caller's.
    runpath: Vec<PathBuf>,
}

/// Finds and digests what one program loads.
pub(super) struct Libraries<'t, 'f, 'p> {
    tracker: &'t mut Tracker<'f>,
    place: &'t Place<'p>,
    machine: (u16, bool),
    queue: VecDeque<Need>,
    known: HashSet<String>,
    missing_folders: HashSet<PathBuf>,
    /// The folders of the caller's LD_LIBRARY_PATH.
    callers: Vec<PathBuf>,
    index: Arc<LoaderCache>,
}

impl<'t, 'f, 'p> Libraries<'t, 'f, 'p> {
    pub(super) fn new(tracker: &'t mut Tracker<'f>, place: &'t Place<'p>) -> Self {
        Libraries {
            tracker,
            place,
            machine: (0, false),
            queue: VecDeque::new(),
            known: HashSet::new(),
            missing_folders: HashSet::new(),
            callers: Vec::new(),
            index: Arc::default(),
        }
    }

    /// Adds all that the program at `path` loads to its key.
    pub(super) fn write(mut self, key: &mut KeyBuilder, path: &Path, program: &Object) -> io::Result<()> {
        // A static program loads nothing, whatever the caller wants preloaded.
        let Some(interpreter) = &program.interpreter else { return Ok(()) };
        self.machine = program.machine;
        self.callers = self.callers_folders(path)?;
        self.index = self.tracker.loader_cache(Path::new(LOADER_CACHE))?;
        let interpreter = self.place.at(interpreter);
        let loader = self.tracker.look(&interpreter)?.is_some();
        let loader = if loader { Some(self.tracker.image(&interpreter)?.1) } else { None };
        write_object(key, "loader", loader.as_ref());
        self.want_preloads(key)?;
        self.want_needed(path, program, &[])?;
        while let Some(need) = self.queue.pop_front() {
            if self.known.len() > OBJECTS {
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("'{}' loads too much", path.display())));
            }
            let found = self.find(&need)?;
            key.text("object", &need.name);
            if found.is_empty() {
                write_object(key, "missing", None);
            }
            for (path, digest, object) in found {
                write_object(key, "content", Some(&digest));
                self.want_needed(&path, &object, &need.rpath)?;
            }
        }
        Ok(())
    }

    /// What the caller and the system put into every program. The search paths of the program do not matter to it.
    fn want_preloads(&mut self, key: &mut KeyBuilder) -> io::Result<()> {
        key.optional("preload", self.place.preload.map(OsStr::as_encoded_bytes));
        let preload = self.place.preload.map(|preload| text(preload.as_encoded_bytes())).transpose()?;
        let system = self.tracker.bytes(Path::new(SYSTEM_PRELOAD))?;
        let system = system.as_deref().map(text).transpose()?.map(str::to_owned);
        for names in [preload, system.as_deref()].into_iter().flatten() {
            for name in names.split([' ', ':', '\t', '\n']).filter(|name| !name.is_empty()) {
                self.want(Need { name: name.to_owned(), rpath: Vec::new(), runpath: Vec::new() });
            }
        }
        Ok(())
    }

    /// What an object names itself. It inherits the `rpath` of what led to it.
    fn want_needed(&mut self, path: &Path, object: &Object, inherited: &[PathBuf]) -> io::Result<()> {
        if object.needed.is_empty() {
            return Ok(());
        }
        let origin = origin(path)?;
        let runpath = self.folders(object.runpath.iter().map(String::as_str), &origin)?;
        let own = if runpath.is_empty() { object.rpath.as_slice() } else { &[] };
        let mut rpath = self.folders(own.iter().map(String::as_str), &origin)?;
        rpath.extend_from_slice(inherited);
        for name in &object.needed {
            let name = with_origin(name, &origin)?;
            self.want(Need { name, rpath: rpath.clone(), runpath: runpath.clone() });
        }
        Ok(())
    }

    fn want(&mut self, need: Need) {
        if self.known.insert(need.name.clone()) {
            self.queue.push_back(need);
        }
    }

    /// The folders that the caller wants searched.
    fn callers_folders(&self, program: &Path) -> io::Result<Vec<PathBuf>> {
        match self.place.library_path.map(|folders| text(folders.as_encoded_bytes())).transpose()? {
            None | Some("") => Ok(Vec::new()),
            Some(folders) => self.folders(folders.split([':', ';']), &origin(program)?),
        }
    }

    /// Folders as they are named. An empty one is the working directory.
    fn folders<'s>(&self, folders: impl Iterator<Item = &'s str>, origin: &str) -> io::Result<Vec<PathBuf>> {
        folders.map(|folder| Ok(self.place.at(&with_origin(folder, origin)?))).collect()
    }

    /// The objects that a name means: the first folder's, or all that the index has for different processors.
    fn find(&mut self, need: &Need) -> io::Result<Vec<(PathBuf, Digest, Object)>> {
        if need.name.contains('/') {
            let path = self.place.at(&need.name);
            return Ok(self.object(&path)?.into_iter().collect());
        }
        let callers = std::mem::take(&mut self.callers);
        let first = self.find_first(need.rpath.iter().chain(&callers).chain(&need.runpath), &need.name);
        self.callers = callers;
        let first = first?;
        if !first.is_empty() {
            return Ok(first);
        }
        let mut found = Vec::new();
        for path in Arc::clone(&self.index).paths(&need.name) {
            found.extend(self.object(path)?);
        }
        if !found.is_empty() {
            return Ok(found);
        }
        self.find_first(SYSTEM_FOLDERS.iter().map(Path::new), &need.name)
    }

    fn find_first<P: AsRef<Path>>(
        &mut self,
        folders: impl Iterator<Item = P>,
        name: &str,
    ) -> io::Result<Vec<(PathBuf, Digest, Object)>> {
        for folder in folders {
            let found = self.find_in(folder.as_ref(), name)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The objects of a name in a folder: its variants and the plain one.
    fn find_in(&mut self, folder: &Path, name: &str) -> io::Result<Vec<(PathBuf, Digest, Object)>> {
        if self.missing_folders.contains(folder) {
            return Ok(Vec::new());
        }
        if !self.is_folder(folder)? {
            self.missing_folders.insert(folder.to_owned());
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let variants = folder.join(VARIANTS);
        if !self.missing_folders.contains(&variants) {
            if self.is_folder(&variants)? {
                let mut folders: Vec<_> = std::fs::read_dir(&variants)?
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<Result<_, _>>()?;
                folders.sort();
                for folder in folders {
                    found.extend(self.object(&folder.join(name))?);
                }
            } else {
                self.missing_folders.insert(variants);
            }
        }
        found.extend(self.object(&folder.join(name))?);
        Ok(found)
    }

    /// Whether a folder is at a path. That it is not goes on the trail; where it is, what is tried in it does.
    fn is_folder(&mut self, path: &Path) -> io::Result<bool> {
        match unix::stat_if_there(path)? {
            Some(stamp) if stamp.kind == FileKind::Folder && !path.ends_with(VARIANTS) => Ok(true),
            // Variants are listed, so the folder itself must stay as it is.
            _ => Ok(self.tracker.look(path)?.is_some_and(|stamp| stamp.kind == FileKind::Folder)),
        }
    }

    /// The object at a path, if it is one that fits the program. The loader passes over all others.
    fn object(&mut self, path: &Path) -> io::Result<Option<(PathBuf, Digest, Object)>> {
        let there = self.tracker.look(path)?.is_some_and(|stamp| stamp.kind == FileKind::File);
        if !there {
            return Ok(None);
        }
        let (_, digest, image) = self.tracker.image(path)?;
        Ok(match &*image {
            Image::Object(object) if object.machine == self.machine => Some((path.to_owned(), digest, object.clone())),
            _ => None,
        })
    }
}

/// The folder that `$ORIGIN` stands for in what the object at `path` names.
fn origin(path: &Path) -> io::Result<String> {
    let real = std::fs::canonicalize(path)?;
    Ok(text(real.parent().unwrap_or(Path::new("/")).as_os_str().as_encoded_bytes())?.to_owned())
}

fn with_origin(name: &str, origin: &str) -> io::Result<String> {
    let name = name.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
    if name.contains('$') {
        // What the loader would put there only the loader knows.
        return Err(io::Error::new(io::ErrorKind::Unsupported, format!("objects are looked for in '{name}'")));
    }
    Ok(name)
}

fn write_object(key: &mut KeyBuilder, tag: &'static str, digest: Option<&Digest>) {
    key.optional(tag, digest.map(|digest| digest.as_bytes().as_slice()));
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::Unsupported, "a search path of the loader is not Unicode"))
}

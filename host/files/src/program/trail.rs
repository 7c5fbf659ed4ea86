//! What was looked at to tell which program it is: looked at again, it tells that it is still the same.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zccache_model::digest::Digest;
use zccache_model::plan::FileKind;

use super::image::Image;
use super::loader_cache::LoaderCache;
use crate::files::Files;
use crate::place::Place;
use crate::quiet;
use crate::stamp::Stamp;
use crate::unix::{self, Entry};
use crate::walk::{Step, Walk};

/// Stamps of everything that was there, and the paths at which nothing was.
#[derive(Default)]
pub(crate) struct Trail {
    pub(crate) files: Vec<(PathBuf, Stamp)>,
    pub(crate) links: Vec<(PathBuf, Stamp)>,
    pub(crate) absent: Vec<PathBuf>,
}

impl Trail {
    /// Whether all of it is as it was.
    pub(crate) fn is_unchanged(&self, place: &Place<'_>) -> bool {
        if place.survey.is_some() {
            self.claim(place);
        }
        self.files.iter().all(|(path, stamp)| unix::stat(path).is_ok_and(|now| now == *stamp))
            && self
                .links
                .iter()
                .all(|(path, stamp)| matches!(unix::lstat_if_there(path), Ok(Some(Entry::Link(now))) if now == *stamp))
            && self.absent.iter().all(|path| matches!(unix::lstat_if_there(path), Ok(None)))
    }

    fn claim(&self, place: &Place<'_>) {
        for (path, stamp) in &self.files {
            // A folder is on the trail for what is in it.
            if stamp.kind == FileKind::Folder { place.claim_entries(path) } else { place.claim(path) }
        }
        let links = self.links.iter().map(|(path, _)| path);
        links.chain(&self.absent).for_each(|path| place.claim(path));
    }

    /// The newest change time of what was there.
    pub(crate) fn newest(&self) -> i128 {
        self.files.iter().chain(&self.links).map(|(_, stamp)| stamp.ctime).max().unwrap_or(i128::MIN)
    }
}

/// Looks at files and leaves a trail.
pub(crate) struct Tracker<'a> {
    pub(crate) files: &'a Files,
    pub(crate) trail: Trail,
    /// The stamps of the trail vouch for what was seen.
    pub(crate) lasting: bool,
    now: i128,
}

impl<'a> Tracker<'a> {
    pub(crate) fn new(files: &'a Files) -> Self {
        Tracker { files, trail: Trail::default(), lasting: true, now: (files.clock)() }
    }

    /// What is at a path, links followed; none where nothing is.
    pub(crate) fn look(&mut self, path: &Path) -> io::Result<Option<Stamp>> {
        let stamp = unix::stat_if_there(path)?;
        match stamp {
            Some(stamp) => self.saw(path, stamp),
            None => self.trail.absent.push(path.to_owned()),
        }
        Ok(stamp)
    }

    /// A file's content and what the system does with it.
    pub(crate) fn image(&mut self, path: &Path) -> io::Result<(Stamp, Digest, Arc<Image>)> {
        let stamp = unix::stat(path)?;
        let digest = self.files.remembered_content(&stamp);
        let known = digest.and_then(|digest| Some((stamp, digest, self.files.images.get(&digest)?)));
        let (stamp, digest, image) = match known {
            Some(known) => known,
            None => self.files.read_image(path)?,
        };
        self.saw(path, stamp);
        Ok((stamp, digest, image))
    }

    /// A file's bytes; none where nothing is.
    pub(crate) fn bytes(&mut self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        if self.look(path)?.is_none() {
            return Ok(None);
        }
        let (stamp, _, bytes) = self.files.bytes(path)?;
        self.saw(path, stamp);
        Ok(Some(bytes))
    }

    /// The loader's index.
    pub(crate) fn loader_cache(&mut self, path: &Path) -> io::Result<Arc<LoaderCache>> {
        if self.look(path)?.is_none() {
            return Ok(Arc::default());
        }
        let (stamp, digest) = self.files.content(path)?;
        self.saw(path, stamp);
        if let Some(cache) = self.files.loader_caches.get(&digest) {
            return Ok(cache);
        }
        let (stamp, digest, bytes) = self.files.bytes(path)?;
        self.saw(path, stamp);
        let cache = Arc::new(LoaderCache::of(&bytes));
        self.files.loader_caches.insert(digest, Arc::clone(&cache));
        Ok(cache)
    }

    /// The file behind all links.
    pub(crate) fn real(&mut self, path: &Path) -> io::Result<PathBuf> {
        let mut links = Vec::new();
        let real = Walk::new().follow::<io::Error>(path, &mut |step| {
            if let Step::Link(path, stamp) = step {
                links.push((path.to_owned(), stamp));
            }
            Ok(())
        })?;
        for (path, stamp) in links {
            let folder = path.parent().unwrap_or(Path::new("/"));
            self.lasting &= quiet::vouches_at(&stamp, self.now, folder);
            self.trail.links.push((path, stamp));
        }
        real.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// A file seen in two states is in the trail twice, and then the trail never holds.
    fn saw(&mut self, path: &Path, stamp: Stamp) {
        if !self.trail.files.iter().any(|(known, seen)| known == path && *seen == stamp) {
            self.lasting &= quiet::vouches_at(&stamp, self.now, path);
            self.trail.files.push((path.to_owned(), stamp));
        }
    }
}

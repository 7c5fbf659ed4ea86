//! The way to a path: every name on it is claimed before it is looked at, so that whatever the way turns into later, there
//! was an event.

use std::path::{Component, Path};
use std::sync::Arc;

use zccache_model::limits;
use zccache_model::plan::FileKind;

use super::report::Refusal;
use super::table::{Claim, Table};
use crate::unix::{self, Entry};

/// Links that one path may lead through; the kernel's own limit.
const LINKS: usize = 40;

/// A way that was followed, and what it rests on.
#[derive(Clone)]
pub(super) struct Way {
    /// In no order.
    pub(super) claims: Arc<[Claim]>,
    /// Where it leads.
    pub(super) end: End,
    /// The moment before it was followed.
    since: u64,
}

/// Where a way leads.
#[derive(Clone)]
pub(super) enum End {
    /// To nothing.
    Nothing,
    /// To a folder, by its path without any link.
    Folder(Arc<Path>),
    /// To a file, whose content is claimed too, or to something else.
    Thing,
}

impl Table {
    /// The way to an absolute path, remembered as long as nothing on it changes.
    pub(super) fn way(&mut self, path: &Path) -> Result<Way, Refusal> {
        self.follow(path, 0)
    }

    fn follow(&mut self, path: &Path, links: usize) -> Result<Way, Refusal> {
        if let Some(known) = self.ways.get(path)
            && self.unchanged(&known.claims, known.since)
        {
            return Ok(known.clone());
        }
        let since = self.now();
        let (claims, end) = match path.parent() {
            None => self.root(path)?,
            Some(above) => {
                let above = self.follow(above, links)?;
                match (&above.end, path.components().next_back()) {
                    (End::Folder(folder), Some(Component::Normal(name))) => {
                        let mut claims = above.claims.to_vec();
                        let end = self.step(folder, name.as_ref(), links, &mut claims)?;
                        (claims.into(), end)
                    }
                    // A path without links: what is above is its parent.
                    (End::Folder(folder), Some(Component::ParentDir)) => {
                        (above.claims, End::Folder(folder.parent().unwrap_or(Path::new("/")).into()))
                    }
                    (End::Folder(folder), _) => (above.claims, End::Folder(Arc::clone(folder))),
                    (End::Nothing | End::Thing, _) => (above.claims, End::Nothing),
                }
            }
        };
        let way = Way { claims, end, since };
        if self.ways.len() >= limits::MEMO_ENTRIES {
            self.ways.clear();
        }
        self.ways.insert(path.to_owned(), way.clone());
        Ok(way)
    }

    /// The way to `/`, where all others begin.
    fn root(&mut self, path: &Path) -> Result<(Arc<[Claim]>, End), Refusal> {
        if path != Path::new("/") {
            return Err(Refusal::Unreadable);
        }
        let stamp = unix::stat(path).map_err(|_| Refusal::Unreadable)?;
        self.require_telling(path, &stamp)?;
        Ok((Arc::default(), End::Folder(path.into())))
    }

    /// One name further, and on along the link that may be there.
    fn step(&mut self, folder: &Path, name: &Path, links: usize, claims: &mut Vec<Claim>) -> Result<End, Refusal> {
        claims.extend(self.name(folder, name.as_os_str())?);
        let path = folder.join(name);
        let Some(entry) = unix::lstat_if_there(&path).map_err(|_| Refusal::Unreadable)? else {
            return Ok(End::Nothing);
        };
        let stamp = *entry.stamp();
        // A link is on the device of its folder.
        self.require_telling(if matches!(entry, Entry::Link(_)) { folder } else { &path }, &stamp)?;
        self.saw(&path, &stamp);
        match (entry, stamp.kind) {
            (Entry::Link(_), _) if links >= LINKS => Err(Refusal::Unreadable),
            (Entry::Link(_), _) => {
                let target = folder.join(unix::read_link(&path).map_err(|_| Refusal::Unreadable)?);
                let way = self.follow(&target, links + 1)?;
                claims.extend_from_slice(&way.claims);
                Ok(way.end)
            }
            (Entry::Itself(_), FileKind::Folder) => Ok(End::Folder(path.into())),
            (Entry::Itself(_), FileKind::File) => {
                claims.push(self.file(&path)?);
                Ok(End::Thing)
            }
            (Entry::Itself(_), _) => Ok(End::Thing),
        }
    }
}

impl Way {
    /// The folder that it leads to, by a path without links; none: it leads elsewhere.
    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.end {
            End::Folder(folder) => Some(folder),
            End::Nothing | End::Thing => None,
        }
    }
}

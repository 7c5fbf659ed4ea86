//! A folder's whole content as a value: taken from the disk, and put back exactly.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, FileType};
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use crate::jobs::is_of_jobs;

/// Everything below a folder, by relative path. Parents come before what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    File {
        content: Rc<[u8]>,
        modified: SystemTime,
        /// The first path, in order, that is the same file: itself, if it has no other name.
        leader: PathBuf,
    },
    Link(PathBuf),
}

/// What tells whether somebody wrote a file or put another one in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Files by relative path.
pub type Listing = BTreeMap<PathBuf, Stamp>;

/// Everything below a folder but folders, and what other jobs made.
pub fn files(root: &Path) -> io::Result<Listing> {
    let mut found = Listing::new();
    walk(root, |path, kind| {
        if !kind.is_dir() && !path.file_name().is_some_and(is_of_jobs) {
            let metadata = fs::symlink_metadata(root.join(&path))?;
            let stamp = Stamp {
                inode: metadata.ino(),
                size: metadata.size(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
            };
            found.insert(path, stamp);
        }
        Ok(())
    })?;
    Ok(found)
}

fn walk(root: &Path, mut visit: impl FnMut(PathBuf, FileType) -> io::Result<()>) -> io::Result<()> {
    let mut waiting = vec![PathBuf::new()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let (path, kind) = (folder.join(entry.file_name()), entry.file_type()?);
            if kind.is_dir() {
                waiting.push(path.clone());
            }
            visit(path, kind)?;
        }
    }
    Ok(())
}

impl Tree {
    /// What is below `root` now.
    pub fn capture(root: &Path) -> io::Result<Tree> {
        let mut entries = BTreeMap::new();
        let mut leaders: HashMap<u64, PathBuf> = HashMap::new();
        walk(root, |path, kind| {
            let place = root.join(&path);
            let entry = if kind.is_dir() {
                Entry::Folder
            } else if kind.is_symlink() {
                Entry::Link(fs::read_link(place)?)
            } else {
                let metadata = fs::metadata(&place)?;
                let leader = leaders.entry(metadata.ino()).or_insert_with(|| path.clone());
                if path < *leader {
                    leader.clone_from(&path);
                }
                Entry::File { content: fs::read(place)?.into(), modified: metadata.modified()?, leader: path.clone() }
            };
            entries.insert(path, entry);
            Ok(())
        })?;
        let mut tree = Tree(entries);
        for (path, entry) in &mut tree.0 {
            if let Entry::File { leader, .. } = entry {
                let inode = fs::symlink_metadata(root.join(path))?.ino();
                leader.clone_from(&leaders[&inode]);
            }
        }
        Ok(tree)
    }

    /// Holds in memory once what both hold: thousands of states differ in a file or two.
    pub fn share(&mut self, other: &Tree) {
        for (path, entry) in &mut self.0 {
            if let (Entry::File { content, .. }, Some(Entry::File { content: same, .. })) = (entry, other.0.get(path))
                && content == same
            {
                content.clone_from(same);
            }
        }
    }

    /// Makes what is below `root` equal to this: contents, times, links, hard links. What is equal already stays as it is;
    /// everything else is made anew.
    pub fn restore(&self, root: &Path) -> io::Result<()> {
        let now = Tree::capture(root)?;
        for (path, entry) in now.0.iter().rev() {
            if self.0.get(path) != Some(entry) {
                match entry {
                    Entry::Folder => fs::remove_dir(root.join(path))?,
                    Entry::File { .. } | Entry::Link(_) => fs::remove_file(root.join(path))?,
                }
            }
        }
        for (path, entry) in &self.0 {
            if now.0.get(path) != Some(entry) {
                entry.make(root, path)?;
            }
        }
        assert!(Tree::capture(root)? == *self, "a tree was not put back as it was");
        Ok(())
    }
}

impl Entry {
    fn make(&self, root: &Path, path: &Path) -> io::Result<()> {
        let place = root.join(path);
        match self {
            Entry::Folder => fs::create_dir(place),
            Entry::Link(target) => symlink(target, place),
            Entry::File { leader, .. } if leader != path => fs::hard_link(root.join(leader), place),
            Entry::File { content, modified, .. } => {
                fs::write(&place, content)?;
                File::options().append(true).open(place)?.set_modified(*modified)
            }
        }
    }
}

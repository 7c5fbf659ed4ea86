//! A folder's whole content as a value: taken from the disk, and put back exactly.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Everything below a folder, by relative path. Parents come before what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    File {
        content: Vec<u8>,
        modified: SystemTime,
        /// The first path, in order, that is the same file: itself, if it has no other name.
        leader: PathBuf,
    },
    Link(PathBuf),
}

impl Tree {
    /// What is below `root` now, without what `left_out` says of relative paths.
    pub fn capture(root: &Path, left_out: impl Fn(&Path) -> bool) -> io::Result<Tree> {
        let mut entries = BTreeMap::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if left_out(&path) {
                    continue;
                }
                let metadata = entry.metadata()?;
                let value = if metadata.is_dir() {
                    waiting.push(path.clone());
                    Entry::Folder
                } else if metadata.is_symlink() {
                    Entry::Link(fs::read_link(entry.path())?)
                } else {
                    let content = fs::read(entry.path())?;
                    Entry::File { content, modified: metadata.modified()?, leader: path.clone() }
                };
                entries.insert(path, value);
            }
        }
        let mut tree = Tree(entries);
        tree.find_leaders(root)?;
        Ok(tree)
    }

    fn find_leaders(&mut self, root: &Path) -> io::Result<()> {
        let mut leaders: HashMap<u64, PathBuf> = HashMap::new();
        for (path, entry) in &mut self.0 {
            if let Entry::File { leader, .. } = entry {
                let inode = fs::symlink_metadata(root.join(path))?.ino();
                leader.clone_from(leaders.entry(inode).or_insert_with(|| path.clone()));
            }
        }
        Ok(())
    }

    /// Makes what is below `root` equal to this: contents, times, links, hard links. What is equal already stays as it is;
    /// everything else is made anew.
    pub fn restore(&self, root: &Path, left_out: impl Fn(&Path) -> bool) -> io::Result<()> {
        let now = Tree::capture(root, &left_out)?;
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
        assert!(Tree::capture(root, left_out)? == *self, "a tree was not put back as it was");
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

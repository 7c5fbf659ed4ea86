//! The way of a path: every folder and every link that the system passes through, with nothing normalised away.

use std::collections::HashMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::stamp::Stamp;
use crate::unix::{self, Entry};

/// Links that one path may lead through; the kernel's own limit.
const LINKS: usize = 40;

/// Something that a path leads through.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A symbolic link, with its own stamp.
    Link(&'a Path, Stamp),
    /// A folder, or at the very end whatever is there.
    Through(&'a Path, Stamp),
}

/// Follows paths, each step once however many paths share it.
pub(crate) struct Walk {
    /// Where a step leads to, by its parent's real path joined with its name.
    known: HashMap<PathBuf, PathBuf>,
    /// Where a folder leads to, by how it was named: most paths share theirs with others.
    folders: HashMap<PathBuf, PathBuf>,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Walk { known: HashMap::new(), folders: HashMap::new() }
    }

    /// Shows every step of an absolute path that was not shown before, and gives the real path; none where it leads to
    /// nothing.
    pub(crate) fn follow<E: From<io::Error>>(
        &mut self,
        path: &Path,
        see: &mut impl FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<Option<PathBuf>, E> {
        let root = || PathBuf::from("/");
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return self.follow_from(root(), path, 0, see);
        };
        let folder = match self.folders.get(folder) {
            Some(known) => known.clone(),
            None => {
                let Some(found) = self.follow_from(root(), folder, 0, see)? else { return Ok(None) };
                self.folders.insert(folder.to_owned(), found.clone());
                found
            }
        };
        self.follow_from(folder, Path::new(name), 0, see)
    }

    fn follow_from<E: From<io::Error>>(
        &mut self,
        start: PathBuf,
        path: &Path,
        links: usize,
        see: &mut impl FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<Option<PathBuf>, E> {
        if links > LINKS {
            return Err(io::Error::from(rustix::io::Errno::LOOP).into());
        }
        let mut real = start;
        for component in path.components() {
            match component {
                Component::RootDir => real = PathBuf::from("/"),
                // The real path has no links left, so its parent is what the system goes back to.
                Component::ParentDir => {
                    real.pop();
                }
                Component::CurDir | Component::Prefix(_) => {}
                Component::Normal(name) => {
                    let step = real.join(name);
                    if let Some(known) = self.known.get(&step) {
                        real.clone_from(known);
                        continue;
                    }
                    let end = match unix::lstat_if_there(&step)? {
                        None => return Ok(None),
                        Some(Entry::Itself(stamp)) => {
                            see(Step::Through(&step, stamp))?;
                            step.clone()
                        }
                        Some(Entry::Link(stamp)) => {
                            see(Step::Link(&step, stamp))?;
                            let target = unix::read_link(&step)?;
                            match self.follow_from(real.clone(), &target, links + 1, see)? {
                                Some(end) => end,
                                None => return Ok(None),
                            }
                        }
                    };
                    self.known.insert(step, end.clone());
                    real = end;
                }
            }
        }
        Ok(Some(real))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_leads_through_the_links_of_its_links_and_ends_where_the_system_says() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/sub")).unwrap();
        std::fs::write(root.join("real/x"), "").unwrap();
        symlink("real", root.join("one")).unwrap();
        symlink(root.join("one/sub"), root.join("two")).unwrap();
        let mut links = Vec::new();
        let end = Walk::new()
            .follow::<io::Error>(&root.join("two/../x"), &mut |step| {
                if let Step::Link(path, _) = step {
                    links.push(path.strip_prefix(&root).unwrap().display().to_string());
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(links, ["two", "one"]);
        assert_eq!(end, Some(root.join("real/x")));
    }

    #[test]
    fn a_circle_of_links_is_an_error_and_a_missing_end_is_none() {
        let folder = tempfile::tempdir().unwrap();
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        symlink("nowhere", folder.path().join("c")).unwrap();
        let follow = |name: &str| Walk::new().follow::<io::Error>(&folder.path().join(name), &mut |_| Ok(()));
        assert!(follow("a").is_err());
        assert_eq!(follow("c").unwrap(), None);
    }
}

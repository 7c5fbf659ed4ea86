//! The state of the little project: its files on the disk, its call, and the states that it can be put back to.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::call::Call;
use crate::sources::{FIRST_FILES, FIRST_LINKS, SOURCES, header_text, source_name, source_text};
use crate::tree::Tree;

/// The folder that outputs are written to. Others lie in the working folder itself.
pub const OUTPUTS: &str = "out";

/// A project on the disk.
pub struct Project {
    /// Its folder, where the compiler runs.
    pub root: PathBuf,
    /// How it is compiled.
    pub call: Call,
    /// States that it had.
    pub records: Vec<Record>,
    suffix: &'static str,
}

/// A state of a project.
#[derive(Clone)]
pub struct Record {
    tree: Tree,
    call: Call,
    /// The cache was seen to hold the result of exactly this state.
    pub stored: bool,
}

impl Project {
    /// Writes a project's first files into an empty folder. All of them were last changed at one moment an hour ago, so
    /// that files of equal content are twins.
    pub fn create(root: &Path, compiler: &'static str, suffix: &'static str) -> io::Result<Project> {
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let write = |path: String, text: String| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            fs::write(&path, text)?;
            File::options().append(true).open(path)?.set_modified(hour_ago)
        };
        fs::create_dir(root.join(OUTPUTS))?;
        for source in 0..SOURCES {
            write(format!("src/{}.{suffix}", source_name(source)), source_text(source, 1))?;
        }
        for (path, name) in FIRST_FILES {
            write((*path).to_owned(), header_text(name, 1))?;
        }
        for (path, target) in FIRST_LINKS {
            std::os::unix::fs::symlink(target, root.join(path))?;
        }
        Ok(Project { root: root.to_owned(), call: Call::new(compiler, suffix), records: Vec::new(), suffix })
    }

    /// The path of a source.
    pub fn source(&self, source: usize) -> String {
        format!("src/{}.{}", source_name(source), self.suffix)
    }

    /// Remembers the present state.
    pub fn record(&mut self, stored: bool) -> io::Result<()> {
        let tree = Tree::capture(&self.root, is_output)?;
        self.records.push(Record { tree, call: self.call.clone(), stored });
        Ok(())
    }

    /// Puts everything back as it was.
    pub fn revert(&mut self, record: usize) -> io::Result<()> {
        let record = self.records.get(record).ok_or(io::ErrorKind::NotFound)?;
        self.call = record.call.clone();
        record.tree.restore(&self.root, is_output)
    }
}

/// Whether a path below the root is what compiles write.
pub fn is_output(path: &Path) -> bool {
    let suffix = path.extension().unwrap_or_default();
    path.starts_with(OUTPUTS) || suffix == "o" || suffix == "d"
}

//! The state of the little project: its folder, its files on the disk, its call, and the states that it can be put back to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zccache_tests::Compiler;

use crate::call::Call;
use crate::layout::{self, Layout};
use crate::sources::{FIRST_FILES, FIRST_LINKS, SOURCES, header_text, source_name, source_text};
use crate::tree::Tree;

/// Folders that the project can be in. The first one is where it begins.
pub const PLACES: [&str; 3] = ["here", "there", "far/away"];

/// A project on the disk.
pub struct Project {
    /// How it is compiled.
    pub call: Call,
    compiler: Compiler,
    base: PathBuf,
    place: &'static str,
    states: BTreeMap<usize, State>,
}

/// A state of a project.
struct State {
    /// All places: what clang precompiled in one goes on reading that one's headers when it is used in another.
    tree: Tree,
    place: &'static str,
    call: Call,
    stored: bool,
}

/// The path and text of every file that a project begins with.
pub fn first_files(compiler: Compiler) -> impl Iterator<Item = (String, String)> {
    let sources = (0..SOURCES).map(move |source| (source_path(source, compiler), source_text(source, 1)));
    sources.chain(FIRST_FILES.iter().map(|(path, name)| ((*path).to_owned(), header_text(name, 1))))
}

fn source_path(source: usize, compiler: Compiler) -> String {
    format!("src/{}.{}", source_name(source), compiler.suffix)
}

impl Project {
    /// Writes a project's first files below an empty folder, but for those `left_out`. All of them were last changed at one
    /// moment an hour ago, so that files of equal content are twins.
    pub fn create(base: &Path, compiler: Compiler, layout: Option<Layout>, left_out: &[String]) -> io::Result<Project> {
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let place = PLACES[0];
        let root = base.join(place);
        layout::FOLDERS.iter().try_for_each(|folder| fs::create_dir_all(root.join(folder)))?;
        for (path, text) in first_files(compiler).filter(|(path, _)| !left_out.contains(path)) {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&root))?;
            fs::write(&path, text)?;
            File::options().append(true).open(path)?.set_modified(hour_ago)?;
        }
        for (path, target) in FIRST_LINKS {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&root))?;
            std::os::unix::fs::symlink(target, path)?;
        }
        let call = Call::new(compiler, layout);
        let mut project = Project { call, compiler, base: base.to_owned(), place, states: BTreeMap::new() };
        project.keep(0)?;
        Ok(project)
    }

    /// Its folder, where the compiler runs.
    pub fn root(&self) -> PathBuf {
        self.base.join(self.place)
    }

    /// The path of a source.
    pub fn source(&self, source: usize) -> String {
        source_path(source, self.compiler)
    }

    /// The steps after which states were kept.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        self.states.keys().copied()
    }

    /// Whether the cache was seen to hold the result of exactly the state after a step.
    pub fn is_stored(&self, step: usize) -> bool {
        self.states.get(&step).is_some_and(|state| state.stored)
    }

    /// Takes note that it does.
    pub fn mark_stored(&mut self, step: usize) {
        if let Some(state) = self.states.get_mut(&step) {
            state.stored = true;
        }
    }

    /// Keeps the present state, to go back to.
    pub fn keep(&mut self, step: usize) -> io::Result<()> {
        let mut tree = Tree::capture(&self.base)?;
        if let Some((_, last)) = self.states.last_key_value() {
            tree.share(&last.tree);
        }
        self.states.insert(step, State { tree, place: self.place, call: self.call.clone(), stored: false });
        Ok(())
    }

    /// Puts everything back as it was.
    pub fn revert(&mut self, step: usize) -> io::Result<()> {
        let state = self.states.get(&step).ok_or(io::ErrorKind::NotFound)?;
        self.place = state.place;
        self.call = state.call.clone();
        state.tree.restore(&self.base)
    }

    /// Moves the project to another place. What was there goes.
    pub fn relocate(&mut self, place: &'static str) -> io::Result<()> {
        let to = self.other_root(place)?;
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(to.parent().unwrap_or(&self.base))?;
        fs::rename(self.root(), to)?;
        self.place = place;
        Ok(())
    }

    /// Copies the project to another place and goes on there. What was there becomes the copy.
    pub fn copy(&mut self, place: &'static str) -> io::Result<()> {
        let to = self.other_root(place)?;
        fs::create_dir_all(&to)?;
        Tree::capture(&self.root())?.restore(&to)?;
        self.place = place;
        Ok(())
    }

    /// Goes on in another place where the project is.
    pub fn switch(&mut self, place: &'static str) -> io::Result<()> {
        if !self.other_root(place)?.is_dir() {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.place = place;
        Ok(())
    }

    fn other_root(&self, place: &'static str) -> io::Result<PathBuf> {
        if place == self.place {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        Ok(self.base.join(place))
    }
}

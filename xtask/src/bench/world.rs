//! What all measurements share: the programs, the caches that are here, the folder, and how much is measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bench::cache::{self, Cache, Kind};
use crate::bench::contestant::{Contestant, enter, take_turns};
use crate::bench::figures::Race;
use crate::bench::floor::Floor;
use crate::bench::options::Scale;
use crate::bench::peers;
use crate::bench::programs::Programs;
use crate::bench::unit::Unit;

/// The name of the floor in the tables.
pub(crate) const FLOOR: &str = "floor";
/// The name of the compiler in the tables.
pub(crate) const BARE: &str = "bare compiler";

/// The bare compiler's second turn: how far it is from the first says what the others' distances are worth.
pub(crate) const AGAIN: &str = "bare compiler, again";

/// What all measurements share.
pub(crate) struct World {
    pub(crate) programs: Programs,
    pub(crate) scale: Scale,
    folder: PathBuf,
    kinds: Vec<(Kind, PathBuf)>,
}

impl World {
    /// `folder`: where everything happens.
    pub(crate) fn new(programs: Programs, scale: Scale, folder: &Path, peers: &Path) -> World {
        let mut kinds = vec![(Kind::Zccache, programs.client.clone())];
        for kind in Kind::ALL {
            kinds.extend(peers::find(kind, peers).map(|program| (kind, program)));
        }
        World { programs, scale, folder: folder.to_owned(), kinds }
    }

    /// The names and versions of the caches that are here.
    pub(crate) fn versions(&self) -> Result<Vec<(String, String)>> {
        self.kinds.iter().map(|(kind, program)| Ok((kind.name().to_owned(), cache::version(program)?))).collect()
    }

    /// The names of those that are not.
    pub(crate) fn missing(&self) -> Vec<String> {
        let is_here = |kind: &Kind| self.kinds.iter().any(|(here, _)| here == kind);
        Kind::ALL.iter().filter(|kind| !is_here(kind)).map(|kind| kind.name().to_owned()).collect()
    }

    /// A folder for a part of a section, empty.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// Ours, empty.
    pub(crate) fn ours(&self) -> Result<Cache> {
        Cache::fresh(Kind::Zccache, &self.programs.client, &self.folder.join("caches").join("zccache"))
    }

    /// All that are here, empty, ours first.
    pub(crate) fn caches(&self) -> Result<Vec<Cache>> {
        self.caches_of(&Kind::ALL)
    }

    /// Those of these kinds that are here, empty, ours first.
    pub(crate) fn caches_of(&self, kinds: &[Kind]) -> Result<Vec<Cache>> {
        let fresh = |(kind, program): &(Kind, PathBuf)| {
            Cache::fresh(*kind, program, &self.folder.join("caches").join(kind.name().replace(' ', "-")))
        };
        self.kinds.iter().filter(|(kind, _)| kinds.contains(kind)).map(fresh).collect()
    }

    /// A hit of this unit, held against the floor and the bare compiler.
    pub(crate) fn hit(&self, unit: &Unit, caches: &[Cache], rounds: u32) -> Result<Race> {
        let floor = Floor::of(unit)?;
        enter(&unit.folder)?;
        let mut contestants = vec![Contestant::new(FLOOR, floor.command("floor"))];
        for cache in caches {
            contestants.push(Contestant::new(cache.name(), command_through(unit, cache, cache.name())));
        }
        contestants.push(Contestant::new(BARE, unit.command(None, "again")).seldom(self.scale.bare_every));
        let race = take_turns(&self.scale, rounds, contestants, caches)?;
        unit.check(cache::OURS)?;
        Ok(race)
    }
}

/// The compile of a unit by a cache. `name`: of its outputs.
pub(crate) fn command_through(unit: &Unit, cache: &Cache, name: &str) -> std::process::Command {
    let mut command = unit.command(Some(cache.program()), name);
    cache.used_by(&mut command);
    command
}

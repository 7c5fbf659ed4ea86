//! One workspace with two target folders. They take turns in one place, since paths stand in what is built.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::path::PathBuf;
use std::time::SystemTime;

use zccache_tests::{Counters, Run, required, run, tick};

use super::sources::sources;
use super::state::{State, Task};
use super::step::Step;
use crate::build::Build;
use crate::outputs::Outputs;
use crate::workspace::{Way, Workspace};

/// The workspace.
pub struct Trees {
    workspace: Workspace,
    /// What the compiler keeps for its next run makes names random: then only what is said and done is compared.
    incremental: bool,
    /// As they are on the disk.
    files: BTreeMap<String, String>,
}

/// One build of a state.
struct Built {
    build: Build,
    outputs: Outputs,
    /// What the program did, where one was to be built and was.
    shown: Option<Run>,
}

impl Trees {
    /// An empty workspace. None: there is no cargo, or no compiler for C.
    pub fn new(incremental: bool) -> Option<Trees> {
        let mut workspace = Workspace::of("")?;
        if !required("gcc") {
            return None;
        }
        workspace.world.set("CARGO_INCREMENTAL", if incremental { "1" } else { "0" });
        workspace.world.set("ZCCACHE_RUSTC_VARIABLES", "MOOD");
        Some(Trees { workspace, incremental, files: BTreeMap::new() })
    }

    /// Builds a state in both ways, and says what was counted, or what is wrong.
    pub fn take(&mut self, state: &State, step: Step, cached_first: bool) -> Result<Counters, String> {
        self.write(state, step == Step::Touch);
        if step == Step::Clean {
            for built in [Way::Bare, Way::Cached].map(|way| self.rest(way)) {
                fs::remove_dir_all(built).unwrap();
            }
        }
        let ways = if cached_first { [Way::Cached, Way::Bare] } else { [Way::Bare, Way::Cached] };
        let [one, two] = ways.map(|way| self.in_turn(way, |trees| trees.build(state, way)));
        let (bare, cached) = if cached_first { (two, one) } else { (one, two) };
        self.compare(&bare, &cached)?;
        let again = self.in_turn(Way::Cached, |trees| trees.build(state, Way::Cached));
        check_again(&cached, &again)?;
        // What changes next is later than all that was built.
        tick();
        Ok(cached.build.counters)
    }

    /// The daemon's log.
    pub fn log(&self) -> String {
        self.workspace.world.log()
    }

    /// Writes what has changed, and removes what is no more.
    fn write(&mut self, state: &State, touch: bool) {
        let files: BTreeMap<String, String> = sources(state).into_iter().collect();
        for path in self.files.keys().filter(|path| !files.contains_key(*path)) {
            self.workspace.world.remove(path);
        }
        for (path, content) in files.iter().filter(|(path, content)| self.files.get(*path) != Some(content)) {
            self.workspace.world.write_now(path, content);
        }
        if touch {
            let source = self.workspace.world.work.join("base/src/lib.rs");
            let source = File::options().append(true).open(source).unwrap();
            source.set_times(FileTimes::new().set_modified(SystemTime::now())).unwrap();
        }
        self.files = files;
        tick();
    }

    fn build(&self, state: &State, way: Way) -> Built {
        let world = &self.workspace.world;
        let mut cargo = self.workspace.telling(way, &state.words());
        cargo.envs(state.variables());
        let (ended, counters) = world.count(|| run(&mut cargo));
        let build = Build::of(ended, counters);
        let program = world.work.join("target").join(state.profile()).join("app");
        let built = build.run.succeeded() && state.task != Task::Check;
        let shown = built.then(|| run(&mut world.command(program)));
        Built { build, outputs: self.workspace.outputs(), shown }
    }

    fn compare(&self, bare: &Built, cached: &Built) -> Result<(), String> {
        let mut wrong = Vec::new();
        let (one, two) = (&bare.build, &cached.build);
        if one.run.code != two.run.code || one.messages != two.messages {
            let said = |build: &Build| format!("{:?}\n{}{}", build.run.code, build.messages.concat(), build.run.err());
            wrong.push(format!("without the cache\n{}\n== with it\n{}", said(one), said(two)));
        }
        if one.units != two.units {
            wrong.push(format!("cargo did\n{:#?}\n== and with the cache\n{:#?}", one.units, two.units));
        }
        if bare.shown != cached.shown {
            wrong.push(format!("the program does {:?} and with the cache {:?}", bare.shown, cached.shown));
        }
        if !self.incremental {
            wrong.extend(bare.outputs.differences(&cached.outputs));
        }
        if two.counters.faults > 0 {
            wrong.push("trouble inside the cache".to_owned());
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(format!("{}\n== {:?}", wrong.join("\n"), two.counters)),
        }
    }

    /// Does something while one of the two folders is in the common place.
    fn in_turn<T>(&self, way: Way, work: impl FnOnce(&Trees) -> T) -> T {
        let (rest, place) = (self.rest(way), self.workspace.world.work.join("target"));
        if rest.exists() {
            fs::rename(&rest, &place).unwrap();
        }
        let done = work(self);
        fs::rename(place, rest).unwrap();
        done
    }

    /// Where a folder is meanwhile.
    fn rest(&self, way: Way) -> PathBuf {
        self.workspace.world.work.join(format!("target-{way:?}"))
    }
}

/// Nothing has changed, so there is nothing to do; and what failed fails in the same way.
fn check_again(cached: &Built, again: &Built) -> Result<(), String> {
    let (one, two) = (&cached.build, &again.build);
    let idle = two.counters.requests == 0 && two.compiled() == 0;
    let right = one.run.code == two.run.code && one.messages == two.messages && (idle || !one.run.succeeded());
    if right && cached.shown == again.shown {
        return Ok(());
    }
    Err(format!("once more, it is otherwise: {one:?}\n== and then {two:?}"))
}

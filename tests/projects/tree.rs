//! The tree of one project, built again and again in the same folder.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zccache_tests::{Counters, World, run, tick, zccache};

/// Files by their paths below a folder.
type Outputs = BTreeMap<PathBuf, Vec<u8>>;

/// A project's sources, and the folder that it is built in.
pub struct Tree {
    world: World,
    definitions: &'static [&'static str],
    targets: &'static [&'static str],
    /// What a shell runs in the folder of the build afterwards. It ends well, and prints the same each time.
    proof: &'static str,
    /// What CMake wrote.
    configured: Outputs,
}

/// One build.
pub struct Built {
    /// What the build tool and the compilers made.
    pub outputs: Outputs,
    /// What the proof printed.
    pub said: String,
    /// What the cache counted.
    pub counters: Counters,
}

/// Without the cache, and three times with it.
pub struct Builds {
    /// Without it.
    pub bare: Built,
    /// The first with it.
    pub cold: Built,
    /// Once more, from nothing.
    pub warm: Built,
    /// Once more, on top of the one before, after a touch of all headers.
    pub touched: Built,
}

impl Tree {
    /// Copies a project that this suite brings.
    pub fn ours(name: &str, definitions: &'static [&'static str], proof: &'static str) -> Tree {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("projects/sources").join(name);
        Tree::copy(&sources, definitions, &["all"], proof)
    }

    /// Copies a project.
    pub fn copy(
        sources: &Path,
        definitions: &'static [&'static str],
        targets: &'static [&'static str],
        proof: &'static str,
    ) -> Tree {
        let world = World::new();
        world.write_many(below(sources).into_iter().map(|(path, content)| (src(&path), content)));
        Tree { world, definitions, targets, proof, configured: Outputs::new() }
    }

    /// Builds it in each of the four ways.
    #[track_caller]
    pub fn build_in_all_ways(&mut self) -> Builds {
        let (bare, cold) = self.build_bare_and_cold();
        self.clean();
        let warm = self.build();
        self.touch_headers();
        let touched = self.build();
        Builds { bare, cold, warm, touched }
    }

    /// Builds it without the cache, and then with it.
    #[track_caller]
    pub fn build_bare_and_cold(&mut self) -> (Built, Built) {
        self.configure("");
        let bare = self.build();
        self.clean();
        self.configure(zccache().to_str().unwrap());
        (bare, self.build())
    }

    /// Has CMake describe the build, with this before each compiler. Files that it wrote before keep their times.
    #[track_caller]
    fn configure(&mut self, launcher: &str) {
        let mut cmake = self.world.command("cmake");
        cmake.args(["-S", "src", "-B", "out", "-G", "Ninja"]);
        cmake.args(self.definitions.iter().map(|definition| format!("-D{definition}")));
        cmake.args(["C", "CXX"].map(|language| format!("-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}")));
        run(&mut cmake).expect_success();
        self.configured = below(&self.out());
    }

    /// Builds what is not up to date, runs the proof, and removes what that left.
    #[track_caller]
    pub fn build(&self) -> Built {
        let mut ninja = self.world.command("ninja");
        ninja.args(["-C", "out", "-d", "keepdepfile", "-j2"]).args(self.targets);
        let (_, counters) = self.world.count(|| run(&mut ninja).expect_success());
        let outputs = self.outputs();
        let mut shell = self.world.command("sh");
        let said = run(shell.args(["-c", self.proof]).current_dir(self.out())).expect_success().out();
        for path in self.outputs().keys().filter(|path| !outputs.contains_key(*path)) {
            fs::remove_file(self.out().join(path)).unwrap();
        }
        Built { outputs, said, counters }
    }

    /// Removes everything that was built.
    fn clean(&self) {
        for path in below(&self.out()).keys().filter(|path| !self.configured.contains_key(*path)) {
            fs::remove_file(self.out().join(path)).unwrap();
        }
    }

    /// Sets the time of every header to now.
    fn touch_headers(&self) {
        let src = self.world.work.join("src");
        for path in below(&src).keys().filter(|path| path.extension().is_some_and(|suffix| suffix == "h")) {
            let file = File::options().append(true).open(src.join(path)).unwrap();
            file.set_times(FileTimes::new().set_modified(SystemTime::now())).unwrap();
        }
        tick();
    }

    /// Changes a source, or changes it back.
    pub fn write(&self, path: &str, content: &[u8]) {
        self.world.write_now(&src(Path::new(path)), content);
        tick();
    }

    /// What a source holds.
    pub fn read(&self, path: &str) -> Vec<u8> {
        self.world.read(&src(Path::new(path))).unwrap()
    }

    /// What is there and neither of CMake's nor of Ninja's making for itself.
    fn outputs(&self) -> Outputs {
        let mut outputs = below(&self.out());
        outputs.retain(|path, _| !self.configured.contains_key(path) && !path.starts_with(".ninja_log"));
        outputs.remove(Path::new(".ninja_deps"));
        outputs
    }

    fn out(&self) -> PathBuf {
        self.world.work.join("out")
    }
}

impl Builds {
    /// Whether the first build with the cache compiled everything and the second nothing, and both made what the bare one
    /// makes.
    #[track_caller]
    pub fn assert_cold_and_warm(&self) {
        self.cold.assert_same(&self.bare, "");
        self.cold.assert_all_misses();
        self.warm.assert_same(&self.bare, "");
        self.warm.assert_all_hits();
    }

    /// The same, and a touch of all headers changes nothing.
    #[track_caller]
    pub fn assert_cold_warm_and_touched(&self) {
        self.assert_cold_and_warm();
        self.touched.assert_same(&self.bare, "");
        self.touched.assert_all_hits();
    }
}

impl Built {
    /// How many objects and precompiled headers there are.
    pub fn units(&self) -> u64 {
        let is_unit = |path: &&PathBuf| ["o", "gch", "pch"].iter().any(|suffix| has_suffix(path, suffix));
        self.outputs.keys().filter(is_unit).count() as u64
    }

    /// What has this suffix.
    pub fn with_suffix(&self, suffix: &str) -> Vec<(&PathBuf, &Vec<u8>)> {
        self.outputs.iter().filter(|(path, _)| has_suffix(path, suffix)).collect()
    }

    /// Whether every output, but for those of a suffix that cannot be equal, is the other build's, and whether what was
    /// built does the same.
    #[track_caller]
    pub fn assert_same(&self, other: &Built, but: &str) {
        let paths = |built: &Built| built.outputs.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(self), paths(other));
        let unequal = |path: &&PathBuf| !has_suffix(path, but) && self.outputs[*path] != other.outputs[*path];
        let different: Vec<&PathBuf> = self.outputs.keys().filter(unequal).collect();
        assert!(different.is_empty(), "{different:?} differ");
        assert_eq!(self.said, other.said);
    }

    /// Whether all units came from the cache.
    #[track_caller]
    pub fn assert_all_hits(&self) {
        assert_eq!(self.counters.outcomes(), (self.units(), 0, 0, 0, 0), "{:?}", self.counters);
    }

    /// Whether all units were compiled, and stored.
    #[track_caller]
    pub fn assert_all_misses(&self) {
        assert_eq!(self.counters.outcomes(), (0, self.units(), 0, 0, 0), "{:?}", self.counters);
        let unstored = self.counters.reasons.keys().any(|reason| reason.starts_with("not stored"));
        assert!(!unstored, "{:?}", self.counters);
    }
}

fn has_suffix(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|extension| extension == suffix)
}

/// A source's path in the world.
fn src(path: &Path) -> String {
    Path::new("src").join(path).to_str().unwrap().to_owned()
}

/// Every file below a folder, by its path from there on.
fn below(folder: &Path) -> Outputs {
    let mut waiting = vec![folder.to_owned()];
    let mut found = Outputs::new();
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

//! A workspace of packages in a world's working folder, built by cargo as people have it.

use std::process::Command;

use zccache_tests::{World, run, zccache};

use crate::build::Build;
use crate::listing::files;
use crate::outputs::Outputs;
use crate::rust::world;

/// A workspace. None of its packages needs anything that is not in it.
pub struct Workspace {
    /// Where it lies.
    pub world: World,
}

/// How cargo calls the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it is.
    Bare,
    /// Through the cache.
    Cached,
}

/// The same build in all ways.
pub struct Builds {
    /// Without the cache.
    pub bare: Build,
    /// The first with it.
    pub cold: Build,
    /// Once more, after `cargo clean`.
    pub warm: Build,
    /// What each left.
    pub outputs: [Outputs; 3],
}

impl Workspace {
    /// Writes the files of a listing. None: there is no cargo.
    pub fn of(listing: &str) -> Option<Workspace> {
        let mut world = world()?;
        let target = world.work.join("target");
        world.set("CARGO_TARGET_DIR", target);
        world.set("CARGO_NET_OFFLINE", "true");
        world.write_many(files(listing));
        Some(Workspace { world })
    }

    /// The same without what the compiler keeps for its next run: what it makes with that has random names in it.
    pub fn without_incremental(listing: &str) -> Option<Workspace> {
        let mut workspace = Workspace::of(listing)?;
        workspace.world.set("CARGO_INCREMENTAL", "0");
        Some(workspace)
    }

    /// `cargo` with these words.
    pub fn cargo(&self, way: Way, words: &str) -> Command {
        let mut command = self.world.command("cargo");
        command.args(words.split_whitespace());
        if way == Way::Cached {
            command.env("RUSTC_WRAPPER", zccache());
        }
        command
    }

    /// `cargo` with these words, of which the first is what it is to do; it says in JSON what it did.
    pub fn telling(&self, way: Way, words: &str) -> Command {
        let (what, how) = words.split_once(' ').unwrap_or((words, ""));
        self.cargo(way, &format!("{what} --message-format=json {how}"))
    }

    /// Builds what is not up to date.
    #[track_caller]
    pub fn build(&self, way: Way, words: &str) -> Build {
        let (run, counters) = self.world.count(|| run(&mut self.telling(way, words)));
        Build::of(run, counters)
    }

    /// Removes everything that was built.
    #[track_caller]
    pub fn clean(&self) {
        run(&mut self.cargo(Way::Bare, "clean")).expect_success();
    }

    /// What lies in the target folder.
    pub fn outputs(&self) -> Outputs {
        Outputs::below(&self.world.work.join("target"))
    }

    /// Builds from nothing, once without the cache, twice with it. The last is left.
    #[track_caller]
    pub fn build_in_all_ways(&self, words: &str) -> Builds {
        let [(bare, one), (cold, two), (warm, three)] = [Way::Bare, Way::Cached, Way::Cached].map(|way| {
            self.clean();
            let build = self.build(way, words).expect_success();
            (build, self.outputs())
        });
        Builds { bare, cold, warm, outputs: [one, two, three] }
    }

    /// Builds from nothing, with the cache and without: both must make the same and say the same. The first is left, and
    /// told of.
    #[track_caller]
    pub fn compare(&self, words: &str) -> Build {
        self.clean();
        let bare = self.build(Way::Bare, words);
        let outputs = self.outputs();
        self.clean();
        let cached = self.build(Way::Cached, words);
        self.outputs().assert_same(&outputs);
        assert_eq!((&cached.run.code, &cached.messages), (&bare.run.code, &bare.messages), "{cached:?}");
        assert_eq!(cached.units, bare.units);
        cached
    }

    /// What a shell in the workspace's folder prints, to whose words the target's folder of programs is `$BIN`.
    #[track_caller]
    pub fn said(&self, profile: &str, script: &str) -> String {
        let programs = self.world.work.join("target").join(profile);
        let mut shell = self.world.command("sh");
        shell.args(["-e", "-c", script]).env("BIN", &programs).env("LD_LIBRARY_PATH", programs.join("deps"));
        run(&mut shell).expect_success().out()
    }
}

impl Builds {
    /// Whether the first build with the cache ran everything and the second nothing, and both said what the bare one says.
    #[track_caller]
    pub fn assert_counted(&self) {
        assert!(self.bare.compiled() > 0, "{:?}", self.bare);
        self.cold.assert_all_misses();
        self.warm.assert_all_hits();
        for build in [&self.cold, &self.warm] {
            assert_eq!(build.units, self.bare.units);
            assert_eq!(build.messages, self.bare.messages);
        }
    }

    /// The same, and both left what the bare one leaves.
    #[track_caller]
    pub fn assert_counted_and_same(&self) {
        self.assert_counted();
        let [bare, cold, warm] = &self.outputs;
        cold.assert_same(bare);
        warm.assert_same(bare);
    }
}

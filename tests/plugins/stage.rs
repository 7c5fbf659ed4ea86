//! A world with a program named `victim` and a daemon that has loaded the plugins that claim it.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use zccache_tests::{Age, Counters, Made, Run, World, run, zccached};

/// The program: says what it was called with on both streams, writes its second word to the file that its first one names,
/// and ends with its third as code.
const VICTIM: &str = r#"
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words) {
    for (int i = 1; i < count; i++) printf("word %s\n", words[i]);
    fprintf(stderr, "%d words\n", count - 1);
    if (count > 2) {
        FILE *file = fopen(words[1], "w");
        if (!file) return 99;
        fputs(words[2], file);
        fclose(file);
    }
    return count > 3 ? atoi(words[3]) : 0;
}
"#;

/// The daemon runs as this test's child, and is stopped with this value.
pub struct Stage {
    /// Where everything happens.
    pub world: World,
    daemon: Child,
}

impl Stage {
    /// Builds the program, and starts a daemon that finds these components, by file name. `None`: there is no gcc to build
    /// it with.
    pub fn with(components: &[(&str, Vec<u8>)]) -> Option<Stage> {
        if !zccache_tests::required("gcc") {
            return None;
        }
        let world = World::new();
        world.write("victim.c", VICTIM);
        let victim = programs(&world).join("victim").display().to_string();
        world.bare(&format!("gcc -o {victim} victim.c")).expect_success();
        Some(Stage::of(world, components))
    }

    /// The same with a program that is a script, called `victim source copy`, and the files `source` and `more`. Where it is
    /// called otherwise, with `--list` first, it does what `lists` says, else what `runs` says; each time it notes that in
    /// the file that [`Stage::ran`] reads. `age`: what the daemon takes sources for.
    pub fn with_script(component: Vec<u8>, age: Age, lists: &str, runs: &str) -> Stage {
        let mut world = World::new();
        world.take_sources_for(age);
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = --list ]; then\n  echo \"listed ${{*#--list to=*/}} given $(cat) in $LC_ALL\" >>\"$HOME/ran\"\n  \
             {lists}\n  exit 0\nfi\necho \"ran $*\" >>\"$HOME/ran\"\n{runs}\n"
        );
        let victim = programs(&world).join("victim");
        fs::write(&victim, text).expect("the folder is ours");
        fs::set_permissions(&victim, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        world.write_many([("source", "one\n"), ("more", "two\n")]);
        Stage::of(world, &[("caching", component)])
    }

    fn of(mut world: World, components: &[(&str, Vec<u8>)]) -> Stage {
        let plugins = world.root().join("plugins");
        fs::create_dir(&plugins).expect("the world is new");
        for (name, component) in components {
            fs::write(plugins.join(format!("{name}.wasm")), component).expect("the folder is ours");
        }
        let path = std::env::var("PATH").expect("tests run with a PATH");
        let programs = world.root().join("programs");
        world.set("PATH", format!("{}:{path}", programs.display()));
        let daemon = start(&world);
        Stage { world, daemon }
    }

    /// Ends the daemon, and starts another one for the same cache.
    pub fn restart(&mut self) {
        run(&mut self.world.zccache(["stop"])).expect_success();
        self.daemon.wait().expect("it is our child");
        self.daemon = start(&self.world);
    }

    /// What the script noted since this was asked last.
    pub fn ran(&self) -> Vec<String> {
        let notes = self.world.root().join("home/ran");
        let text = fs::read_to_string(&notes).unwrap_or_default();
        fs::write(&notes, "").expect("the folder is ours");
        text.lines().map(str::to_owned).collect()
    }

    /// Calls the script by way of the cache, with nothing in the place of its output, and says what was counted and what the
    /// script noted.
    #[track_caller]
    pub fn call(&self) -> (Made, Counters, Vec<String>) {
        self.ran();
        let (made, counters) = self.world.count(|| self.world.make_cached("victim source copy", &["copy"]));
        (made, counters, self.ran())
    }

    /// Runs `victim` with these words bare and through the cache, both with nothing written yet: all that can be seen of
    /// the two must be the same.
    #[track_caller]
    pub fn assert_unharmed(&self, words: &str) {
        let call = format!("victim {words}");
        let observe = |run: Run| {
            let written = self.world.read("written");
            self.world.remove("written");
            (run, written)
        };
        let bare = observe(self.world.bare(&call));
        let cached = observe(self.world.cached(&call));
        assert_eq!(cached, bare, "{call}");
    }

    /// Shows that compiles are cached: the same one twice is a miss and a hit.
    #[track_caller]
    pub fn assert_compiles_are_cached(&self) {
        self.world.write("unit.c", "int unit(void) { return 1; }\n");
        let before = self.world.counters();
        for _ in 0..2 {
            self.world.cached("gcc -c unit.c -o unit.o").expect_success();
        }
        let after = self.world.counters();
        assert_eq!((after.misses - before.misses, after.hits - before.hits), (1, 1), "{after:?}");
    }

    /// What `zccache status --json` says of a plugin: whether it is switched off; none: it is not loaded.
    #[track_caller]
    pub fn is_disabled(&self, id: &str) -> Option<bool> {
        let status = run(&mut self.world.zccache(["status", "--json"])).expect_success().out();
        let status: serde_json::Value = serde_json::from_str(&status).expect("status is JSON");
        let plugins = status["plugins"].as_array().expect("a running daemon lists its plugins");
        plugins.iter().find(|plugin| plugin["id"] == id)?["disabled"].as_bool()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // However it ends: the test has seen what it wanted to see.
        let _stopped = self.world.zccache(["stop"]).output();
        let _ended = self.daemon.kill().and_then(|()| self.daemon.wait());
    }
}

/// The folder of this world's programs.
fn programs(world: &World) -> PathBuf {
    let programs = world.root().join("programs");
    fs::create_dir(&programs).expect("the world is new");
    programs
}

/// Starts a daemon and waits for its one line.
fn start(world: &World) -> Child {
    let mut command = world.command(zccached());
    command.arg("--with-plugins").arg(world.root().join("plugins"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut daemon = command.spawn().expect("the daemon is built");
    let mut said = String::new();
    let stdout = daemon.stdout.as_mut().expect("its output is a pipe");
    stdout.read_to_string(&mut said).expect("it says how its start went");
    assert_eq!(said, "ready\n");
    daemon
}

//! A world with a program named `victim` and a daemon that has loaded the plugins that claim it.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use zccache_tests::{Run, World, run, zccached};

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
        let mut world = World::new();
        let programs = world.root().join("programs");
        let plugins = world.root().join("plugins");
        for folder in [&programs, &plugins] {
            fs::create_dir(folder).expect("the world is new");
        }
        for (name, component) in components {
            fs::write(plugins.join(format!("{name}.wasm")), component).expect("the folder is ours");
        }
        world.write("victim.c", VICTIM);
        let victim = programs.join("victim").display().to_string();
        world.bare(&format!("gcc -o {victim} victim.c")).expect_success();
        let path = std::env::var("PATH").expect("tests run with a PATH");
        world.set("PATH", format!("{}:{path}", programs.display()));
        let mut command = world.command(zccached());
        command.arg("--with-plugins").arg(&plugins);
        let daemon = start(&mut command);
        Some(Stage { world, daemon })
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

/// Starts a daemon and waits for its one line.
fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut daemon = command.spawn().expect("the daemon is built");
    let mut said = String::new();
    let stdout = daemon.stdout.as_mut().expect("its output is a pipe");
    stdout.read_to_string(&mut said).expect("it says how its start went");
    assert_eq!(said, "ready\n");
    daemon
}

//! `ZCCACHE_MODE=LINK`: outputs that are hard links of what is stored. Whatever is done to them, nobody else sees it, and
//! whoever wants to write them can.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_tests::{Counters, Run, World, permitted, required, run, tick, zccache};

/// Another user, as numbers: the superuser may do with read-only files what others may not.
const OTHER: u32 = 65534;

/// A world that links, and who calls compilers there. All that is in it belongs to them.
struct Linked {
    world: World,
    other: bool,
    mode: &'static str,
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.run("zccache stop");
    }
}

/// What a compile came to.
#[derive(Debug)]
struct Compiled {
    run: Run,
    counters: Counters,
    /// Damaged contents that were found.
    dropped: u64,
}

impl Compiled {
    #[track_caller]
    fn expect_hit(self) {
        assert!(self.run.succeeded() && self.counters.outcomes() == (1, 0, 0, 0, 0), "{self:?}");
    }

    #[track_caller]
    fn expect_miss(self, reason: &str) {
        assert!(self.run.succeeded() && self.counters.outcomes() == (0, 1, 0, 0, 0), "{self:?}");
        assert!(self.counters.reason(&format!("miss: {reason}")) == 1, "{self:?}");
        assert!(!self.counters.reasons.keys().any(|reason| reason.starts_with("not stored")), "{self:?}");
    }
}

impl Compiled {
    /// The stored content was damaged, and is stored anew.
    #[track_caller]
    fn expect_damage(self) {
        assert!(self.run.succeeded() && self.counters.outcomes() == (0, 1, 0, 0, 0), "{self:?}");
        assert!(self.dropped == 1 && self.counters.results > 0, "{self:?}");
        assert_eq!(self.counters.reason("miss: corrupt"), 1, "{self:?}");
    }
}

impl Linked {
    fn new(other: bool) -> Linked {
        let linked = Linked { world: World::new(), other, mode: "LINK" };
        for folder in ["a", "b"] {
            linked.write(&format!("{folder}/x.c"), "#include \"x.h\"\nint x(void) { return VALUE; }\n");
            linked.write(&format!("{folder}/x.h"), "#define VALUE 1\n");
        }
        linked
    }

    fn write(&self, path: &str, content: &str) {
        self.world.write(path, content);
        if self.other {
            give(self.world.root());
            tick();
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.world.work.join(path)
    }

    fn read(&self, path: &str) -> Vec<u8> {
        self.world.read(path).unwrap_or_else(|| panic!("{path} is not there"))
    }

    /// A command of the caller's.
    fn command(&self, words: &str, folder: &str) -> Command {
        let mut command = if self.other {
            let mut command = self.world.command("setpriv");
            command.args([format!("--reuid={OTHER}"), format!("--regid={OTHER}"), "--clear-groups".to_owned()]);
            // A folder that they may not enter keeps everything from being stored.
            command.env("PATH", "/usr/bin:/bin");
            command
        } else {
            self.world.command("env")
        };
        let words = words.split_whitespace();
        command.args(words.map(|word| if word == "zccache" { zccache() } else { word.into() }));
        command.env("ZCCACHE_MODE", self.mode).current_dir(self.path(folder)).env("PWD", self.path(folder));
        command
    }

    fn run(&self, words: &str) -> Run {
        run(&mut self.command(words, "."))
    }

    /// Compiles through the cache in a folder.
    #[track_caller]
    fn compile(&self, folder: &str, call: &str) -> Compiled {
        let dropped = self.counters(" --zero").dropped;
        let run = run(&mut self.command(&format!("zccache {call}"), folder));
        let counters = self.counters("");
        Compiled { run, dropped: counters.dropped - dropped, counters }
    }

    #[track_caller]
    fn counters(&self, option: &str) -> Counters {
        Counters::of_json(&self.run(&format!("zccache stats --json{option}")).expect_success().out())
    }

    /// What a call makes without the cache, in a folder of its own with the same sources.
    #[track_caller]
    fn bare(&self, call: &str, output: &str) -> Vec<u8> {
        let folder = self.path("bare");
        fs::create_dir_all(&folder).unwrap();
        for source in ["x.c", "x.h"] {
            fs::copy(self.path("a").join(source), folder.join(source)).unwrap();
        }
        run(self.world.bare_command(call).current_dir(&folder).env("PWD", &folder)).expect_success();
        fs::read(folder.join(output)).unwrap()
    }

    /// Has a call stored and served once in each folder: their outputs are links of one content.
    #[track_caller]
    fn link(&self, call: &str, outputs: &[&str]) {
        self.compile("a", call).expect_miss("cold");
        for folder in ["a", "b"] {
            for output in outputs {
                self.world.remove(&format!("{folder}/{output}"));
            }
            self.compile(folder, call).expect_hit();
        }
        for output in outputs {
            let (one, two) = (self.path("a").join(output), self.path("b").join(output));
            assert_eq!((identity(&one), links(&one), mode(&one)), (identity(&two), 3, 0o444), "{output}");
            assert_eq!(fs::read(&one).unwrap(), self.bare(call, output), "{output}");
        }
    }

    /// Stops the daemon; the next one puts outputs in place in this way.
    fn switch(&mut self, mode: &'static str) {
        self.run("zccache stop").expect_success();
        self.mode = mode;
    }
}

/// Makes a folder with all that it holds another user's.
fn give(path: &Path) {
    lchown(path, Some(OTHER), Some(OTHER)).unwrap();
    if path.symlink_metadata().unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path());
        }
    }
}

fn identity(path: &Path) -> (u64, u64) {
    let metadata = path.symlink_metadata().unwrap();
    (metadata.dev(), metadata.ino())
}

fn links(path: &Path) -> u64 {
    path.symlink_metadata().unwrap().nlink()
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

/// For this user, and for one who is not the superuser.
fn for_each_caller(test: impl Fn(Linked)) {
    if !(required("gcc") && required("strip")) {
        return;
    }
    test(Linked::new(false));
    let try_it = Command::new("setpriv")
        .args([&format!("--reuid={OTHER}"), "--clear-groups", "test", "-x"])
        .arg(zccache())
        .status();
    let can = try_it.is_ok_and(|status| status.success());
    if !rustix::process::geteuid().is_root() || !permitted(can, "another user may run zccache") {
        return;
    }
    test(Linked::new(true));
}

#[test]
fn an_output_that_is_changed_in_place_is_pristine_elsewhere_at_the_next_hit() {
    for_each_caller(|linked| {
        let call = "gcc -O1 -c x.c";
        let bare = linked.bare(call, "x.o");
        linked.link(call, &["x.o"]);
        let changes = ["strip x.o", "objcopy --add-section more=x.c x.o", "cp x.c x.o", "sed -i s/x/y/ x.o"];
        for change in changes {
            let before = identity(&linked.path("a/x.o"));
            // Who is not the superuser asks for it.
            fs::set_permissions(linked.path("a/x.o"), Permissions::from_mode(0o644)).unwrap();
            run(&mut linked.command(change, "a")).expect_success();
            let in_place = identity(&linked.path("a/x.o")) == before;
            assert_eq!(in_place, !change.starts_with("sed"), "{change}");
            assert_ne!(linked.read("a/x.o"), bare, "{change}");
            assert_eq!(linked.read("b/x.o") != bare, in_place, "{change}");
            let next = linked.compile("b", call);
            if in_place {
                next.expect_damage();
            } else {
                next.expect_hit();
            }
            assert_eq!(linked.read("b/x.o"), bare, "{change}");
            for folder in ["b", "a", "a"] {
                linked.compile(folder, call).expect_hit();
                assert_eq!(linked.read(&format!("{folder}/x.o")), bare, "{change}");
            }
        }
    });
}

#[test]
fn an_output_that_is_changed_right_after_its_compile_was_stored_as_it_was() {
    for_each_caller(|linked| {
        let call = "gcc -O1 -c x.c";
        let bare = linked.bare(call, "x.o");
        // With nothing in between that waits for the daemon.
        let mut both = linked.command("sh -c", "a");
        run(both.arg(format!("{} {call} && strip x.o", zccache().display()))).expect_success();
        assert_ne!(linked.read("a/x.o"), bare);
        assert_eq!((links(&linked.path("a/x.o")), mode(&linked.path("a/x.o"))), (1, 0o644));
        linked.compile("b", call).expect_hit();
        assert_eq!(linked.read("b/x.o"), bare);
    });
}

#[test]
fn what_came_as_a_link_can_be_overwritten_linked_over_and_removed() {
    for_each_caller(|linked| {
        let call = "gcc -O1 -c x.c";
        let bare = linked.bare(call, "x.o");
        linked.write("a/y.c", "int y;\n");
        run(&mut linked.command("gcc -c y.c", "a")).expect_success();
        linked.link(call, &["x.o"]);
        for replace in ["cp -f y.o x.o", "ld -r -o x.o y.o", "mv y.o x.o", "rm x.o", "gcc -c x.c", "gcc -c x.c -o x.o"]
        {
            run(&mut linked.command(replace, "a")).expect_success();
            // The superuser's `cp` writes in place, and then it is compiled again.
            let next = linked.compile("b", call);
            if !linked.other && replace.starts_with("cp") {
                next.expect_damage();
            } else {
                next.expect_hit();
            }
            for folder in ["a", "b"] {
                linked.compile(folder, call).expect_hit();
                let object = linked.path(folder).join("x.o");
                assert_eq!((fs::read(&object).unwrap() == bare, mode(&object)), (true, 0o444), "{replace}");
            }
        }
    });
}

#[test]
fn only_what_compilers_replace_is_a_link_so_a_call_that_bypasses_can_write_all() {
    for_each_caller(|linked| {
        if !required("clang") {
            return;
        }
        // With the outputs that may be links.
        let calls: [(&str, &[&str], &[&str]); 5] = [
            ("gcc -O1 -MD -c x.c", &["x.o", "x.d"], &["x.o"]),
            ("gcc -O1 -fstack-usage -S x.c", &["x.s", "x.su"], &[]),
            ("gcc -E -MD -MF x.i.d x.c -o x.i", &["x.i", "x.i.d"], &[]),
            ("gcc -x c-header -o x.gch x.h", &["x.gch"], &[]),
            ("clang -O1 -MD -c x.c -o y.o", &["y.o", "y.d"], &[]),
        ];
        for (call, outputs, lent) in calls {
            for folder in ["a", "a", "b", "b"] {
                linked.compile(folder, call).run.expect_success();
            }
            for output in outputs {
                let path = linked.path("b").join(output);
                let (mode, least) = if lent.contains(output) { (0o444, 2) } else { (0o644, 1) };
                assert!(self::mode(&path) == mode && links(&path) >= least, "{call}: {output}");
                assert!(lent.contains(output) || links(&path) == 1, "{call}: {output}");
            }
            let kept = outputs.iter().map(|output| linked.read(&format!("b/{output}"))).collect::<Vec<_>>();

            linked.write("a/x.h", "#define VALUE 2\n");
            let bypass = linked.compile("a", &format!("{call} -ftime-report"));
            assert!(bypass.run.succeeded() && bypass.counters.bypasses == 1, "{bypass:?}");
            for (output, kept) in outputs.iter().zip(&kept) {
                let written = linked.read(&format!("a/{output}"));
                // Which headers there are and how much stack is taken has not changed.
                assert_eq!(written == *kept, output.ends_with(".d") || output.ends_with(".su"), "{call}: {output}");
                assert!(linked.read(&format!("b/{output}")) == *kept, "{call}: {output}");
            }

            linked.compile("b", call).expect_hit();
            linked.write("a/x.h", "#define VALUE 1\n");
            linked.compile("a", call).run.expect_success();
            for (output, kept) in outputs.iter().zip(&kept) {
                assert!(linked.read(&format!("b/{output}")) == *kept, "{call}: {output}");
            }
            assert_eq!(linked.counters("").dropped, 0, "{call}");
        }
    });
}

/// Calls that write `out` in place: a compiler opens depfiles, assembler text and preprocessed text as they are.
const IN_PLACE: [&str; 3] = ["gcc -MD -MF out -c x.c -o y.o", "gcc -O1 -S x.c -o out", "gcc -E x.c -o out"];

#[test]
fn a_compiler_that_writes_in_place_gets_a_file_of_its_own() {
    for_each_caller(|mut linked| {
        let object = "gcc -O1 -c x.c";
        linked.link(object, &["x.o"]);
        let kept = linked.read("b/x.o");
        for mode in ["LINK", "COPY"] {
            for (number, call) in IN_PLACE.iter().enumerate() {
                linked.switch("LINK");
                linked.compile("a", object).expect_hit();
                fs::rename(linked.path("a/x.o"), linked.path("a/out")).unwrap();
                linked.switch(mode);
                let call = format!("{call} -D{mode}{number}");
                linked.compile("a", &call).expect_miss("cold");
                assert!(linked.read("a/out") == linked.bare(&call, "out"), "{call}");
                let out = linked.path("a/out");
                assert_eq!((links(&out), self::mode(&out)), (1, 0o644), "{call}");
                assert!(linked.read("b/x.o") == kept, "{call}");
                // Nothing was written into the store.
                linked.compile("b", object).expect_hit();
            }
        }
    });
}

#[test]
fn a_compiler_that_refuses_what_it_may_not_write_gets_a_file_of_its_own() {
    for_each_caller(|linked| {
        if !required("clang") {
            return;
        }
        linked.link("gcc -O1 -c x.c", &["x.o"]);
        linked.compile("a", "clang -O1 -c x.c").expect_miss("cold");
        assert!(linked.read("a/x.o") == linked.bare("clang -O1 -c x.c", "x.o"));
        linked.compile("b", "gcc -O1 -c x.c").expect_hit();
    });
}

#[test]
fn a_compiler_that_writes_through_a_symbolic_link_gets_a_file_of_its_own() {
    for_each_caller(|linked| {
        let object = "gcc -O1 -c x.c";
        linked.link(object, &["x.o"]);
        let kept = linked.read("b/x.o");
        symlink("x.o", linked.path("a/out")).unwrap();
        for call in IN_PLACE {
            linked.compile("a", call).run.expect_success();
            assert!(linked.read("a/x.o") == linked.bare(call, "out"), "{call}");
            assert!(linked.read("b/x.o") == kept, "{call}");
            for folder in ["a", "b"] {
                linked.compile(folder, object).expect_hit();
            }
        }
    });
}

#[test]
fn links_of_what_the_cache_has_forgotten_can_be_compiled_over() {
    for_each_caller(|linked| {
        linked.link("gcc -O1 -c x.c", &["x.o"]);
        let kept = linked.read("b/x.o");
        linked.run("zccache clear").expect_success();
        fs::rename(linked.path("a/x.o"), linked.path("a/out")).unwrap();
        assert_eq!(mode(&linked.path("a/out")), 0o444);
        for call in IN_PLACE {
            linked.compile("a", call).run.expect_success();
            assert!(linked.read("a/out") == linked.bare(call, "out"), "{call}");
        }
        assert!(linked.read("b/x.o") == kept);
    });
}

#[test]
fn make_takes_a_link_for_as_new_as_it_is() {
    for_each_caller(|linked| {
        linked.write("a/Makefile", "x.o: x.c x.h\n\t$(CC) -c x.c\n");
        let make = |words: &str| {
            let mut make = linked.command(&format!("make -s {words}"), "a");
            make.arg(format!("CC={} gcc", zccache().display()));
            run(&mut make)
        };
        make("x.o").expect_success();
        for _ in 0..2 {
            tick();
            fs::write(linked.path("a/x.c"), linked.read("a/x.c")).unwrap();
            tick();
            assert_eq!(make("-q x.o").code, Some(1), "the source is newer");
            make("x.o").expect_success();
            assert_eq!((links(&linked.path("a/x.o")), mode(&linked.path("a/x.o"))), (2, 0o444));
            assert_eq!(make("-q x.o").code, Some(0), "the object is newer");
        }
    });
}

#[test]
fn in_other_modes_outputs_are_files_of_their_own() {
    for_each_caller(|mut linked| {
        let call = "gcc -O1 -MD -c x.c";
        linked.link(call, &["x.o"]);
        for mode in ["AUTO", "COPY", "REFLINK"] {
            linked.switch(mode);
            for folder in ["a", "b"] {
                linked.compile(folder, call).expect_hit();
                for output in ["x.o", "x.d"] {
                    let path = linked.path(folder).join(output);
                    assert_eq!((links(&path), self::mode(&path)), (1, 0o644));
                    assert_eq!(fs::read(&path).unwrap(), linked.bare(call, output));
                }
            }
        }
    });
}

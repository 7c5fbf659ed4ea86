//! After every kind of change to what a remembered call rests on, the very next call is right.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_tests::{Expected, World, required, run, tick};

const CALL: &str = "gcc -Ifirst -Iinc -Iinc/link -MD -c x.c";
const OUTPUTS: [&str; 2] = ["x.o", "x.d"];

const SOURCE: &str = "\
#include <value.h>
#include <target.h>
#include <linked/sub/deep.h>
#if __has_include(<option.h>)
#include <option.h>
int option = OPTION;
#endif
int value = VALUE, target = TARGET, deep = DEEP;
";

/// A world with a source that reads a header through a link, another in a folder through a link, and asks for one.
fn world() -> Option<World> {
    if !required("gcc") {
        return None;
    }
    let world = World::new();
    world.write_many([
        ("x.c", SOURCE),
        ("first/other.h", ""),
        ("inc/value.h", "#define VALUE 1\n"),
        ("inc/link/nothing.h", ""),
        ("store/1.h", "#define TARGET 1\n"),
        ("store/2.h", "#define TARGET 2\n"),
        ("one/sub/deep.h", "#define DEEP 1\n"),
        ("two/sub/deep.h", "#define DEEP 2\n"),
        ("three/sub/deep.h", "#define DEEP 3\n"),
    ]);
    symlink("../store/1.h", world.work.join("inc/target.h")).unwrap();
    symlink("../one", world.work.join("inc/linked")).unwrap();
    Some(world)
}

/// That a call is answered from memory, and rightly after this.
#[track_caller]
fn seen(world: &World, what: &str, change: impl FnOnce(&World)) {
    let (made, counters) = world.answers_anew(what, CALL, &OUTPUTS, change);
    assert!(made.run.succeeded(), "{what}: {made:?}");
    assert_eq!((counters.requests, counters.misses), (1, 1), "{what}: {counters:?}");
    let (_, counters) = world.until_remembered(CALL, &OUTPUTS);
    Expected::Hit.check(&counters);
}

/// Writes a file beside a path and renames it over it, with the time that the old one had.
fn replace(path: &Path, content: impl AsRef<[u8]>) {
    let metadata = fs::metadata(path).unwrap();
    let other = path.with_extension("new");
    fs::write(&other, content).unwrap();
    fs::set_permissions(&other, metadata.permissions()).unwrap();
    File::options().append(true).open(&other).unwrap().set_modified(metadata.modified().unwrap()).unwrap();
    fs::rename(other, path).unwrap();
}

/// A program in `sh`, as a file of its own.
pub fn write_script(path: &Path, text: &str) {
    let other = path.with_extension("new");
    fs::write(&other, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(other, path).unwrap();
}

#[test]
fn a_header_that_is_written_in_any_way_is_seen_by_the_very_next_call() {
    let Some(world) = world() else { return };
    let at = |world: &World, path: &str| world.work.join(path);
    seen(&world, "edited in place with size and time put back", |world| {
        let path = at(world, "inc/value.h");
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let mut file = File::options().write(true).open(path).unwrap();
        file.write_all(b"#define VALUE 2\n").unwrap();
        file.set_modified(time).unwrap();
    });
    seen(&world, "another file renamed over it", |world| replace(&at(world, "inc/value.h"), "#define VALUE 3\n"));
    seen(&world, "emptied and written", |world| fs::write(at(world, "inc/value.h"), "#define VALUE 4\n").unwrap());
    fs::hard_link(at(&world, "inc/value.h"), at(&world, "twin")).unwrap();
    seen(&world, "written by another name", |world| fs::write(at(world, "twin"), "#define VALUE 5\n").unwrap());
    seen(&world, "removed and made anew", |world| {
        fs::remove_file(at(world, "inc/value.h")).unwrap();
        fs::write(at(world, "inc/value.h"), "#define VALUE 6\n").unwrap();
    });
    seen(&world, "what was the other name renamed over it", |world| {
        fs::write(at(world, "twin"), "#define VALUE 7\n").unwrap();
        fs::rename(at(world, "twin"), at(world, "inc/value.h")).unwrap();
    });
}

#[test]
fn a_header_that_is_written_through_a_map_is_seen_once_it_is_closed() {
    let Some(world) = world() else { return };
    let text = "#include <fcntl.h>\n#include <string.h>\n#include <sys/mman.h>\n\
                int main(int count, char **words) {\n  int file = open(words[1], O_RDWR);\n  \
                char *map = mmap(0, strlen(words[2]), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);\n  \
                if (map == MAP_FAILED) return 1;\n  memcpy(map, words[2], strlen(words[2]));\n  return 0;\n}\n";
    world.write("map.c", text);
    world.bare("gcc map.c -o map").expect_success();
    for value in 2..6 {
        seen(&world, "written through a map", |world| {
            let text = format!("#define VALUE {value}\n");
            run(world.command("./map").arg("inc/value.h").arg(text)).expect_success();
        });
    }
}

#[test]
fn whatever_happens_on_the_way_to_a_header_is_seen_by_the_very_next_call() {
    let Some(world) = world() else { return };
    let at = |world: &World, path: &str| world.work.join(path);
    let retarget = |world: &World, link: &str, target: &str| {
        symlink(target, at(world, "new-link")).unwrap();
        fs::rename(at(world, "new-link"), at(world, link)).unwrap();
    };
    seen(&world, "a link to a file retargeted", |world| retarget(world, "inc/target.h", "../store/2.h"));
    seen(&world, "a link to a folder retargeted", |world| retarget(world, "inc/linked", "../two"));
    seen(&world, "what the link leads to written", |world| {
        fs::write(at(world, "store/2.h"), "#define TARGET 3\n").unwrap();
    });
    seen(&world, "a folder moved away and another put there", |world| {
        fs::rename(at(world, "two"), at(world, "away")).unwrap();
        fs::rename(at(world, "three"), at(world, "two")).unwrap();
    });
    seen(&world, "the last folder replaced by a link", |world| {
        fs::rename(at(world, "two/sub"), at(world, "two/was")).unwrap();
        symlink("../one/sub", at(world, "two/sub")).unwrap();
    });
    seen(&world, "a file in the folder behind all links", |world| {
        fs::write(at(world, "one/sub/deep.h"), "#define DEEP 4\n").unwrap();
    });
    // The folder that everything is in, and all that is remembered with it.
    fs::create_dir(world.root().join("other")).unwrap();
    run(Command::new("cp").arg("-a").arg(&world.work).arg(world.root().join("other"))).expect_success();
    fs::write(world.root().join("other/work/inc/value.h"), "#define VALUE 2\n").unwrap();
    tick();
    seen(&world, "the whole project swapped with a copy", |world| {
        fs::rename(&world.work, world.root().join("was")).unwrap();
        fs::rename(world.root().join("other/work"), &world.work).unwrap();
    });
}

#[test]
fn a_link_that_the_caller_came_by_is_seen_to_lead_elsewhere_by_the_very_next_call() {
    let Some(mut world) = world() else { return };
    let link = world.root().join("link");
    symlink(&world.work, &link).unwrap();
    world.set("PWD", &link);
    let call = format!("{CALL} -g");
    for (what, target) in [("to another folder", "/usr"), ("back", world.work.to_str().unwrap())] {
        let (made, _) = world.answers_anew(what, &call, &OUTPUTS, |world| {
            symlink(target, world.root().join("new-link")).unwrap();
            fs::rename(world.root().join("new-link"), &link).unwrap();
        });
        assert!(made.run.succeeded(), "{what}: {made:?}");
    }
}

#[test]
fn a_name_that_comes_or_goes_where_it_is_looked_for_is_seen_by_the_very_next_call() {
    let Some(world) = world() else { return };
    let at = |world: &World, path: &str| world.work.join(path);
    seen(&world, "a header that shadows another", |world| {
        fs::write(at(world, "first/value.h"), "#define VALUE 2\n").unwrap();
    });
    seen(&world, "one in the source's own folder, by a link", |world| {
        symlink("../store/2.h", at(world, "first/target.h")).unwrap();
    });
    seen(&world, "a header that was only asked for", |world| {
        fs::write(at(world, "inc/link/option.h"), "#define OPTION 7\n").unwrap();
    });
    let gone = |world: &World, path: &str| fs::remove_file(at(world, path)).unwrap();
    for path in ["inc/link/option.h", "first/target.h", "first/value.h"] {
        let (made, counters) = world.answers_anew("that is gone again", CALL, &OUTPUTS, |world| gone(world, path));
        assert!(made.run.succeeded() && counters.requests == 1, "{path}: {made:?}, {counters:?}");
    }
    let (made, counters) =
        world.answers_anew("a header that is needed is gone", CALL, &OUTPUTS, |world| gone(world, "inc/value.h"));
    assert!(!made.run.succeeded());
    Expected::Failure.check(&counters);
    world.write_now("inc/value.h", "#define VALUE 9\n");
    world.compare(CALL, &OUTPUTS);
    // A whole search folder, and one in its stead.
    seen(&world, "a search folder that was a folder becomes a link", |world| {
        fs::rename(at(world, "first"), at(world, "was")).unwrap();
        fs::write(at(world, "one/value.h"), "#define VALUE 10\n").unwrap();
        symlink("one", at(world, "first")).unwrap();
    });
}

/// Where a program is in the tests' PATH.
fn path_of(program: &str) -> PathBuf {
    let found = run(Command::new("sh").args(["-c", &format!("command -v {program}")])).expect_success().out();
    PathBuf::from(found.trim())
}

#[test]
fn a_compiler_that_is_replaced_is_seen_by_the_very_next_call() {
    let Some(mut world) = world() else { return };
    let (earlier, programs) = (world.root().join("earlier"), world.root().join("programs"));
    [&earlier, &programs].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    // It looks for its parts from its own place on.
    let real = fs::canonicalize(path_of("gcc")).unwrap();
    for parts in ["lib", "libexec"] {
        symlink(real.ancestors().nth(2).unwrap().join(parts), world.root().join(parts)).unwrap();
    }
    fs::copy(&real, programs.join("gcc")).unwrap();
    let path = [&earlier, &programs].map(|folder| folder.display().to_string()).join(":");
    world.set("PATH", format!("{path}:{}", std::env::var("PATH").unwrap()));
    tick();

    let other = format!("exec {} -frecord-gcc-switches \"$@\"", real.display());
    let anew = |what: &str, change: &dyn Fn()| {
        let (made, counters) = world.answers_anew(what, CALL, &OUTPUTS, |_| change());
        assert!(made.run.succeeded() && counters.requests == 1, "{what}: {counters:?}");
    };
    anew("a script renamed over the compiler", &|| write_script(&programs.join("gcc"), &other));
    anew("a program made earlier in PATH", &|| {
        fs::copy(&real, earlier.join("gcc")).unwrap();
    });
    anew("that program may not be run any more", &|| {
        fs::set_permissions(earlier.join("gcc"), fs::Permissions::from_mode(0o644)).unwrap();
    });
    fs::set_permissions(earlier.join("gcc"), fs::Permissions::from_mode(0o755)).unwrap();
    anew("its folder moved away", &|| fs::rename(&earlier, world.root().join("later")).unwrap());
    anew("and put back", &|| fs::rename(world.root().join("later"), &earlier).unwrap());
}

//! Which program a compiler's name leads to counts, and so do the programs that it runs itself.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use zccache_tests::{Expected, World, required, run, tick};

fn path_of(program: &str) -> PathBuf {
    let found = run(Command::new("sh").args(["-c", &format!("command -v {program}")])).expect_success().out();
    PathBuf::from(found.trim())
}

/// A world with a folder first in PATH.
fn world_with_programs() -> (World, PathBuf) {
    let mut world = World::new();
    let folder = world.root().join("programs");
    fs::create_dir(&folder).unwrap();
    world.set("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    (world, folder)
}

fn retarget(link: &Path, target: &Path) {
    if link.symlink_metadata().is_ok() {
        fs::remove_file(link).unwrap();
    }
    symlink(target, link).unwrap();
    tick();
}

fn write_script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    tick();
}

#[test]
fn a_name_that_leads_to_another_compiler_is_another_compiler() {
    if !(required("gcc") && required("clang")) {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "int x(void) { return __VERSION__[0]; }\n");
    for expected in [Expected::Miss, Expected::Hit] {
        for compiler in ["gcc", "clang"] {
            retarget(&folder.join("cc"), &path_of(compiler));
            world.expect(expected, "cc -O1 -c x.c", &["x.o"]);
        }
    }
}

#[test]
fn a_compiler_whose_name_says_its_target_compiles_for_it() {
    if !required("clang") {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "int size[sizeof(long)];\n");
    let names = ["aarch64-linux-gnu-clang", "i386-linux-gnu-clang", "clang"];
    for name in &names[..2] {
        symlink(path_of("clang"), folder.join(name)).unwrap();
    }
    let mut made = Vec::new();
    for expected in [Expected::Miss, Expected::Hit] {
        for name in names {
            made.push(world.expect(expected, &format!("{name} -c x.c"), &["x.o"]).0);
        }
    }
    assert!(made[0] != made[1] && made[1] != made[2] && made[0] != made[2]);
    assert_eq!(made[..3], made[3..]);
}

#[test]
fn one_program_under_a_c_and_a_cpp_name_is_two_compilers() {
    if !(required("clang") && required("clang++")) {
        return;
    }
    let (world, _) = world_with_programs();
    world.write("x.c", "int size = sizeof 'a';\n");
    for expected in [Expected::Miss, Expected::Hit] {
        for name in ["clang", "clang++"] {
            world.expect(expected, &format!("{name} -w -c x.c"), &["x.o"]);
        }
    }
}

#[test]
fn a_compiler_replaced_by_another_of_the_same_size_and_time_is_another_one() {
    if !required("gcc") {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "int x;\n");
    let (compiler, real) = (folder.join("gcc"), fs::canonicalize(path_of("gcc")).unwrap());
    fs::copy(&real, &compiler).unwrap();
    // It looks for its parts from its own place on.
    for parts in ["lib", "libexec"] {
        symlink(real.ancestors().nth(2).unwrap().join(parts), world.root().join(parts)).unwrap();
    }
    let time = fs::metadata(&compiler).unwrap().modified().unwrap();
    tick();
    world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    // One letter of a text that it prints for other calls.
    let mut bytes = fs::read(&compiler).unwrap();
    let text = b"There is NO";
    let place = bytes.windows(text.len()).position(|part| part == text).expect("it disclaims any warranty");
    bytes[place] = b't';
    let other = folder.join("other");
    fs::write(&other, bytes).unwrap();
    fs::set_permissions(&other, fs::metadata(&compiler).unwrap().permissions()).unwrap();
    fs::File::options().append(true).open(&other).unwrap().set_modified(time).unwrap();
    fs::rename(&other, &compiler).unwrap();
    tick();
    world.expect(Expected::Miss, "gcc -c x.c", &["x.o"]);
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
}

#[test]
fn programs_that_the_driver_runs_from_a_folder_of_the_callers_count() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "#ifdef PART\nint part = PART;\n#endif\nint x;\n");
    fs::create_dir(world.work.join("parts")).unwrap();
    tick();
    let call = "gcc -B parts/ -c x.c";
    let without = world.expect_cold_and_warm(call, &["x.o"]);
    let real = world.bare("gcc -print-prog-name=cc1").expect_success().out();
    for value in [1, 2] {
        write_script(&world.work.join("parts/cc1"), &format!("exec {} \"$@\" -DPART={value}", real.trim()));
        let (with, _) = world.expect(Expected::NoHit, call, &["x.o"]);
        assert_ne!(with.files, without.files);
        world.compare(call, &["x.o"]);
    }
    world.remove("parts/cc1");
    tick();
    world.expect(Expected::Hit, call, &["x.o"]);
    world.write("parts/specs", "*cpp_unique_options:\n+ -DPART=3\n\n");
    world.compare(call, &["x.o"]);
    world.compare(call, &["x.o"]);
}

#[test]
fn headers_in_a_folder_of_parts_count() {
    if !required("gcc") {
        return;
    }
    let world = World::new();
    world.write("x.c", "#include <value.h>\nint x = VALUE;\n");
    world.write("there/value.h", "#define VALUE 1\n");
    fs::create_dir(world.work.join("parts")).unwrap();
    tick();
    for compiler in ["gcc", "clang"].into_iter().filter(|compiler| required(compiler)) {
        let call = format!("{compiler} -Bparts -isystem there -c x.c");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("parts/include/value.h", "#define VALUE 2\n");
        world.compare(&call, &["x.o"]);
        world.compare(&call, &["x.o"]);
        world.write("parts/include/value.h", "#define VALUE 3\n");
        world.compare(&call, &["x.o"]);
        fs::remove_dir_all(world.work.join("parts/include")).unwrap();
        tick();
    }
}

#[test]
fn a_program_that_splits_debug_information_counts() {
    if !(required("gcc") && required("objcopy")) {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "int x;\n");
    let call = "gcc -g -gsplit-dwarf -c x.c";
    let first = world.expect_cold_and_warm(call, &["x.o", "x.dwo"]);
    write_script(
        &folder.join("objcopy"),
        &format!("{} \"$@\" && for f; do :; done && echo more >>\"$f\"", path_of("objcopy").display()),
    );
    let (other, _) = world.expect(Expected::NoHit, call, &["x.o", "x.dwo"]);
    assert_ne!(other, first);
}

#[test]
fn an_assembler_first_in_path_is_the_one_that_counts() {
    if !required("gcc") {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "int x;\n");
    let first = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    for symbol in ["one", "two"] {
        write_script(&folder.join("as"), &format!("exec {} --defsym {symbol}=1 \"$@\"", path_of("as").display()));
        let (made, _) = world.expect(Expected::NoHit, "gcc -c x.c", &["x.o"]);
        assert_ne!(made, first);
    }
    fs::remove_file(folder.join("as")).unwrap();
    tick();
    assert_eq!(world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]).0, first);
}

#[test]
fn a_compiler_behind_a_script_or_another_cache_is_run_as_it_is() {
    if !required("gcc") {
        return;
    }
    let (world, folder) = world_with_programs();
    world.write("x.c", "#ifdef ADDED\nint added = ADDED;\n#endif\nint x;\n");
    for value in [1, 2] {
        write_script(&folder.join("gcc"), &format!("exec {} -DADDED={value} \"$@\"", path_of("gcc").display()));
        let (_, counters) = world.expect(Expected::Bypass, "gcc -c x.c", &["x.o"]);
        assert_eq!(counters.reason("bypass: script-wrapper"), 1, "{counters:?}");
    }
    // What another cache does: one program under its own name, with links that are named as compilers.
    let source = format!(
        "#include <unistd.h>\nint main(int c, char **v) {{ (void)c; v[0] = \"gcc\"; execv(\"{}\", v); return 9; }}\n",
        path_of("gcc").display()
    );
    world.write("ccache.c", source);
    fs::remove_file(folder.join("gcc")).unwrap();
    world.bare(&format!("gcc ccache.c -o {}", folder.join("ccache").display())).expect_success();
    symlink("ccache", folder.join("gcc")).unwrap();
    tick();
    let (_, counters) = world.expect(Expected::Bypass, "gcc -c x.c", &["x.o"]);
    assert_eq!(counters.reason("bypass: not-a-compiler"), 1, "{counters:?}");
}

#[test]
fn an_assembler_that_another_path_leads_to_is_another_assembler() {
    if !required("gcc") {
        return;
    }
    let mut world = World::new();
    world.write("x.c", "int x;\n");
    let usual = std::env::var("PATH").unwrap();
    world.set("PATH", &usual);
    let plain = world.expect_cold_and_warm("gcc -c x.c", &["x.o"]);
    let folder = world.root().join("programs");
    fs::create_dir(&folder).unwrap();
    write_script(&folder.join("as"), &format!("exec {} --defsym other=7 \"$@\"", path_of("as").display()));
    world.set("PATH", format!("{}:{usual}", folder.display()));
    let (other, _) = world.expect(Expected::Miss, "gcc -c x.c", &["x.o"]);
    assert_ne!(plain, other);
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
    world.set("PATH", &usual);
    world.expect(Expected::Hit, "gcc -c x.c", &["x.o"]);
}

#[test]
fn an_assembler_that_does_not_know_how_to_list_what_it_includes_is_not_told_to() {
    if !required("gcc") {
        return;
    }
    let assembler = path_of("as");
    let (world, folder) = world_with_programs();
    world.write("x.c", "int x;\n");
    world.write("y.S", ".data\n.long 1\n");
    let refuses = "for word; do case $word in --help) exit 0;; --MD) exit 1;; esac; done";
    write_script(&folder.join("as"), &format!("{refuses}\nexec {} \"$@\"", assembler.display()));
    for call in ["gcc -c x.c -o out.o", "gcc -g -c x.c -o out.o", "gcc -c y.S -o out.o"] {
        let made = world.expect_cold_and_warm(call, &["out.o"]);
        assert!(made.run.succeeded(), "{made:?}");
    }
}

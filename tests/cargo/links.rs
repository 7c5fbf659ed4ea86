//! Links: everything that a linker makes comes from the cache, unless it is another linker, or told otherwise.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use zccache_tests::{Expected, World, required, run};

use crate::call::{PROGRAM, program};
use crate::rust::{rustc, world};

const SOURCE: &str = "fn main() {\n    println!(\"hello\");\n}\n";

fn script(world: &World, path: &str, text: &str) {
    world.write(path, format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(world.work.join(path), Permissions::from_mode(0o755)).unwrap();
    zccache_tests::tick();
}

#[test]
fn each_kind_of_crate_comes_from_the_cache() {
    let Some(world) = world() else { return };
    for (kind, output, source) in [
        ("bin", "x", SOURCE),
        ("dylib", "libx.so", "pub fn f() -> String {\n    \"f\".to_owned()\n}\n"),
        ("cdylib", "libx.so", "#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}\n"),
        (
            "proc-macro",
            "libx.so",
            "extern crate proc_macro;\n#[proc_macro]\npub fn f(t: proc_macro::TokenStream) -> \
          proc_macro::TokenStream {\n    t\n}\n",
        ),
        ("staticlib", "libx.a", "#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}\n"),
        ("rlib", "libx.rlib", "pub fn f() {}\n"),
    ] {
        world.write("x.rs", source);
        for words in ["", "-C opt-level=3 -C debuginfo=2"] {
            let call = format!("{} --edition=2024 --crate-type={kind} --emit=dep-info,link x.rs {words}", rustc());
            let made = world.expect_cold_and_warm(&call, &["x.d", output]);
            assert!(made.files[output].is_some(), "{call}: {made:?}");
        }
    }
    world.write("x.rs", "#[test]\nfn passes() {}\n");
    world.expect_cold_and_warm(
        &format!("{} --edition=2024 --crate-name=program --test --emit=dep-info,link x.rs", rustc()),
        &PROGRAM,
    );
    assert!(run(&mut world.command(world.work.join("program"))).expect_success().out().contains("1 passed"));
}

#[test]
fn other_forms_of_code_come_from_the_cache() {
    let Some(world) = world() else { return };
    world.write("x.rs", "pub fn twice(n: u32) -> u32 {\n    2 * n\n}\n");
    for (forms, outputs) in [
        ("obj,dep-info", &["x.o", "x.d"][..]),
        ("asm,llvm-ir,llvm-bc,mir,dep-info", &["x.s", "x.ll", "x.bc", "x.mir", "x.d"]),
        ("obj,metadata,link,dep-info", &["x.o", "libx.rmeta", "libx.rlib", "x.d"]),
    ] {
        let call = format!("{} --edition=2024 --crate-type=lib -C codegen-units=1 --emit={forms} x.rs", rustc());
        let made = world.expect_cold_and_warm(&call, outputs);
        assert!(made.files.values().all(Option::is_some), "{forms}: {made:?}");
    }
}

/// A world with a program that is stored, linked by gcc; its call, and where gcc is.
fn linked_by_gcc() -> Option<(World, String, String)> {
    let world = world()?;
    if !required("gcc") {
        return None;
    }
    world.write("x.rs", SOURCE);
    let call = program("-C linker=gcc");
    world.expect_cold_and_warm(&call, &PROGRAM);
    let gcc = run(world.command("sh").args(["-c", "command -v gcc"])).expect_success().out();
    Some((world, call, gcc.trim_end().to_owned()))
}

/// Has programs in the folder `bin` found before all others.
fn put_first_in_path(world: &mut World) {
    let path = format!("{}:{}", world.work.join("bin").display(), std::env::var("PATH").unwrap());
    world.set("PATH", path);
}

#[test]
fn a_linker_that_is_found_elsewhere_is_another_linker() {
    let Some((mut world, call, gcc)) = linked_by_gcc() else { return };
    let with_id = |id: &str| format!("exec {gcc} -Wl,--build-id={id} \"$@\"");
    script(&world, "bin/gcc", &with_id("0x1111"));
    put_first_in_path(&mut world);
    let (other, counters) = world.compare(&call, &PROGRAM);
    assert!(other.run.succeeded() && counters.hits == 0, "{counters:?}");
    script(&world, "bin/gcc", &with_id("0x2222"));
    let (third, counters) = world.compare(&call, &PROGRAM);
    assert!(counters.hits == 0 && third != other, "{counters:?}");
    world.unset("PATH");
    world.expect(Expected::Hit, &call, &PROGRAM);
}

#[test]
fn a_linker_that_cannot_list_what_it_reads_is_not_asked_to_where_it_comes_first_in_path() {
    let Some((mut world, call, gcc)) = linked_by_gcc() else { return };
    let ignorant = "case \"$*\" in *dependency-file*) exit 1;; esac";
    script(&world, "bin/gcc", &format!("{ignorant}\nexec {gcc} \"$@\""));
    put_first_in_path(&mut world);
    assert!(world.expect(Expected::Bypass, &call, &PROGRAM).0.run.succeeded());
    world.unset("PATH");
    world.expect(Expected::Hit, &call, &PROGRAM);
}

#[test]
fn a_script_of_the_linker_is_seen_when_it_changes() {
    let Some(world) = world() else { return };
    world.write(
        "x.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn one() {}\n#[unsafe(no_mangle)]\npub extern \"C\" fn two() {}\n",
    );
    let words = "--crate-type=cdylib --emit=dep-info,link x.rs -C link-arg=-Wl,--dynamic-list=list";
    let call = format!("{} --edition=2024 {words}", rustc());
    for list in ["{ one; };\n", "{ one; two; };\n"] {
        world.write("list", list);
        let (made, counters) = world.compare(&call, &["x.d", "libx.so"]);
        assert!(made.run.succeeded() && counters.hits == 0, "{counters:?}");
    }
}

#[test]
fn a_link_that_fails_is_the_linkers_own_error_each_time() {
    let Some(world) = world() else { return };
    world.write("x.rs", "unsafe extern \"C\" {\n    fn nowhere();\n}\nfn main() {\n    unsafe { nowhere() }\n}\n");
    let call = program("");
    let bare = world.make_bare(&call, &PROGRAM);
    assert_eq!(bare.run.code, Some(1));
    for _ in 0..2 {
        let (cached, counters) = world.count(|| world.make_cached(&call, &PROGRAM));
        assert_eq!((cached.run.code, &cached.files["program"]), (Some(1), &None));
        assert!(cached.run.err().contains("nowhere"), "{cached:?}");
        Expected::Failure.check(&counters);
        assert_eq!(counters.results, 0);
    }
    world.write("x.rs", SOURCE);
    world.expect_cold_and_warm(&call, &PROGRAM);
}

#[test]
fn a_linker_that_cannot_list_what_it_reads_is_found_out_wherever_it_takes_the_place_of_another() {
    let Some(mut world) = world() else { return };
    let path = std::env::var("PATH").unwrap();
    world.set("PATH", format!("{}:{path}", world.work.join("bin").display()));
    world.write("x.rs", SOURCE);
    let call = |words: &str| format!("{} --edition=2024 --emit=dep-info,link x.rs {words}", rustc());
    world.expect(Expected::Miss, &call("-C opt-level=1"), &["x.d", "x"]);
    // As a linker says that does not know the option.
    let old = "case \"$*\" in *--dependency-file*) echo unknown option >&2; exit 1;; esac";
    script(&world, "bin/cc", &format!("{old}\nexec gcc \"$@\""));
    for words in ["-C opt-level=2", "-C opt-level=3"] {
        let (_, counters) = world.compare(&call(words), &["x.d", "x"]);
        assert_eq!(counters.reason("bypass: linker-lists"), 1, "{counters:?}");
    }
    script(&world, "bin/cc", "exec gcc \"$@\"");
    world.expect(Expected::Miss, &call("-C opt-level=2"), &["x.d", "x"]);
    script(&world, "bin/cc", &format!("{old}\nexec gcc \"$@\""));
    let (_, counters) = world.compare(&call("-C opt-level=s"), &["x.d", "x"]);
    assert_eq!(counters.reason("bypass: linker-lists"), 1, "{counters:?}");
}

#[test]
fn a_script_in_the_working_directory_goes_before_those_of_folders() {
    let Some(world) = world() else { return };
    world.write(
        "x.rs",
        "unsafe extern \"C\" {\n    static zz: u8;\n}\nfn main() {\n    println!(\"{:p}\", &raw const zz);\n}\n",
    );
    world.write("a.ld", "INCLUDE more.ld\n");
    world.write("lib/more.ld", "zz = 0x11;\n");
    let call = program("-C link-arg=a.ld -L native=lib -C relocation-model=static");
    let made = world.expect_cold_and_warm(&call, &PROGRAM);
    assert!(made.run.succeeded(), "{made:?}");
    world.write("more.ld", "zz = 0x22;\n");
    zccache_tests::tick();
    let (other, counters) = world.compare(&call, &PROGRAM);
    assert!(counters.hits == 0 && other.files != made.files, "{counters:?}");
}

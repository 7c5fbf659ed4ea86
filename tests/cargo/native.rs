//! Libraries of other languages: packed into a crate, or linked to a program.

use zccache_tests::{Expected, World, required, run};

use crate::call::{LIBRARY, PROGRAM, library, program};
use crate::rust::{rustc, world};
use crate::sources::EVERYTHING;
use crate::workspace::{Way, Workspace};

/// A world in which a crate, `x.rs`, calls `part` of a library in `lib`.
fn using(attribute: &str, end: &str) -> Option<World> {
    let world = world()?;
    if !required("gcc") {
        return None;
    }
    let declared = format!("{attribute}\nunsafe extern \"C\" {{\n    fn part() -> i32;\n}}\n");
    world.write("x.rs", format!("{declared}pub fn whole() -> i32 {{\n    unsafe {{ part() }}\n}}\n{end}"));
    world.write("lib/keep", "");
    world.write("first/keep", "");
    Some(world)
}

const MAIN: &str = "fn main() {\n    println!(\"{}\", whole());\n}\n";

/// Has gcc and a tool make a library of a function that answers with a number.
#[track_caller]
fn make_library(world: &World, file: &str, number: u32) {
    world.write("part.c", format!("int part(void) {{ return {number}; }}\n"));
    let script = match file.ends_with(".a") {
        true => format!("gcc -O1 -c part.c -o part.o && rm -f {file} && ar crsD {file} part.o"),
        false => format!("gcc -O1 -shared -fPIC part.c -o {file}"),
    };
    run(world.command("sh").args(["-c", &script])).expect_success();
    zccache_tests::tick();
}

/// Whatever number the library has, it is the one that is there; and one that was there before comes from the cache.
#[track_caller]
fn follows(world: &World, file: &str, call: &str, outputs: &[&str]) {
    let [one, two] = [1, 2].map(|number| {
        make_library(world, file, number);
        world.expect_cold_and_warm(call, outputs)
    });
    make_library(world, file, 1);
    assert_eq!(world.expect(Expected::Hit, call, outputs).0, one);
    assert!(one.run.succeeded() && two.run.succeeded(), "{one:?}");
}

#[test]
fn a_crate_whose_assembly_reads_a_file_is_not_stored() {
    let Some(world) = world() else { return };
    let call = library("");
    for (name, assembly) in [("incbin", "\".incbin \\\"data\\\"\""), ("include", "\".include \\\"data\\\"\"")] {
        world.write("data", ".byte 1\n");
        world.write("x.rs", format!("core::arch::global_asm!({assembly});\npub fn {name}() {{}}\n"));
        let (first, _) = world.expect(Expected::Unstored, &call, &LIBRARY);
        world.write("data", ".byte 2\n");
        assert_ne!(world.expect(Expected::Unstored, &call, &LIBRARY).0, first, "{name}");
    }
    world.write("x.rs", "pub fn nothing() {\n    unsafe { core::arch::asm!(\"nop\") }\n}\n");
    world.expect_cold_and_warm(&call, &LIBRARY);
}

#[test]
fn assembly_that_reads_a_file_is_seen_whatever_its_macro_is_called() {
    let Some(world) = world() else { return };
    let call = library("");
    world.write("data", ".byte 1\n");
    for source in [
        "use core::arch::global_asm as ga;\nga!(\".incbin \\\"data\\\"\");\n",
        "core::arch::global_asm // a comment\n!(\".incbin \\\"data\\\"\");\n",
        "core::arch::r#global_asm!(\".include \\\"data\\\"\");\n",
        "macro_rules! m {\n    ($i:ident) => {\n        core::arch::$i!(r#\".include \"data\"\"#);\n    };\n}\nm!(global_asm);\n",
    ] {
        world.write("x.rs", source);
        world.expect(Expected::Unstored, &call, &LIBRARY);
    }
    // A method's name is none of it.
    world.write(
        "x.rs",
        "//! Not asm.\npub struct S;\nimpl S {\n    pub fn include(&self, _: u8) {\n        self.include(1)\n    }\n}\n",
    );
    world.expect_cold_and_warm(&call, &LIBRARY);
}

#[test]
fn a_library_that_is_packed_into_a_crate_is_seen_when_it_changes() {
    let Some(world) = using("", "") else { return };
    follows(&world, "lib/libpart.a", &library("-L native=lib -l static=part"), &LIBRARY);
}

#[test]
fn a_library_that_an_attribute_has_packed_into_a_crate_is_seen_when_it_changes() {
    let Some(world) = using("#[link(name = \"part\", kind = \"static\")]", "") else { return };
    follows(&world, "lib/libpart.a", &library("-L native=lib"), &LIBRARY);
}

#[test]
fn a_library_that_is_linked_to_a_program_is_seen_when_it_changes() {
    let Some(world) = using("", MAIN) else { return };
    follows(&world, "lib/libpart.a", &program("-L native=lib -l static=part"), &PROGRAM);
    assert_eq!(run(&mut world.command(world.work.join("program"))).out(), "1\n");
}

#[test]
fn a_library_that_is_given_to_the_linker_alone_is_seen_when_it_changes() {
    let Some(world) = using("", MAIN) else { return };
    follows(&world, "lib/libpart.a", &program("-C link-arg=lib/libpart.a"), &PROGRAM);
    follows(&world, "lib/libpart.a", &program("-C link-arg=-Llib -C link-arg=-lpart"), &PROGRAM);
}

#[test]
fn a_library_that_is_loaded_is_seen_when_it_changes() {
    let Some(world) = using("", MAIN) else { return };
    let call = program("-L native=lib -l dylib=part");
    make_library(&world, "lib/libpart.so", 1);
    world.expect_cold_and_warm(&call, &PROGRAM);
    make_library(&world, "lib/libpart.so", 2);
    let (made, counters) = world.compare(&call, &PROGRAM);
    assert!(made.run.succeeded() && counters.hits == 0, "{counters:?}");
    // Without what is asked of it, it is an error.
    world.write("part.c", "int another;\n");
    run(world.command("sh").args(["-c", "gcc -shared -fPIC part.c -o lib/libpart.so"])).expect_success();
    zccache_tests::tick();
    let bare = world.make_bare(&call, &PROGRAM);
    let cached = world.make_cached(&call, &PROGRAM);
    assert_eq!((cached.run.code, &cached.files), (bare.run.code, &bare.files));
    assert!(cached.run.err().contains("part"), "{cached:?}");
}

#[test]
fn a_library_that_appears_in_an_earlier_folder_is_taken_from_there() {
    let Some(world) = using("", MAIN) else { return };
    for (call, outputs) in [
        (library("-L native=first -L native=lib -l static=part"), &LIBRARY[..]),
        (program("-L native=first -L native=lib -l static=part"), &PROGRAM[..]),
    ] {
        make_library(&world, "lib/libpart.a", 1);
        let one = world.expect_cold_and_warm(&call, outputs);
        make_library(&world, "first/libpart.a", 2);
        let (two, counters) = world.compare(&call, outputs);
        assert!(counters.hits == 0 && two != one, "{call}: {counters:?}");
        world.remove("first/libpart.a");
        assert_eq!(world.expect(Expected::Hit, &call, outputs).0, one, "{call}");
    }
}

#[test]
fn a_shared_library_that_appears_beside_an_archive_is_taken_by_the_linker() {
    let Some(world) = using("", MAIN) else { return };
    let call = program("-C link-arg=-Llib -C link-arg=-lpart");
    make_library(&world, "lib/libpart.a", 1);
    let packed = world.expect_cold_and_warm(&call, &PROGRAM);
    make_library(&world, "lib/libpart.so", 2);
    let (loaded, counters) = world.compare(&call, &PROGRAM);
    assert!(counters.hits == 0 && loaded != packed, "{counters:?}");
}

#[test]
fn every_crate_that_uses_one_with_a_library_packed_into_it_sees_that_it_has_changed() {
    let Some(workspace) = Workspace::without_incremental(EVERYTHING) else { return };
    if !required("gcc") {
        return;
    }
    let words = "build --package app";
    workspace.build(Way::Cached, words).expect_success();
    for (operator, sum) in [("*", 6), ("-", -1), ("*", 6)] {
        let source = format!("int native_add(int left, int right) {{ return left {operator} right; }}\n");
        workspace.world.write_now("native/src/add.c", source);
        zccache_tests::tick();
        workspace.build(Way::Cached, words).expect_success();
        let shown = workspace.said("debug", "$BIN/app");
        assert!(shown.contains(&format!("sum {sum},")), "{operator}: {shown}");
        workspace.build(Way::Cached, words).assert_fresh();
    }
    workspace.compare(words);
}

#[test]
fn a_crate_for_other_languages_is_linked_with_what_its_crates_packed() {
    let Some(world) = using("", "") else { return };
    world.write("y.rs", "#[unsafe(no_mangle)]\npub extern \"C\" fn outer() -> i32 {\n    x::whole()\n}\n");
    let inner = library("-L native=lib -l static=part");
    let outer =
        format!("{} --edition=2024 --crate-type=cdylib --emit=dep-info,link y.rs --extern x=libx.rlib", rustc());
    let mut made = Vec::new();
    for number in [1, 2, 1] {
        make_library(&world, "lib/libpart.a", number);
        world.make_cached(&inner, &LIBRARY).run.expect_success();
        zccache_tests::tick();
        made.push(world.compare(&outer, &["y.d", "liby.so"]));
    }
    assert!(made[0].0.run.succeeded() && made[0].0 != made[1].0 && made[0].0 == made[2].0);
    assert_eq!((made[1].1.hits, made[2].1.hits), (0, 1), "{:?}", made[2].1);
}

#[test]
fn an_object_of_the_callers_is_seen_when_it_changes_whatever_it_is_called() {
    let Some(world) = using("", MAIN) else { return };
    for object in ["part.rcgu.o", "rustc-parts/symbols.o"] {
        world.write("rustc-parts/keep", "");
        let call = program(&format!("-C link-arg={object}"));
        let [one, two] = [1, 2].map(|number| {
            world.write("part.c", format!("int part(void) {{ return {number}; }}\n"));
            run(world.command("sh").args(["-c", &format!("gcc -O1 -c part.c -o {object}")])).expect_success();
            zccache_tests::tick();
            world.expect_cold_and_warm(&call, &PROGRAM)
        });
        assert!(one.run.succeeded() && two.run.succeeded() && one.files != two.files, "{object}: {one:?}");
    }
}

#[test]
fn a_library_that_an_attribute_names_in_an_odd_way_is_seen_when_it_changes() {
    for attribute in [
        "#[link // a comment\n(name = \"part\", kind = \"static\")]",
        "#[link(name // a comment\n= \"part\", kind = \"static\")]",
        "#[link(name = \"part\", kind // a comment\n= \"static\")]",
        "#[link\n(name = \"part\", kind = \"static\")]",
    ] {
        let Some(world) = using(attribute, "") else { return };
        follows(&world, "lib/libpart.a", &library("-L native=lib"), &LIBRARY);
    }
    let Some(world) = using("", "") else { return };
    world.write(
        "x.rs",
        "macro_rules! declare {\n    ($i:ident, $k:ident) => {\n        #[$i($k = \"part\", kind = \"static\")]\n        \
         unsafe extern \"C\" {\n            fn part() -> i32;\n        }\n    };\n}\ndeclare!(link, name);\n\
         pub fn whole() -> i32 {\n    unsafe { part() }\n}\n",
    );
    follows(&world, "lib/libpart.a", &library("-L native=lib"), &LIBRARY);
}

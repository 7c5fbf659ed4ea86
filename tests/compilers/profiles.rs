//! Profiles of earlier runs, and lists of what not to check, are inputs.

use zccache_tests::{Expected, World, permitted, required, run};

use crate::sources::{Unit, each};

const SOURCE: &str = "int twice(int x) {\n  if (x > 5)\n    return 0;\n  return 2 * x;\n}\n\
                      int main(int argc, char **argv) { (void)argv; return twice(argc) != 2; }\n";

fn is_clang(unit: &Unit) -> bool {
    unit.compiler.name.starts_with("clang")
}

/// Runs a program that counts, so many times that its profile is another one each time.
fn count(unit: &Unit, times: usize) {
    let (world, name) = (&unit.world, unit.compiler.name);
    world.bare(&unit.call("-O2 -fprofile-generate -frandom-seed=1")).expect_success();
    world.bare(&format!("{name} -fprofile-generate x.o -o program")).expect_success();
    world.remove("x.gcda");
    for _ in 0..times {
        run(&mut world.command(world.work.join("program"))).expect_success();
    }
    world.age("x.gcda");
    zccache_tests::tick();
}

#[test]
fn a_profile_beside_the_object_is_an_input() {
    each(SOURCE, |unit| {
        if is_clang(unit) {
            return;
        }
        let (world, call) = (&unit.world, unit.call("-O2 -fprofile-use -Wno-coverage-mismatch"));
        let without = world.expect_cold_and_warm(&call, &["x.o"]);
        count(unit, 1);
        let (with, _) = world.expect(Expected::Miss, &call, &["x.o"]);
        assert_ne!(with, without);
        world.expect(Expected::Hit, &call, &["x.o"]);
        count(unit, 3);
        world.expect(Expected::Miss, &call, &["x.o"]);
        world.remove("x.gcda");
        zccache_tests::tick();
        assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, without);
    });
}

#[test]
fn a_profile_in_a_named_folder_is_an_input() {
    each(SOURCE, |unit| {
        if is_clang(unit) {
            return;
        }
        let world = &unit.world;
        count(unit, 1);
        let first = world.read("x.gcda").unwrap();
        count(unit, 4);
        let second = world.read("x.gcda").unwrap();
        world.remove("x.gcda");
        // In a folder its name is that of the object's full path.
        let mangled = world.work.join("x.gcda").display().to_string().replace('/', "#");
        let path = format!("folder/{mangled}");
        world.write(&path, &first);
        let call = unit.call("-O2 -fprofile-use=folder");
        let one = world.expect_cold_and_warm(&call, &["x.o"]);
        assert!(one.run.stderr.is_empty(), "the profile is found: {one:?}");
        world.write(&path, &second);
        world.expect(Expected::Miss, &call, &["x.o"]);
        world.write(&path, &first);
        assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, one);
        // What is no folder is of no use to some versions, and is a profile to others.
        for profile in [&first, &second] {
            world.write("named.gcda", profile);
            world.expect(Expected::Miss, &unit.call("-O2 -fprofile-use=named.gcda"), &["x.o"]);
            world.expect(Expected::Hit, &unit.call("-O2 -fprofile-use=named.gcda"), &["x.o"]);
        }
    });
}

#[test]
fn a_missing_profile_is_warned_of_with_its_own_full_path() {
    each(SOURCE, |unit| {
        if !is_clang(unit) {
            let call = unit.call("-O2 -fprofile-use -Wmissing-profile");
            let bare = unit.world.expect_cold_and_warm(&call, &["x.o"]);
            assert!(bare.run.err().contains(unit.world.work.to_str().unwrap()), "{bare:?}");
        }
    });
}

#[test]
fn an_instrumented_object_names_where_its_counts_go() {
    each(SOURCE, |unit| {
        let world = &unit.world;
        std::fs::create_dir(world.work.join("far")).unwrap();
        for arguments in ["", "-o far/y.o", "-o y.o"] {
            let object = arguments.strip_prefix("-o ").unwrap_or("x.o");
            for option in ["-fprofile-generate", "-fprofile-generate=counts"] {
                let call = unit.call(&format!("-frandom-seed=1 {option} {arguments}"));
                world.expect_cold_and_warm(&call, &[object]);
            }
        }
    });
}

#[test]
fn clangs_profile_is_an_input() {
    each(SOURCE, |unit| {
        if !is_clang(unit) || !required("llvm-profdata") {
            return;
        }
        let world = &unit.world;
        let merge = |count: u32| {
            world.write("text", format!("twice\n1\n2\n{count}\n1\n\n_Z5twicei\n1\n2\n{count}\n1\n"));
            world.bare("llvm-profdata merge -o default.profdata text").expect_success();
            world.age("default.profdata");
            zccache_tests::tick();
        };
        for argument in
            ["-fprofile-instr-use=default.profdata", "-fprofile-instr-use", "-fprofile-use=.", "-fprofile-use"]
        {
            let call = unit.call(&format!("-O2 {argument} -w"));
            merge(1);
            world.expect(Expected::NoHit, &call, &["x.o"]);
            world.expect(Expected::Hit, &call, &["x.o"]);
            merge(1000);
            world.expect(Expected::Miss, &call, &["x.o"]);
            merge(1);
            world.expect(Expected::Hit, &call, &["x.o"]);
            world.remove("default.profdata");
            world.expect(Expected::Failure, &call, &["x.o"]);
        }
    });
}

#[test]
fn a_list_of_what_not_to_check_is_an_input() {
    each("int twice(int *x) { return 2 * *x; }\n", |unit| {
        if !is_clang(unit) {
            return;
        }
        let world = &unit.world;
        world.write("other.txt", "fun:nothing\n");
        for option in ["-fsanitize-ignorelist", "-fsanitize-blacklist"] {
            world.write("list.txt", "fun:nothing\n");
            let call = unit.call(&format!("-fsanitize=address {option}=other.txt {option}=list.txt"));
            let checked = world.expect_cold_and_warm(&call, &["x.o"]);
            world.write("list.txt", "fun:*twice*\n");
            let (unchecked, _) = world.expect(Expected::Miss, &call, &["x.o"]);
            assert_ne!(checked, unchecked);
            world.write("list.txt", "fun:nothing\n");
            assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, checked);
            world.remove("list.txt");
            world.expect(Expected::Failure, &call, &["x.o"]);
        }
        world.write("list.txt", "fun:nothing\n");
        let call = unit.call("-fprofile-instr-generate -fcoverage-mapping -fprofile-list=list.txt");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("list.txt", "fun:*twice*\n");
        world.expect(Expected::Miss, &call, &["x.o"]);
    });
}

#[test]
fn sanitizers_are_cached_where_the_compiler_has_them() {
    let world = World::new();
    if !permitted(world.bare("gcc --version").succeeded(), "gcc is installed") {
        return;
    }
    each("int twice(int *x) { return 2 * *x; }\n", |unit| {
        for option in ["-fsanitize=address", "-fsanitize=undefined -g", "-fsanitize=address,undefined -O2"] {
            unit.world.expect_cold_and_warm(&unit.call(option), &["x.o"]);
        }
    });
}

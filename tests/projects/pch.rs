//! A project with a precompiled header, which CMake makes and gives to every unit.

use zccache_tests::required;

use crate::tree::{Built, Tree};

const GCC: &[&str] = &["CMAKE_CXX_COMPILER=g++", "CMAKE_BUILD_TYPE=Debug"];
const CLANG: &[&str] = &["CMAKE_CXX_COMPILER=clang++", "CMAKE_BUILD_TYPE=Debug"];
const CLANG_WITHOUT_TIMES: &[&str] =
    &["CMAKE_CXX_COMPILER=clang++", "CMAKE_BUILD_TYPE=Debug", "CMAKE_CXX_FLAGS=-Xclang -fno-pch-timestamp"];

fn tree(definitions: &'static [&'static str], compiler: &str) -> Option<Tree> {
    let here = required("cmake") && required("ninja") && required(compiler);
    here.then(|| Tree::ours("pch", definitions, "./words"))
}

/// gcc makes other bytes each time, so what a hit must be equal to is what was stored.
#[track_caller]
fn assert_same_for_gcc(built: &Built, bare: &Built, stored: &Built) {
    built.assert_same(bare, "gch");
    assert!(
        built.with_suffix("gch") == stored.with_suffix("gch"),
        "the precompiled header is not the one that was stored"
    );
}

#[test]
fn gcc_makes_and_uses_a_precompiled_header_through_the_cache() {
    let Some(mut tree) = tree(GCC, "g++") else { return };
    let builds = tree.build_in_all_ways();
    assert_eq!(builds.bare.units(), 4);

    builds.cold.assert_same(&builds.bare, "gch");
    builds.cold.assert_all_misses();
    assert_same_for_gcc(&builds.warm, &builds.bare, &builds.cold);
    builds.warm.assert_all_hits();
    assert_same_for_gcc(&builds.touched, &builds.bare, &builds.cold);
    builds.touched.assert_all_hits();
}

/// The header holds the times of what it includes, and clang refuses it when they have changed.
#[test]
fn clang_makes_and_uses_a_precompiled_header_through_the_cache_until_its_headers_are_touched() {
    let Some(mut tree) = tree(CLANG, "clang++") else { return };
    let builds = tree.build_in_all_ways();
    assert_eq!(builds.bare.units(), 4);

    builds.assert_cold_and_warm();
    builds.touched.assert_same(&builds.bare, "pch");
    builds.touched.assert_all_misses();
}

/// One that keeps no times is the same after a touch. That it keeps none does not show where it is used: there, each is
/// compiled again.
#[test]
fn clang_makes_a_precompiled_header_without_times_although_its_headers_are_touched() {
    let Some(mut tree) = tree(CLANG_WITHOUT_TIMES, "clang++") else { return };
    let builds = tree.build_in_all_ways();
    assert_eq!(builds.bare.units(), 4);

    builds.assert_cold_and_warm();
    builds.touched.assert_same(&builds.bare, "");
    assert_eq!(builds.touched.counters.outcomes(), (1, 3, 0, 0, 0));
}

#[test]
fn an_edit_of_a_header_in_a_precompiled_one_makes_all_units_anew_and_its_revert_brings_them_back() {
    let Some(mut tree) = tree(GCC, "g++") else { return };
    let (bare, cold) = tree.build_bare_and_cold();
    let header = tree.read("words.h");
    let edited = [b"#define EDITED 1\n", header.as_slice()].concat();

    tree.write("words.h", &edited);
    let anew = tree.build();
    anew.assert_all_misses();
    assert!(anew.with_suffix("o") != bare.with_suffix("o"), "the objects do not show that lines have moved");
    tree.write("words.h", &header);
    let reverted = tree.build();
    assert_same_for_gcc(&reverted, &bare, &cold);
    reverted.assert_all_hits();
}

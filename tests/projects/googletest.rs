//! googletest as Debian's package brings its sources: without googlemock, in its Debug configuration.

use std::path::Path;

use zccache_tests::{permitted, required};

use crate::tree::Tree;

const SOURCES: &str = "/usr/src/googletest/googletest";

#[test]
fn googletest_comes_from_the_cache_and_passes_its_own_tests() {
    let here = permitted(Path::new(SOURCES).is_dir(), "the sources of googletest are installed");
    if !(here && required("cmake") && required("ninja") && required("g++")) {
        return;
    }
    let definitions = &[
        "CMAKE_C_COMPILER=gcc",
        "CMAKE_CXX_COMPILER=g++",
        "CMAKE_BUILD_TYPE=Debug",
        "GOOGLETEST_VERSION=1.0",
        "gtest_build_samples=ON",
        "gtest_build_tests=ON",
    ];
    let targets = &["sample1_unittest", "sample3_unittest", "googletest-filepath-test", "googletest-options-test"];
    let proof = "ctest --quiet --tests-regex '^(sample1_unittest|sample3_unittest|googletest-filepath-test)$'";
    let mut tree = Tree::copy(Path::new(SOURCES), definitions, targets, proof);
    let builds = tree.build_in_all_ways();
    assert!(builds.bare.units() >= 7, "{:?}", builds.bare.outputs.keys());

    builds.assert_cold_warm_and_touched();
}

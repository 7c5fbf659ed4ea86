//! A project whose objects count how often each line runs, and whose notes say to gcov where the lines are.

use zccache_tests::required;

use crate::tree::Tree;

/// What gcov reports is printed by the proof, and so is part of what must be the same.
#[test]
fn gcov_reports_the_same_for_objects_and_notes_from_the_cache() {
    if !(required("cmake") && required("ninja") && required("g++") && required("gcov")) {
        return;
    }
    let proof = "./primes && gcov --stdout CMakeFiles/primes.dir/*.gcno";
    let mut tree = Tree::ours("coverage", &["CMAKE_CXX_COMPILER=g++"], proof);
    let builds = tree.build_in_all_ways();
    assert_eq!(builds.bare.units(), 2);
    assert_eq!(builds.bare.with_suffix("gcno").len(), 2);
    let said = &builds.bare.said;
    assert!(said.contains("    #####:    8:    std::printf(\"arguments are ignored"), "{said}");

    builds.assert_cold_warm_and_touched();
}

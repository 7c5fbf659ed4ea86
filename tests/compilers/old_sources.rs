//! A source of a test was made just before its compile, and what a compile of such a source read is looked at before the client
//! is answered. In a project most sources are older, and most is looked at afterwards. So the tests that rest on what a compile
//! read are run a second time, by a daemon that takes every source for an old one.

use std::process::Command;

use zccache_tests::{Age, SOON};

/// Modules of this suite whose tests rest on what was read.
const MODULES: [&str; 26] = [
    "absolute::",
    "additions::",
    "assembly::",
    "changes::",
    "companions::",
    "coverage::",
    "dates::",
    "depfiles::",
    "failures::",
    "folders::",
    "hidden::",
    "links::",
    "listings::",
    "lookups::",
    "macros::",
    "nothing::",
    "precompiled::",
    "preprocessed::",
    "profiles::",
    "races::",
    "response_files::",
    "several::",
    "side_outputs::",
    "standard_input::",
    "trigraphs::",
    "variables::",
];

#[test]
fn what_holds_of_young_sources_holds_of_old_ones() {
    if std::env::var_os(SOON).is_some() {
        return;
    }
    let suite = std::env::current_exe().unwrap();
    let status = Command::new(suite).arg("--quiet").args(MODULES).env(SOON, Age::Old.soon()).status().unwrap();
    assert!(status.success(), "with old sources: {status}");
}

//! What need not be a hit although it is repeated. All else must be one.

use std::fs;
use std::path::Path;

use zccache_tests::Age;

use crate::call::Call;
use crate::sources::{DATED, FOLDERS, RESPONSE_FILE, SPOILERS};
use crate::tree::Listing;

/// Of all repeats that are not exempt, so many per cent must be hits.
pub const HIT_PERCENT: u64 = 98;

/// Of fewer repeats, the share says little.
pub const REPEATS_MIN: u64 = 100;

/// Reasons for which calls are refused that are to be served. A repeat that is refused for one of them does not count yet.
pub const PENDING: [&str; 11] = [
    "bypass: dependencies-only",
    "bypass: output-special",
    "bypass: preprocess",
    "bypass: stdin",
    "bypass: syntax-only",
    "not stored: changed-during-run",
    "not stored: computed-has-include",
    "not stored: computed-include",
    "not stored: not-a-file",
    "not stored: path-outside",
    "not stored: vanished",
];

/// Why a call is exempt. The reasons that the cache has for it are in docs/compilers/gcc.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exempt {
    /// It may read a file that shows the time of the compile, or of its own change (`date`).
    ShowsTime,
    /// It may read a header beside which a file lies that is called like its precompiled one (`precompiled-header-in-source`).
    Precompiled,
    /// The source goes as soon as the compiler is back, and the daemon is told to take it for an old one.
    Removed,
    /// Several sources have one depfile or one standard output (`several-sources`).
    Together,
    /// Two depfiles are asked for (`dependencies`).
    TwoDepfiles,
    /// A link leads to nothing, which may be a name that was looked for (`dangling-link`).
    LinkToNothing,
    /// The response file is not there, or another file has its place (`response-file`, and `linker-input`, since compilers then
    /// take its name, or words in it, for files to link).
    NoResponseFile,
}

impl Exempt {
    /// Of a call in the present state of the project.
    pub fn of(call: &Call, root: &Path, files: &Listing, age: Age) -> Option<Exempt> {
        let there = |name: &str| FOLDERS.iter().any(|folder| root.join(folder).join(name).symlink_metadata().is_ok());
        let found = [
            (Exempt::ShowsTime, there(DATED) || there("touched.h")),
            (Exempt::Precompiled, SPOILERS.iter().any(|name| name.ends_with(".gch") && there(name))),
            (Exempt::Removed, call.layout.removes_source() && age == Age::Old),
            (Exempt::Together, call.has_one_file_for_all()),
            (Exempt::TwoDepfiles, call.has_two_depfiles()),
            (Exempt::LinkToNothing, files.keys().any(|path| !root.join(path).exists())),
            (Exempt::NoResponseFile, call.names_response_file() && !holds_options(&root.join(RESPONSE_FILE))),
        ];
        found.into_iter().find(|(_, holds)| *holds).map(|(exempt, _)| exempt)
    }
}

fn holds_options(file: &Path) -> bool {
    fs::read(file).is_ok_and(|text| text.starts_with(b"-D"))
}

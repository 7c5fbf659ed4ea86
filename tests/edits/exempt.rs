//! What need not be a hit although it is repeated. All else must be one.

use std::path::Path;

use zccache_tests::Age;

use crate::call::Call;
use crate::sources::{DATED, FOLDERS, SPOILERS};

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exempt {
    /// It may read a file that shows the time of the compile, or of its own change, or beside which one lies that is no
    /// precompiled header but is called like one (`date`, `precompiled-header-in-source` in docs/compilers/gcc.md).
    Spoiled,
    /// The source goes as soon as the compiler is back, and the daemon is told to take it for an old one.
    Removed,
}

impl Exempt {
    /// Of a call in the present state of the project.
    pub fn of(call: &Call, root: &Path, age: Age) -> Option<Exempt> {
        if call.layout.removes_source() && age == Age::Old {
            return Some(Exempt::Removed);
        }
        let there = |name: &str| FOLDERS.iter().any(|folder| root.join(folder).join(name).symlink_metadata().is_ok());
        (there(DATED) || SPOILERS.iter().any(|name| there(name))).then_some(Exempt::Spoiled)
    }
}

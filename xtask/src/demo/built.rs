//! What came of one build.

use std::ops::AddAssign;
use std::time::Duration;

use crate::demo::outputs::Outputs;

/// A build.
pub(crate) struct Built {
    /// From the start of the build tool to its end.
    pub(crate) time: Duration,
    /// What the build tool had to make.
    pub(crate) made: Made,
    /// What is there now.
    pub(crate) outputs: Outputs,
}

/// Counts of what was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Made {
    /// Runs of the compiler that made something.
    pub(crate) units: u64,
    /// Those of them that a touch of the project's own sources or headers calls for again.
    pub(crate) touchable: u64,
    /// Tests that were run, and passed.
    pub(crate) tests: u64,
}

impl AddAssign for Made {
    fn add_assign(&mut self, other: Made) {
        self.units += other.units;
        self.touchable += other.touchable;
        self.tests += other.tests;
    }
}

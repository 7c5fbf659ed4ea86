//! Steps as values: all that was done to a project, so that it can be repeated, cut short and read.

use std::fmt;

use zccache_tests::Compiler;

use crate::operation::Operation;

/// One step: a change, then the same compile twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its place in the list that it was first a part of, from 1 on. Later steps go back to states by it.
    pub number: usize,
    /// What changes.
    pub operation: Operation,
    /// The change comes at once after the last compile, while the cache may still be looking at what that compile read.
    /// Else the compile comes at once after the change.
    pub change_at_once: bool,
    /// How it is compiled; none: it is not.
    pub compile: Option<Compile>,
}

/// How a state is compiled bare and through the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compile {
    /// The compile through the cache comes before the bare one.
    pub cached_first: bool,
    /// Outputs of the step before lie where new ones are written.
    pub leftovers: bool,
}

/// A new project, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is compiled with.
    pub compiler: Compiler,
    /// Files of a new project that this one does not have.
    pub left_out: Vec<String>,
    /// In order.
    pub steps: Vec<Step>,
}

impl Compile {
    /// Without anything special.
    pub const PLAIN: Compile = Compile { cached_first: false, leftovers: false };
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:4}  {}", self.number, self.operation)?;
        match self.compile {
            None => f.write_str("; do not compile")?,
            Some(Compile { cached_first, leftovers }) => {
                write!(f, "; compile {}", if cached_first { "cached, bare" } else { "bare, cached" })?;
                f.write_str(if leftovers { " over old outputs" } else { "" })?;
            }
        }
        f.write_str(if self.change_at_once { "" } else { ", at once" })
    }
}

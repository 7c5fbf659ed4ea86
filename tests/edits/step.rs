//! Steps as values: all that was done to a project, so that it can be repeated, cut short and read.

use std::fmt;

use zccache_tests::{Age, Compiler};

use crate::layout::Layout;
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
    /// How often it is repeated through the cache afterwards, without any change.
    pub again: Again,
    /// Other jobs of the build work meanwhile.
    pub jobs: bool,
}

/// Repeats of a compile, by which the cache comes to remember the whole call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// None.
    Not,
    /// So many, one at once after the other. What comes after them finds the cache still looking at what they read.
    Times(usize),
    /// Until it was answered from memory, if that comes soon.
    UntilRemembered,
}

/// How a project is compiled, whatever happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What it is compiled with.
    pub compiler: Compiler,
    /// The cache is told of changes by the system.
    pub watched: bool,
    /// What the cache takes sources for.
    pub age: Age,
    /// The only layout; none: each in turn.
    pub layout: Option<Layout>,
    /// A repeat that is not served counts as a failure.
    pub hits_only: bool,
}

/// A new project, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The same throughout.
    pub setting: Setting,
    /// Files of a new project that this one does not have.
    pub left_out: Vec<String>,
    /// In order.
    pub steps: Vec<Step>,
}

impl Compile {
    /// Without anything special.
    pub const PLAIN: Compile = Compile { cached_first: false, leftovers: false, again: Again::Not, jobs: false };
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:4}  {}", self.number, self.operation)?;
        match self.compile {
            None => f.write_str("; do not compile")?,
            Some(Compile { cached_first, leftovers, again, jobs }) => {
                write!(f, "; compile {}", if cached_first { "cached, bare" } else { "bare, cached" })?;
                f.write_str(if leftovers { " over old outputs" } else { "" })?;
                f.write_str(if jobs { " beside other jobs" } else { "" })?;
                match again {
                    Again::Not => {}
                    Again::Times(times) => write!(f, ", and {times} more times")?,
                    Again::UntilRemembered => f.write_str(", and until it is remembered")?,
                }
            }
        }
        f.write_str(if self.change_at_once { "" } else { ", at once" })
    }
}

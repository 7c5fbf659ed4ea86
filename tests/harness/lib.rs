//! What the suites are written with: a world of its own for each test, compilers that may be missing, and counters that
//! must be exact.

mod world;

mod made;
mod project;

mod compiler;
mod counters;
mod gate;
mod images;
mod poll;
mod process;
mod programs;
mod run;
mod terminal;
mod watching;

pub use compiler::{Compiler, available, permitted, required};
pub use counters::Counters;
pub use gate::{Gate, Held};
pub use made::{Expected, Made, Written};
pub use poll::{BOUND, grow_old, rest, tick, until};
pub use process::{Process, descendant, descendants, kill, until_gone};
pub use programs::{zccache, zccached};
pub use project::{Project, UNITS};
pub use run::{Run, Started, run, run_fed, run_joined, start};
pub use terminal::{run_on_terminal, start_on_terminal};
pub use watching::Watching;
pub use world::{Age, SOON, World};

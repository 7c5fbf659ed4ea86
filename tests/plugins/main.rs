//! The boundary of plugins, end to end: components that misbehave in every way that a sandbox is for, in a real daemon. A
//! build never notices more than that a program is not cached, the counters say whose fault it was, and other plugins go
//! on as ever.

mod companions;
mod disabled;
mod failures;
mod faults;
mod finds;
mod input;
mod messages;
mod precedents;
mod refusals;
mod stage;

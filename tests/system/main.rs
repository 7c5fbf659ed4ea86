//! The whole of it as users have it: builds, killed daemons, signals, trouble of every kind, and the commands.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod ahead;
mod builds;
mod hard_links;
mod overlaps;
mod reflinks;

mod kills;
mod signals;

mod full_disk;
mod no_daemon;
mod notices;
mod strange_daemons;

mod bad_calls;
mod damage;
mod frames;

mod commands;
mod disabled;
mod environment;
mod eviction;
mod masquerade;
mod processes;

mod mounted;
mod watching;

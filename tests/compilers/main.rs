//! What the compilers make comes from the cache byte for byte, and never when it would be wrong. Each test runs for every
//! compiler that is installed.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod sources;

mod additions;
mod depfiles;
mod keys;
mod options;
mod response_files;
mod streams;
mod terminals;

mod changes;
mod dates;
mod folders;
mod hidden;
mod links;
mod lookups;
mod native;
mod passthrough;
mod profiles;
mod programs;
mod races;
mod variables;

mod assembly;
mod objective_c;
mod precompiled;
mod preprocessed;
mod several;

mod coverage;
mod side_outputs;
mod split_dwarf;

mod absolute;
mod companions;
mod failures;
mod macros;
mod nothing;
mod standard_input;
mod trials;
mod trigraphs;

mod bypasses;
mod destinations;
mod listings;
mod messages;
mod modes;
mod modules;

mod old_sources;

//! What is this file's content, what is at these paths, and has it changed? The only crate that reads users' files.
//!
//! Everything starts from a [`Stamp`]: as long as a path shows the stamp under which a digest was remembered, the file
//! is not read again. A stamp vouches for content only under the rules of `quiet.rs`. [`Watch`] knows of changes without a
//! stat; it only ever saves one, and never replaces a rule here.
//!
//! Where to start: [`Files::check`] is the way of a hit, [`Files::collect`] the way of a miss.
#![forbid(unsafe_code)]

mod absent;
mod ahead;
mod archive;
mod check;
mod clock;
mod collect;
mod content;
mod error;
mod facts;
mod files;
mod ground;
mod lookup;
mod memo;
mod names;
mod observe;
mod place;
mod program;
mod quiet;
mod scan;
mod settled;
mod stamp;
mod tokens;
mod tree;
mod unix;
mod walk;
mod watch;
mod witness;

pub use ahead::Guess;
pub use archive::Archive;
pub use clock::Started;
pub use collect::{Collection, Part};
pub use error::{ScanError, Unsure};
pub use files::Files;
pub use observe::SeenPath;
pub use place::Place;
pub use program::Program;
pub use stamp::Stamp;
pub use tokens::TokenRules;
pub use watch::{Loss, Refusal, Survey, Vouched, Watch, WatchReport};
pub use witness::{EndWitness, Witness, Witnessed};

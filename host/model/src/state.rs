//! What was seen of a path.

use crate::digest::Digest;
use crate::key::KeyBuilder;

/// The state of one input, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputState {
    /// Nothing is there.
    Absent,
    /// A file of this content.
    Content(Digest),
    /// A file of this content, last modified at this time (nanoseconds since 1970).
    ContentAndTime(Digest, i128),
    /// Something that is no file; the first letter of its kind: `d`, `o`; `f` for a file seen only by kind.
    Kind(u8),
    /// Which file or folder it is: kind, device, inode.
    Identity(u8, u64, u64),
    /// The digest of the sorted names in a folder.
    Listing(Digest),
    /// The digest of all names and contents in and below a folder.
    Tree(Digest),
    /// The digest of a program and all that it loads.
    Program(Digest),
    /// The digest of the path that a name leads to; of nothing where it leads nowhere.
    Leads(Digest),
}

impl InputState {
    /// Adds the state to a key.
    pub fn write(&self, key: &mut KeyBuilder) {
        match self {
            InputState::Absent => key.part("absent", b""),
            InputState::Content(digest) => key.digest("content", digest),
            InputState::ContentAndTime(digest, time) => key.digest("content", digest).part("time", &time.to_le_bytes()),
            InputState::Kind(kind) => key.part("kind", &[*kind]),
            InputState::Identity(kind, device, inode) => {
                key.part("identity", &[*kind]).number("device", *device).number("inode", *inode)
            }
            InputState::Listing(digest) => key.digest("listing", digest),
            InputState::Tree(digest) => key.digest("tree", digest),
            InputState::Program(digest) => key.digest("program", digest),
            InputState::Leads(digest) => key.digest("leads", digest),
        };
    }
}

//! What client and daemon say to each other: messages, frames, the version handshake, and where the socket is.
//!
//! The client runs compilers, the daemon thinks. One connection is one request; its life is the life of the call.
#![forbid(unsafe_code)]

pub mod endpoint;
pub mod frame;
pub mod message;
pub mod namespace;

//! Repeated calls are answered from memory, and never after anything has changed that they rest on.

mod calls;
mod changes;
mod fallbacks;
mod repeats;

//! What of a call only some of its runs rest on: a run says so afterwards, and it is a part of the key of its result.

use std::os::unix::ffi::OsStrExt;

use zccache_model::key::KeyBuilder;
use zccache_model::manifest::{Caller, Circumstance, InputList};
use zccache_model::plugin::GrantKind;
use zccache_model::reading::{Reading, RunRecord};

use crate::call::Call;
use crate::pipeline::plan::Planned;

/// A call as its results are told apart by it.
pub struct Circumstances<'a> {
    /// As it was made.
    pub call: &'a Call,
    /// As it was planned.
    pub planned: &'a Planned,
}

impl Caller for Circumstances<'_> {
    fn variable(&self, name: &str) -> Option<&[u8]> {
        self.planned.value_of(self.call, name)
    }

    fn directory(&self) -> &[u8] {
        self.call.directory.as_os_str().as_bytes()
    }

    /// What is kept of two streams that are one is their bytes in order; of two that are two, each one's.
    fn write_messages(&self, key: &mut KeyBuilder) {
        key.number("joined streams", u64::from(self.planned.invocation.streams.joined));
        let description = self.planned.plugin.plugin().description();
        for addition in &self.planned.unit().additions {
            let kind = description.grant(&addition.grant).map(|grant| grant.kind);
            if kind == Some(GrantKind::MessageAddition) {
                key.text("addition", &addition.grant).number("before", u64::from(addition.before));
            }
        }
    }
}

/// Notes in its input list what a run rested on.
pub fn note(list: &mut InputList, run: &RunRecord, reading: Reading) {
    list.variables = reading.variables;
    list.variables.sort();
    list.variables.dedup();
    if !run.stdout.is_empty() || !run.stderr.is_empty() {
        list.circumstances.push(Circumstance::Messages);
    }
    if reading.directory {
        list.circumstances.push(Circumstance::Directory);
    }
}

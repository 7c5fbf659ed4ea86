//! A loaded plugin: three pure functions, called as such.

use std::sync::Arc;

use wasmtime::Store;
use zccache_model::digest::PluginDigest;
use zccache_model::invocation::Invocation;
use zccache_model::plan::{Answer, Decision};
use zccache_model::plugin::Description;
use zccache_model::reading::{Collected, Learnt, RunRecord};

use crate::bindings::{PluginPre, wire};
use crate::convert;
use crate::fault::PluginFault;
use crate::limiter::Limits;
use crate::runtime::Runtime;

/// A loaded plugin. It may be called from many threads at once: every call has a fresh instance, so that nothing is left
/// of one call in the next, and an answer depends on nothing but the question.
pub struct Plugin {
    runtime: Arc<Runtime>,
    instances: PluginPre<Limits>,
    digest: PluginDigest,
    description: Description,
}

impl Plugin {
    pub(crate) fn new(
        runtime: Arc<Runtime>,
        instances: PluginPre<Limits>,
        digest: PluginDigest,
        description: Description,
    ) -> Plugin {
        Plugin { runtime, instances, digest, description }
    }

    /// The digest of its component.
    pub fn digest(&self) -> PluginDigest {
        self.digest
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What is this command line? `answers` are those to all questions so far, in order. Whether the decision keeps the
    /// host's rules is for `model::rules` to say.
    pub fn plan(&self, invocation: &Invocation, answers: &[Answer]) -> Result<Decision, PluginFault> {
        let _span = tracing::debug_span!("plan", plugin = self.description.id).entered();
        let decision = convert::with_invocation(invocation, answers, |invocation| {
            self.ask(|guest, store| guest.call_plan(store, invocation))
        })?;
        convert::decision(decision.map_err(convert::failure)?)
    }

    /// What did this run read? `learnt` answers everything that was asked for so far.
    pub fn collect(&self, run: &RunRecord, learnt: &Learnt) -> Result<Collected, PluginFault> {
        let _span = tracing::debug_span!("collect", plugin = self.description.id).entered();
        let collected = convert::with_outcome(&self.description, run, learnt, |outcome| {
            self.ask(|guest, store| guest.call_collect(store, outcome))
        })??;
        convert::collected(collected.map_err(convert::failure)?)
    }

    fn ask<R>(
        &self,
        question: impl FnOnce(&wire::Guest, &mut Store<Limits>) -> wasmtime::Result<R>,
    ) -> Result<R, PluginFault> {
        let mut call = self.runtime.begin()?;
        let plugin = self.instances.instantiate(&mut call.store).map_err(|error| PluginFault::of_start(&error))?;
        question(plugin.zccache_plugin_tool_plugin(), &mut call.store).map_err(|error| PluginFault::of_call(&error))
    }
}

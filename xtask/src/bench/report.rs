//! Everything that one run has measured.

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use crate::bench::builds::Build;
use crate::bench::clients::Clients;
use crate::bench::headers::Headers;
use crate::bench::hit::Hit;
use crate::bench::machine::Machine;
use crate::bench::plan::Plan;
use crate::bench::restart::Restart;
use crate::bench::results::Results;

/// A section that was not run is absent, or has no points.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) hit: Option<Hit>,
    pub(crate) headers: Vec<Headers>,
    pub(crate) clients: Vec<Clients>,
    pub(crate) results: Vec<Results>,
    pub(crate) restart: Option<Restart>,
    pub(crate) plan: Option<Plan>,
    pub(crate) builds: Vec<Build>,
}

impl Report {
    /// Of nothing yet.
    pub(crate) fn new(machine: Machine) -> Report {
        Report {
            machine,
            hit: None,
            headers: Vec::new(),
            clients: Vec::new(),
            results: Vec::new(),
            restart: None,
            plan: None,
            builds: Vec::new(),
        }
    }

    /// As it is kept.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::to_value(self).context("the figures as JSON")
    }
}

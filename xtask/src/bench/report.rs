//! The figures of each section, and of which run they are.

use std::fs;
use std::mem;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bench::builds::Build;
use crate::bench::clients::Clients;
use crate::bench::cold::Cold;
use crate::bench::headers::Headers;
use crate::bench::hit::Hit;
use crate::bench::machine::Machine;
use crate::bench::miss::Miss;
use crate::bench::options::Section;
use crate::bench::plan::Plan;
use crate::bench::restart::Restart;
use crate::bench::results::Results;

/// A section that was not run is absent, or has no points.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    /// Each section is of one of these.
    pub(crate) runs: Vec<Run>,
    pub(crate) hit: Option<Hit>,
    #[serde(default)]
    pub(crate) headers: Vec<Headers>,
    #[serde(default)]
    pub(crate) clients: Vec<Clients>,
    #[serde(default)]
    pub(crate) results: Vec<Results>,
    pub(crate) restart: Option<Restart>,
    pub(crate) miss: Option<Miss>,
    pub(crate) plan: Option<Plan>,
    #[serde(default)]
    pub(crate) cold: Vec<Cold>,
    #[serde(default)]
    pub(crate) builds: Vec<Build>,
    #[serde(default)]
    pub(crate) cargo: Vec<Build>,
}

/// A run of the benchmark.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    #[serde(flatten)]
    pub(crate) machine: Machine,
    /// What of its figures is here.
    pub(crate) sections: Vec<Section>,
}

impl Report {
    /// Of a run that has measured nothing yet.
    pub(crate) fn new(machine: Machine, sections: Vec<Section>) -> Report {
        Report {
            runs: vec![Run { machine, sections }],
            hit: None,
            headers: Vec::new(),
            clients: Vec::new(),
            results: Vec::new(),
            restart: None,
            miss: None,
            plan: None,
            cold: Vec::new(),
            builds: Vec::new(),
            cargo: Vec::new(),
        }
    }

    /// As it was kept.
    pub(crate) fn read(file: &Path) -> Result<Report> {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        serde_json::from_str(&text).with_context(|| file.display().to_string())
    }

    /// As it is kept.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::to_value(self).context("the figures as JSON")
    }

    /// The run that a section is of.
    pub(crate) fn run_of(&self, section: Section) -> Option<&Run> {
        self.runs.iter().find(|run| run.sections.contains(&section))
    }

    /// The sections of a later run take the place of those that are here; all others stay what they are.
    pub(crate) fn updated(mut self, mut later: Report) -> Report {
        let sections: Vec<Section> = later.runs.iter().flat_map(|run| &run.sections).copied().collect();
        for section in &sections {
            match section {
                Section::Hit => self.hit = later.hit.take(),
                Section::Headers => self.headers = mem::take(&mut later.headers),
                Section::Clients => self.clients = mem::take(&mut later.clients),
                Section::Results => self.results = mem::take(&mut later.results),
                Section::Restart => self.restart = later.restart.take(),
                Section::Miss => self.miss = later.miss.take(),
                Section::Plan => self.plan = later.plan.take(),
                Section::Cold => self.cold = mem::take(&mut later.cold),
                Section::Builds => self.builds = mem::take(&mut later.builds),
                Section::Cargo => self.cargo = mem::take(&mut later.cargo),
            }
        }
        for run in &mut self.runs {
            run.sections.retain(|section| !sections.contains(section));
        }
        self.runs.retain(|run| !run.sections.is_empty());
        self.runs.extend(later.runs);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::document;
    use crate::bench::figures::Race;

    fn report(commit: &str, sections: &[Section]) -> Report {
        let machine = Machine {
            date: String::new(),
            commit: commit.to_owned(),
            system: String::new(),
            processor: String::new(),
            cores: 2,
            compiler: String::new(),
            caches: Vec::new(),
            missing: Vec::new(),
        };
        let headers = vec![Headers { headers: sections.len() as u32, race: Race::default() }];
        Report { headers, ..Report::new(machine, sections.to_vec()) }
    }

    #[test]
    fn a_section_is_always_of_the_run_that_measured_it_last() {
        let of = |report: &Report, section| report.run_of(section).map(|run| run.machine.commit.clone());
        let whole = report("one", &[Section::Hit, Section::Headers, Section::Plan]);
        let part = whole.updated(report("two", &[Section::Headers]));
        let found = [Section::Hit, Section::Headers, Section::Cargo].map(|section| of(&part, section));
        assert_eq!(found, [Some("one".into()), Some("two".into()), None]);
        assert_eq!(part.headers[0].headers, 1);
        let again = part.updated(report("three", &[Section::Hit, Section::Headers, Section::Plan]));
        assert_eq!(again.runs.len(), 1);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let report = report("one", &[Section::Hit, Section::Cargo]);
        let json = report.json().unwrap();
        let read: Report = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read.json().unwrap(), json);
    }

    #[test]
    fn what_is_kept_with_the_project_can_be_updated_and_says_which_run_each_section_is_of() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.json");
        let kept = Report::read(&docs).unwrap();
        let text = document::text(&kept.updated(report("later", &[Section::Headers])));
        let heading = "### With the headers of a source\n\n(Of commit later on ";
        assert!(text.contains(heading) && text.contains("\n- `headers`: commit later on "), "{text}");
    }
}

//! What the survey found: rows of projects, and of which run each is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// All that is known.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    /// In the order in which they were made.
    pub(crate) runs: Vec<Run>,
}

/// A run of the survey: on one machine, with one build of ours.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    pub(crate) conditions: Conditions,
    pub(crate) rows: Vec<Row>,
}

/// When and with what a run was made, in words that name no machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Conditions {
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) cores: usize,
    pub(crate) processor: String,
    /// Compilers and caches, each with its version.
    pub(crate) programs: Vec<(String, String)>,
}

/// A project.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) project: String,
    #[serde(default)]
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) jobs: usize,
    #[serde(default)]
    pub(crate) rounds: usize,
    /// By the compilers alone.
    #[serde(default)]
    pub(crate) bare: Times,
    /// How many files were compared for each build.
    #[serde(default)]
    pub(crate) compared: usize,
    /// Ours first.
    #[serde(default)]
    pub(crate) caches: Vec<Cached>,
    /// Why the project could not be surveyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

/// What a build took.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Times {
    pub(crate) wall_s: f64,
    /// Of all processes of the build.
    pub(crate) processor_s: f64,
    /// Of the cache's daemon besides.
    pub(crate) daemon_s: f64,
}

/// What one cache did.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Cached {
    pub(crate) cache: String,
    pub(crate) cold: Build,
    pub(crate) warm: Build,
}

/// One build by a cache.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Build {
    pub(crate) times: Times,
    /// Calls that it could serve, or has served.
    pub(crate) calls: u64,
    pub(crate) hits: u64,
    /// Compiles that failed, and were not served.
    #[serde(default)]
    pub(crate) failures: u64,
    /// Calls that link, or ask the compiler about itself.
    #[serde(default)]
    pub(crate) others: u64,
    /// Why calls were no hits; of ours alone.
    #[serde(default)]
    pub(crate) refusals: Vec<Refusal>,
    /// Files that are not the bare compiler's.
    #[serde(default)]
    pub(crate) different: Vec<String>,
}

/// Calls that were no hits for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Refusal {
    pub(crate) reason: String,
    /// They link, or ask the compiler about itself: no cache could serve them.
    pub(crate) is_other: bool,
    pub(crate) count: u64,
    /// The source of the first.
    pub(crate) first: String,
    /// Its words.
    #[serde(skip)]
    pub(crate) call: String,
    /// What it was about that call.
    pub(crate) detail: String,
}

impl Report {
    /// As it was kept; empty if nothing was.
    pub(crate) fn read(file: &Path) -> Result<Report> {
        if !file.exists() {
            return Ok(Report::default());
        }
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        serde_json::from_str(&text).with_context(|| file.display().to_string())
    }

    /// Puts a row in, and takes out what an earlier run said of that project.
    pub(crate) fn put(&mut self, conditions: &Conditions, row: Row) {
        for run in &mut self.runs {
            run.rows.retain(|known| known.project != row.project);
        }
        match self.runs.iter_mut().find(|run| run.conditions == *conditions) {
            Some(run) => run.rows.push(row),
            None => self.runs.push(Run { conditions: conditions.clone(), rows: vec![row] }),
        }
        self.runs.retain(|run| !run.rows.is_empty());
    }

    /// Forgets projects that are no longer surveyed, and puts the rows of each run in the order of these.
    pub(crate) fn sort(&mut self, projects: &[&str]) {
        let place = |row: &Row| projects.iter().position(|project| *project == row.project);
        for run in &mut self.runs {
            run.rows.retain(|row| place(row).is_some());
            run.rows.sort_by_key(place);
        }
        self.runs.retain(|run| !run.rows.is_empty());
    }

    /// The projects of which a commit is known to have no fault.
    pub(crate) fn done(&self, commit: &str) -> BTreeSet<&str> {
        let runs = self.runs.iter().filter(|run| run.conditions.commit == commit);
        runs.flat_map(|run| &run.rows).filter(|row| row.faults().is_empty()).map(|row| row.project.as_str()).collect()
    }

    /// All rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.runs.iter().flat_map(|run| &run.rows)
    }
}

impl Row {
    /// A project that could not be surveyed.
    pub(crate) fn failed(project: &str, why: String) -> Row {
        Row {
            project: project.to_owned(),
            version: String::new(),
            jobs: 0,
            rounds: 0,
            bare: Times::default(),
            compared: 0,
            caches: Vec::new(),
            failed: Some(why),
        }
    }

    /// Ours, if it took part.
    pub(crate) fn ours(&self) -> Option<&Cached> {
        self.caches.first()
    }

    /// What must not be: a build that failed, an output that is not the bare compiler's. Fewer hits than could be are no fault,
    /// but for the reader to see.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self
            .failed
            .iter()
            .map(|why| format!("{}: {}", self.project, why.lines().next().unwrap_or_default()))
            .collect();
        if let Some(ours) = self.ours() {
            for (name, build) in [("cold", &ours.cold), ("warm", &ours.warm)] {
                if build.calls == 0 {
                    faults.push(format!("{} {name}: no call came to the cache", self.project));
                }
                if let Some(first) = build.different.first() {
                    let count = build.different.len();
                    faults.push(format!(
                        "{} {name}: {count} files are not the bare compiler's, as {first}",
                        self.project
                    ));
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(commit: &str) -> Conditions {
        Conditions {
            date: String::new(),
            commit: commit.to_owned(),
            cores: 2,
            processor: String::new(),
            programs: Vec::new(),
        }
    }

    fn row(project: &str) -> Row {
        Row { failed: None, ..Row::failed(project, String::new()) }
    }

    #[test]
    fn a_row_takes_the_place_of_the_earlier_one_of_its_project_and_leaves_the_others() {
        let mut report = Report::default();
        for project in ["b", "a"] {
            report.put(&conditions("1"), row(project));
        }
        report.put(&conditions("2"), row("b"));
        report.put(&conditions("2"), Row::failed("c", "no".to_owned()));
        report.sort(&["a", "b", "c"]);
        let of = |run: &Run| run.rows.iter().map(|row| row.project.clone()).collect::<Vec<_>>();
        assert_eq!(report.runs.iter().map(of).collect::<Vec<_>>(), [vec!["a"], vec!["b", "c"]]);
        assert_eq!(report.done("2"), BTreeSet::from(["b"]));
        report.sort(&["b"]);
        assert_eq!(report.rows().count(), 1);
    }

    #[test]
    fn another_output_is_a_fault_and_a_miss_is_none() {
        let build = |different: &[&str]| Build {
            calls: 2,
            different: different.iter().map(|path| (*path).to_owned()).collect(),
            ..Build::default()
        };
        let of = |different: &[&str]| Row {
            caches: vec![Cached { cache: "ours".to_owned(), cold: build(&[]), warm: build(different) }],
            ..row("a")
        };
        assert!(of(&[]).faults().is_empty());
        assert_eq!(of(&["x.o", "y.o"]).faults(), ["a warm: 2 files are not the bare compiler's, as x.o"]);
    }
}

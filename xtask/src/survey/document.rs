//! The survey as a document for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::survey::project::{NOTES, Project};
use crate::survey::report::{Build, Cached, Conditions, Refusal, Report, Row, Run, Times};

const INTRODUCTION: &str = "# Survey of real builds

Written by `cargo xtask survey`. Each project is built by its own build system, five times: by the compilers alone, by zccache
and by ccache with an empty cache (*cold*), and by each once more (*warm*). The tree is copied anew for each build, with the times
of its files as they were, to the same path, and left alone for two and a half seconds: sources are old. Compilers are found in
a folder of links to the cache, or to themselves, first in PATH; cargo calls its compiler by `RUSTC_WRAPPER`, which ccache has no
part in.

**Calls** are those that could come from a cache. For zccache: all requests but links, calls that ask the compiler about
itself (`bypass: link`, `linker-input`, `query`, `question`, and any other bypass of a call that names no source), and compiles
that failed and did not come from the cache; what it bypasses for any other reason is in the number. For ccache: its hits and misses, so without what it calls uncacheable. **Failed**:
compiles that ended with an error, as configure scripts have them on purpose, and were not served. **Compared**: all files that
the bare build made, and all that a build by zccache made besides, byte for byte, but for those of the last part.
**Times** are of one build, by the clock, and in brackets of the processors: the build's own, and the daemon's after a plus sign.
They are good for a comparison within a row.
";

/// All of it, in Markdown.
pub(crate) fn text(report: &Report, projects: &[Project]) -> String {
    let mut text = INTRODUCTION.to_owned();
    for run in &report.runs {
        text += &run_text(run);
    }
    text += &refused(report);
    text += &left_out(projects);
    text
}

/// What a person who waits sees of one project.
pub(crate) fn print(row: &Row) {
    for line in counts(row).into_iter().chain([times(row)]) {
        println!("{line}");
    }
    let Some(ours) = row.ours() else { return };
    for (name, build) in [("cold", &ours.cold), ("warm", &ours.warm)] {
        for Refusal { reason, count, first, call, detail, .. } in
            build.refusals.iter().filter(|refusal| !refusal.is_other)
        {
            println!("  {name}: {count} {reason}: {first} ({detail})\n      {}", cut(call, CALL_MAX));
        }
        for path in build.different.iter().take(20) {
            println!("  {name}: differs: {path}");
        }
    }
}

fn run_text(run: &Run) -> String {
    let mut text = format!("\n## {}\n\n{}\n", run.conditions.date, conditions(&run.conditions));
    text +=
        "\n| project | calls | hits, cold | hits, warm | | failed | ccache: calls | hits, warm | compared | differ |\n";
    text += "|---|---|---|---|---|---|---|---|---|---|\n";
    for row in &run.rows {
        for line in counts(row) {
            text += &line;
            text.push('\n');
        }
    }
    text += "\n| project | bare | cold | warm | ccache, cold | ccache, warm | cold / bare | warm / ccache's |\n";
    text += "|---|---|---|---|---|---|---|---|\n";
    for row in run.rows.iter().filter(|row| row.failed.is_none()) {
        text += &times(row);
        text.push('\n');
    }
    let failed = run.rows.iter().filter_map(|row| Some((&row.project, row.failed.as_ref()?)));
    for (project, why) in failed {
        line(&mut text, &format!("\n{project} could not be surveyed:\n\n```\n{why}\n```"));
    }
    text
}

fn conditions(conditions: &Conditions) -> String {
    let Conditions { date, commit, cores, processor, programs } = conditions;
    let programs: Vec<String> = programs.iter().map(|(name, version)| format!("{name} {version}")).collect();
    format!("Commit {commit}, {date}, on {cores} cores of a shared machine ({processor}); {}.", programs.join(", "))
}

/// The line of counts.
fn counts(row: &Row) -> Vec<String> {
    let name = &row.project;
    if row.failed.is_some() {
        return vec![format!("| {name} | **not built** | | | | | | | | |")];
    }
    let Some(ours) = row.ours() else { return Vec::new() };
    let Build { calls, hits, failures, .. } = ours.warm;
    let share = if calls == 0 { f64::NAN } else { hits as f64 * 100.0 / calls as f64 };
    let other = row
        .caches
        .get(1)
        .map_or_else(|| " | ".to_owned(), |Cached { warm, .. }| format!("{} | {}", warm.calls, warm.hits));
    let differ = ours.cold.different.len() + ours.warm.different.len();
    let differ = if differ == 0 { "0".to_owned() } else { format!("**{differ}**") };
    let (version, cold, compared) = (&row.version, ours.cold.hits, row.compared);
    vec![format!(
        "| {name} {version} | {calls} | {cold} | {hits} | {share:.1} % | {failures} | {other} | {compared} | {differ} |"
    )]
}

/// The line of times.
fn times(row: &Row) -> String {
    let Row { project, bare, caches, jobs, rounds, .. } = row;
    let cells: Vec<String> =
        caches.iter().flat_map(|cached| [cell(&cached.cold.times), cell(&cached.warm.times)]).collect();
    let cells = if caches.len() < 2 { format!("{} | | ", cells.join(" | ")) } else { cells.join(" | ") };
    let ratio =
        |of: Option<f64>, to: Option<f64>| of.zip(to).map(|(of, to)| format!("{:.3}", of / to)).unwrap_or_default();
    let wall = |index: usize, pick: fn(&Cached) -> &Build| Some(pick(caches.get(index)?).times.wall_s);
    let cold = ratio(wall(0, |cached| &cached.cold), Some(bare.wall_s));
    let warm = ratio(wall(0, |cached| &cached.warm), wall(1, |cached| &cached.warm));
    let rounds = if *rounds > 1 { format!(", median of {rounds}") } else { String::new() };
    format!("| {project}, -j{jobs}{rounds} | {} | {cells} | {cold} | {warm} |", cell(bare))
}

/// `12.3 s (20.1 + 0.4)`
fn cell(times: &Times) -> String {
    let daemon = if times.daemon_s > 0.0 { format!(" + {:.1}", times.daemon_s) } else { String::new() };
    format!("{:.1} s ({:.1}{daemon})", times.wall_s, times.processor_s)
}

/// All reasons of all warm builds, the most frequent first.
fn refused(report: &Report) -> String {
    let mut by_reason: BTreeMap<&str, Vec<(&str, &Refusal)>> = BTreeMap::new();
    for row in report.rows() {
        for refusal in row.ours().into_iter().flat_map(|ours| &ours.warm.refusals).filter(|refusal| !refusal.is_other) {
            by_reason.entry(&refusal.reason).or_default().push((&row.project, refusal));
        }
    }
    let mut reasons: Vec<_> = by_reason.into_iter().collect();
    let count = |met: &[(&str, &Refusal)]| met.iter().map(|(_, refusal)| refusal.count).sum::<u64>();
    reasons.sort_by_key(|(_, met)| std::cmp::Reverse(count(met)));
    let mut text = String::from(
        "\n## What is refused, and why\n\nCalls of the warm builds that did not come from the cache. What the reasons mean is in\n\
         [compilers/gcc.md](compilers/gcc.md) and [compilers/rustc.md](compilers/rustc.md); *failure*: the compile failed again.\n\n\
         | reason | calls | in | first of each project |\n|---|---|---|---|\n",
    );
    for (reason, met) in reasons {
        let firsts: Vec<String> = met.iter().map(|(project, refusal)| first(project, refusal)).collect();
        line(&mut text, &format!("| {reason} | {} | {} | {} |", count(&met), met.len(), firsts.join("; ")));
    }
    text
}

/// `nginx 12: src/core/x.c (the word of it)`
fn first(project: &str, refusal: &Refusal) -> String {
    let mut told = format!("{project} {}", refusal.count);
    if !refusal.first.is_empty() {
        told += &format!(": `{}`", refusal.first);
    }
    if !refusal.detail.is_empty() && refusal.detail != refusal.first {
        told += &format!(" ({})", code(&refusal.detail));
    }
    told.replace('|', "\\|")
}

/// The longest word of a refusal that is told.
const DETAIL_MAX: usize = 80;

/// As much of a call as a person wants to see who waits.
const CALL_MAX: usize = 400;

/// As code, and not too long.
fn code(text: &str) -> String {
    format!("`{}`", cut(&text.replace(['`', '\n'], " "), DETAIL_MAX))
}

/// The beginning of a text that is too long.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{} ...", &text[..at]),
        None => text.to_owned(),
    }
}

/// What is not compared, and why.
fn left_out(projects: &[Project]) -> String {
    let mut text = String::from("\n## What is not compared\n\n| in | files | why |\n|---|---|---|\n");
    for left_out in NOTES {
        line(&mut text, &format!("| all | `{}` | {} |", left_out.path, left_out.reason));
    }
    for project in projects {
        for left_out in project.left_out {
            line(&mut text, &format!("| {} | `{}` | {} |", project.name, left_out.path, left_out.reason));
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _written = writeln!(text, "{line}");
}

//! The figures as a document for people.

use std::fmt::Write as _;

use crate::bench::builds::Build;
use crate::bench::cache::OURS;
use crate::bench::cold::Cold;
use crate::bench::daemon::Memory;
use crate::bench::figures::{Entry, Race};
use crate::bench::goals::{Goal, Limit, goals};
use crate::bench::machine::Machine;
use crate::bench::options::Section;
use crate::bench::report::{Report, Run};

/// All of it, in Markdown. Sections that were not run are left out.
pub(crate) fn text(report: &Report) -> String {
    let mut text = String::from("# Performance\n\n");
    text += &introduction(&report.runs);
    text += &held_against(&goals(report));
    let sections = [hit(report), growth(report), headers(report), results(report), clients(report), restart(report)];
    for section in
        sections.into_iter().chain([plan(report), miss(report), cold(report), builds(report), cargo(report)]).flatten()
    {
        text.push('\n');
        text += &section;
    }
    text
}

fn introduction(runs: &[Run]) -> String {
    let mut text = match runs {
        [run] => format!("Written by `cargo xtask bench`, {}.\n", conditions(&run.machine)),
        runs => {
            let mut text = String::from(
                "Written by `cargo xtask bench`. The sections are of several runs, and what is of one cannot be held against what is \
                 of another:\n\n",
            );
            for run in runs {
                let sections: Vec<String> =
                    run.sections.iter().map(|section| format!("`{}`", section.name())).collect();
                line(&mut text, &format!("- {}: {}.", sections.join(", "), conditions(&run.machine)));
            }
            text
        }
    };
    text += "\nAn absolute time is good for a day. All contestants of a table took turns in one run, in an order drawn for each\n\
             round, so that its medians can be compared. *Floor* is the least that any cache does, a program of our own: a\n\
             static client asks a server over a socket, which puts the same files in place and does nothing else. Times are of\n\
             whole processes, as a build tool sees them.\n";
    text
}

/// When, where and with what a run was made.
fn conditions(machine: &Machine) -> String {
    let caches: Vec<String> = machine.caches.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let missing = if machine.missing.is_empty() {
        String::new()
    } else {
        format!("; not there, and so not compared: {}", machine.missing.join(", "))
    };
    format!(
        "{} on {} cores of a shared machine ({}), {}, with {}; {}{missing}",
        which(machine),
        machine.cores,
        machine.processor,
        machine.system,
        machine.compiler,
        caches.join(", ")
    )
}

/// `commit 0123456 on 2026-01-01`
fn which(machine: &Machine) -> String {
    let commit = if machine.commit.is_empty() { String::new() } else { format!("commit {} ", machine.commit) };
    format!("{commit}on {}", machine.date)
}

/// The heading of a section, and which run it is of where there are several.
fn heading(report: &Report, section: Section, heading: &str) -> String {
    let mut text = format!("{heading}\n\n");
    if let Some(run) = report.run_of(section).filter(|_| report.runs.len() > 1) {
        line(&mut text, &format!("(Of {}.)\n", which(&run.machine)));
    }
    text
}

fn held_against(goals: &[Goal]) -> String {
    let mut text = String::from("\n## What it is held against\n\n| | goal | measured | |\n|---|---|---|---|\n");
    for goal in goals {
        let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
        let limit = match goal.limit {
            Limit::AtMost(limit) => format!("at most {limit}{unit}"),
            Limit::AtLeast(limit) => format!("at least {limit}{unit}"),
        };
        let measured = goal.measured.map_or_else(|| "-".to_owned(), |measured| format!("{measured:.2}{unit}"));
        let verdict = match goal.is_met() {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "not measured",
        };
        line(&mut text, &format!("| {} | {limit} | {measured} | {verdict} |", goal.what));
    }
    text
}

fn hit(report: &Report) -> Option<String> {
    let hit = report.hit.as_ref()?;
    let mut text = heading(report, Section::Hit, "## A hit");
    text += "A small C file, and an object of 60 kB:\n\n";
    text += &table(&hit.c);
    line(&mut text, &format!("\nA C++ file with {} headers, the object and a depfile:\n", hit.cpp_headers));
    text += &table(&hit.cpp);
    Some(text)
}

/// The plot, if there is anything to see in it.
fn growth(report: &Report) -> Option<String> {
    let any = !report.headers.is_empty() || !report.results.is_empty() || !report.clients.is_empty();
    any.then(|| {
        "## How it grows\n\n![A hit by headers and by results, and throughput by clients](performance.svg)\n".to_owned()
    })
}

fn headers(report: &Report) -> Option<String> {
    let first = report.headers.first()?;
    let mut text = heading(report, Section::Headers, "### With the headers of a source");
    text += "Median of a hit, and in medians of the floor:\n\n";
    let points: Vec<String> = report.headers.iter().map(|point| format!("{} headers", point.headers)).collect();
    head(&mut text, &points);
    for Entry { name, .. } in &first.race.entries {
        let cells = report.headers.iter().map(|point| point.race.entry(name).map(time_and_ratio));
        row(&mut text, name, cells);
    }
    Some(text)
}

fn results(report: &Report) -> Option<String> {
    let points = &report.results;
    points.first()?;
    let mut text = heading(report, Section::Results, "### With stored results");
    text += "*Start*: from starting `zccached` until it says that it is ready. *Memory*: resident, and what of it is\n\
             not its program file's. The results were stored without compilers, each with a list of 100 inputs.\n\n";
    let names: Vec<String> = points.iter().map(|point| format!("{} results", thousands(point.results))).collect();
    head(&mut text, &names);
    let entry = |race: &Race, show: fn(&Entry) -> String| race.entry(OURS).map(show);
    row(&mut text, "hit", points.iter().map(|point| entry(&point.hit, time_and_ratio)));
    row(&mut text, "start", points.iter().map(|point| entry(&point.start, time_and_tail)));
    row(&mut text, "start after SIGKILL", points.iter().map(|point| entry(&point.start_after_kill, time_and_tail)));
    row(&mut text, "memory, idle", points.iter().map(|point| Some(memory(&point.idle))));
    row(&mut text, "memory after hits", points.iter().map(|point| Some(memory(&point.used))));
    let server = points.iter().filter_map(|point| Some(point.start.entries.first()?.median_ms)).next();
    if let Some(server) = server {
        line(&mut text, &format!("\nThe floor's server, which keeps nothing, starts in {server:.1} ms."));
    }
    Some(text)
}

fn clients(report: &Report) -> Option<String> {
    let first = report.clients.first()?;
    let hits = first.hits;
    let mut text = heading(report, Section::Clients, "### With clients at once");
    text += &format!(
        "Each makes {hits} hits of the small C file, into an output of its own. Hits per second, and in those of the floor:\n\n"
    );
    let points: Vec<String> = report.clients.iter().map(|point| format!("{} clients", point.clients)).collect();
    head(&mut text, &points);
    for entry in &first.entries {
        let cell =
            |entry: &crate::bench::clients::Throughput| format!("{:.0}, {:.2} x", entry.hits_per_second, entry.ratio);
        row(&mut text, &entry.name, report.clients.iter().map(|point| point.entry(&entry.name).map(cell)));
    }
    Some(text)
}

fn restart(report: &Report) -> Option<String> {
    let restart = report.restart.as_ref()?;
    let mut text = heading(report, Section::Restart, "## The first hit after a restart");
    text += "Of something stored before, another each time. The daemon was told to stop, and started:\n\n";
    text += &table(&restart.after_stop);
    text += "\nIt was killed, and started:\n\n";
    text += &table(&restart.after_kill);
    text += "\nIt was told to stop, and the hit has to start it:\n\n";
    text += &table(&restart.starting_it);
    Some(text)
}

fn plan(report: &Report) -> Option<String> {
    let plan = report.plan.as_ref()?;
    let mut text = heading(report, Section::Plan, "## A plan");
    text += &format!(
        "What the plugin (a component of {:.0} kB) takes in the sandbox to say what a call with {} arguments is, in a fresh \
         instance\neach time. A call of the same words is planned once.\n\n| rounds of answers so far | median | p90 |\n|---|---|---|\n",
        plan.component_kb, plan.arguments
    );
    for call in &plan.calls {
        line(&mut text, &format!("| {} | {:.0} us | {:.0} us |", call.answers, call.median_us, call.p90_us));
    }
    Some(text)
}

fn miss(report: &Report) -> Option<String> {
    let miss = report.miss.as_ref()?;
    let mut text = heading(report, Section::Miss, "## A miss");
    text += "A C file that compiles in 0.1 to 0.2 s, each time by a call that was never made before. *Longer*: than the bare\n\
             compiler, by the median of the ratios in all rounds.\n\n| | median | p90 | longer | x bare |\n|---|---|---|---|---|\n";
    for Entry { name, median_ms, p90_ms, ratio, .. } in &miss.race.entries {
        let added = miss.added_ms(*ratio).unwrap_or(f64::NAN);
        line(&mut text, &format!("| {name} | {median_ms:.1} ms | {p90_ms:.1} ms | {added:.1} ms | {ratio:.3} |"));
    }
    Some(text)
}

fn cold(report: &Report) -> Option<String> {
    report.cold.first()?;
    let mut text = heading(report, Section::Cold, "## What misses add to a build");
    text += "Into an empty cache. The build is made in slices, each of as many units as there are jobs and by all three in turn: two\n\
             whole builds by the same compiler differ by more than what is looked for here. How far the bare compiler is from\n\
             itself says how far to trust the last line. *By build*: the median of the ratios of all rounds, which is held against the\n\
             goal. *By slice*: of each slice the median of all rounds, and the sums of those.\n";
    for cold in &report.cold {
        let Cold { project, jobs, units, rounds, slices, parts, added_ms, daemon_percent } = cold;
        let builds = rounds.entries.first().map_or(0, |entry| entry.runs);
        line(&mut text, &format!("\n{project}, {units} units, -j{jobs}, {builds} builds in {parts} slices each:\n"));
        text += "| | median of a build | x bare, by build | x bare, by slice |\n|---|---|---|---|\n";
        for (Entry { name, median_ms, ratio, .. }, slice) in rounds.entries.iter().zip(&slices.entries) {
            line(&mut text, &format!("| {name} | {:.2} s | {ratio:.3} | {:.3} |", median_ms / 1e3, slice.ratio));
        }
        let [again, cached] = added_ms;
        line(
            &mut text,
            &format!(
                "\nThe median slice takes {cached:.1} ms longer through the cache, and {again:.1} ms by the compiler again. Of the\n\
                 processors' time {daemon_percent:.1}% is the daemon's."
            ),
        );
    }
    Some(text)
}

fn builds(report: &Report) -> Option<String> {
    report.builds.first()?;
    let mut text = heading(report, Section::Builds, "## Whole builds");
    text += &build_tables(&report.builds);
    Some(text)
}

fn cargo(report: &Report) -> Option<String> {
    report.cargo.first()?;
    let mut text = heading(report, Section::Cargo, "## Builds by cargo");
    text += "By `RUSTC_WRAPPER`, into a target folder that is not there yet, of the same path each time. *Units* are runs of rustc as\n\
             cargo counts them. Hits are of these; build scripts try some more compiles, and ours are of all. sccache leaves alone\n\
             what a linker makes and what is compiled incrementally, and in a dev build the latter is everything of the project's\n\
             own, but with `CARGO_INCREMENTAL=0`.\n\n";
    text += &build_tables(&report.cargo);
    Some(text)
}

fn build_tables(builds: &[Build]) -> String {
    let mut tables = Vec::new();
    for build in builds {
        let rounds = build.race.entries.first().map_or(0, |entry| entry.runs);
        let mut text = format!("{}, {} units, -j{}, {rounds} rounds:\n\n", build.project, build.units, build.jobs);
        text += "| | median | x bare, by round | warm hits |\n|---|---|---|---|\n";
        for entry in &build.race.entries {
            let of = entry.asked.unwrap_or(build.units * entry.runs as u64);
            let hits = entry.hits.map(|hits| format!("{hits} of {of}")).unwrap_or_default();
            let Entry { name, median_ms, ratio, .. } = entry;
            line(&mut text, &format!("| {name} | {:.2} s | {ratio:.3} | {hits} |", median_ms / 1e3));
        }
        tables.push(text);
    }
    tables.join("\n")
}

/// A race: medians, tails and ratios.
fn table(race: &Race) -> String {
    let mut text = String::from("| | median | p90 | x floor | runs |\n|---|---|---|---|---|\n");
    for entry in &race.entries {
        let Entry { name, runs, median_ms, p90_ms, ratio, hits, .. } = entry;
        let short = hits.filter(|hits| *hits < *runs as u64);
        let note = short.map(|hits| format!(", only {hits} of them hits")).unwrap_or_default();
        line(&mut text, &format!("| {name} | {median_ms:.3} ms | {p90_ms:.3} ms | {ratio:.2} | {runs}{note} |"));
    }
    text
}

fn head(text: &mut String, columns: &[String]) {
    line(text, &format!("| | {} |", columns.join(" | ")));
    line(text, &format!("|---|{}", "---|".repeat(columns.len())));
}

fn row(text: &mut String, name: &str, cells: impl Iterator<Item = Option<String>>) {
    let cells: Vec<String> = cells.map(Option::unwrap_or_default).collect();
    line(text, &format!("| {name} | {} |", cells.join(" | ")));
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _written = writeln!(text, "{line}");
}

fn time_and_ratio(entry: &Entry) -> String {
    format!("{:.3} ms, {:.2} x", entry.median_ms, entry.ratio)
}

fn time_and_tail(entry: &Entry) -> String {
    format!("{:.1} ms (p90 {:.1})", entry.median_ms, entry.p90_ms)
}

fn memory(memory: &Memory) -> String {
    format!("{:.0} MB ({:.0})", memory.resident_mb, memory.anonymous_mb)
}

/// `100,000`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_written_in_groups() {
        assert_eq!([0, 999, 1_000, 100_000].map(thousands), ["0", "999", "1,000", "100,000"]);
    }

    #[test]
    fn a_table_says_how_many_of_the_runs_were_no_hits() {
        let mut race = Race::of(&[("floor".to_owned(), vec![std::time::Duration::from_millis(1); 4])]);
        race.note_hits("floor", 3);
        let text = table(&race);
        assert!(text.ends_with("| floor | 1.000 ms | 1.000 ms | 1.00 | 4, only 3 of them hits |\n"), "{text}");
    }
}

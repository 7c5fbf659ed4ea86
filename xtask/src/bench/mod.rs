//! `cargo xtask bench`: what zccache costs, against the least that any cache must do, the bare compiler, and other caches.
//! The machine's noise is shared by all: contestants take turns in one run, and medians and ratios are what counts.

mod options;
mod programs;
mod world;

mod cache;
mod contestant;
mod daemon;
mod floor;
mod peers;
mod unit;

mod builds;
mod cargo;
mod clients;
mod cold;
mod headers;
mod hit;
mod miss;
mod plan;
mod restart;
mod results;

mod figures;
mod goals;
mod machine;
mod report;

mod against;
mod document;
mod plot;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

pub(crate) use crate::bench::cache::{Cache, Counts, Kind, version, without_settings};
pub(crate) use crate::bench::daemon::{Ticks, ticks};
pub(crate) use crate::bench::figures::quantile;
pub(crate) use crate::bench::floor::{SERVE as FLOOR_SERVER, serve as serve_floor};
pub(crate) use crate::bench::options::Options;
use crate::bench::options::Section;
use crate::bench::programs::Programs;
pub(crate) use crate::bench::programs::installed;
use crate::bench::report::Report;
use crate::bench::world::World;
use crate::workspace::Workspace;

/// Measures, prints, and writes down. Everything happens in `target/bench`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let earlier = options.against.as_deref().map(against::read).transpose()?;
    let docs = workspace.root.join("docs");
    let kept = if options.keep { Some(Report::read(&docs.join("performance.json"))?) } else { None };
    let folder = workspace.target.join("bench");
    let peers = folder.join("peers");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    if options.install_peers {
        peers::install(&peers)?;
    }
    let world = World::new(Programs::get(workspace)?, options.scale(), &folder, &peers);
    for name in world.missing() {
        println!("missing: {name} (--install-peers brings it)");
    }
    let report = measure(&world, workspace, options)?;
    println!("\n{}", document::text(&report));
    if let Some(earlier) = earlier {
        println!("{}", against::text(&earlier, &report.json()?));
    }
    match kept {
        Some(kept) => write(&kept.updated(report), &docs),
        None => write(&report, if options.is_full() { &docs } else { &folder }),
    }
}

/// Runs the sections that are wanted. Those that need quiet come first; whole builds, which heat the machine, last.
fn measure(world: &World, workspace: &Workspace, options: &Options) -> Result<Report> {
    let sections = options.sections();
    let wants = |section| sections.contains(&section);
    let mut report = Report::new(machine::look(world, workspace)?, sections.clone());
    if wants(Section::Hit) {
        report.hit = Some(section("a hit", || hit::measure(world))?);
    }
    if wants(Section::Headers) {
        report.headers = section("growth with headers", || headers::measure(world))?;
    }
    if wants(Section::Clients) {
        report.clients = section("clients at once", || clients::measure(world))?;
    }
    if wants(Section::Restart) {
        report.restart = Some(section("after a restart", || restart::measure(world))?);
    }
    if wants(Section::Miss) {
        report.miss = Some(section("a miss", || miss::measure(world))?);
    }
    if wants(Section::Plan) {
        report.plan = Some(section("a plan", || plan::measure(world))?);
    }
    if wants(Section::Results) {
        report.results = section("growth with results", || results::measure(world))?;
    }
    if wants(Section::Cold) {
        report.cold = section("what misses add", || cold::measure(world, workspace))?;
    }
    if wants(Section::Builds) {
        report.builds = section("whole builds", || builds::measure(world, workspace))?;
    }
    if wants(Section::Cargo) {
        report.cargo = section("builds by cargo", || cargo::measure(world, workspace))?;
    }
    Ok(report)
}

fn section<T>(name: &str, measure: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("== {name}");
    measure().with_context(|| name.to_owned())
}

/// `performance.md`, its plot, and `performance.json` for a later `--against`.
fn write(report: &Report, folder: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(&report.json()?).context("the figures as JSON")?;
    let files = [
        ("performance.md", document::text(report)),
        ("performance.svg", plot::svg(report)?),
        ("performance.json", json + "\n"),
    ];
    for (name, text) in files {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| file.display().to_string())?;
        println!("{}", file.display());
    }
    Ok(())
}

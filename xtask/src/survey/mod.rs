//! `cargo xtask survey`: real projects built by their own build systems, bare, and by caches cold and warm, each time in a
//! fresh copy of the tree: how much comes from the cache, why the rest does not, and whether all is as the bare compiler
//! makes it.

mod options;
mod project;
mod projects;

mod debian;
mod source;
mod tree;

mod contestant;
mod masquerade;
mod neutral;
mod notices;
mod shell;

mod conditions;
mod document;
mod report;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::bench::{Kind, installed};
use crate::survey::contestant::Contestant;
pub(crate) use crate::survey::options::Options;
use crate::survey::project::Project;
use crate::survey::report::{Report, Row};
use crate::survey::run::Plan;
use crate::survey::tree::Trees;
use crate::workspace::Workspace;
use crate::{build, setup, tool};

/// Surveys the projects, and writes down each as soon as it is done. An error if one could not be built, or if an output is
/// not what it should be.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut projects = options.projects()?;
    if options.list {
        for project in &projects {
            println!("{:16}{}", project.name, project.packages.join(" "));
        }
        return Ok(());
    }
    if options.setup {
        install(&projects)?;
    }
    let folder = workspace.target.join("survey");
    if options.fetch || options.stamps {
        return prepare_only(&projects, &folder, options);
    }
    let contestants = contestants(workspace, &folder)?;
    let conditions = conditions::look(workspace, &contestants)?;
    let written = if options.keep { workspace.root.join("docs") } else { folder.clone() };
    let mut report = if options.keep { Report::read(&written.join(JSON))? } else { Report::default() };
    if options.resume {
        let done = report.done(&conditions.commit);
        projects.retain(|project| !done.contains(project.name));
    }
    let mut faults = Vec::new();
    for project in &projects {
        let row = survey(project, &folder, &contestants, options).unwrap_or_else(|error| {
            let names = neutral::Names::of(&folder.join("projects").join(project.name).join("tree"));
            eprintln!("{}: {error:#}", project.name);
            Row::failed(project.name, names.text(&format!("{error:#}")))
        });
        faults.extend(row.faults());
        document::print(&row);
        report.put(&conditions, row);
        write(&mut report, &written)?;
    }
    if options.is_full() && !options.keep {
        write(&mut report, &workspace.root.join("docs"))?;
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n       "));
    Ok(())
}

const JSON: &str = "survey.json";

/// One project, from its sources on.
fn survey(project: &Project, folder: &Path, contestants: &[Contestant], options: &Options) -> Result<Row> {
    let plan = plan(options);
    let (trees, version) = prepare(project, folder, &plan)?;
    run::survey(project, &trees, version, contestants, &plan)
}

/// Brings the sources, and where that is asked for, says what projects stamp themselves. One that fails does not keep the
/// others from it.
fn prepare_only(projects: &[Project], folder: &Path, options: &Options) -> Result<()> {
    let plan = plan(options);
    let one = |project: &Project| {
        let (trees, version) = prepare(project, folder, &plan)?;
        println!("{version}");
        let stamped = if options.stamps { run::stamps(project, &trees, &plan)? } else { Vec::new() };
        stamped.iter().for_each(|path| println!("{path}"));
        Ok::<_, anyhow::Error>(())
    };
    let mut failed = Vec::new();
    for project in projects {
        if let Err(error) = one(project) {
            eprintln!("{}: {error:#}", project.name);
            failed.push(project.name);
        }
    }
    ensure!(failed.is_empty(), "not prepared: {}", failed.join(", "));
    Ok(())
}

fn plan(options: &Options) -> Plan {
    Plan { jobs: options.jobs(), rounds: options.rounds as usize, keep_trees: options.keep_trees }
}

/// The tree that is copied for each build, and which version it is.
fn prepare(project: &Project, folder: &Path, plan: &Plan) -> Result<(Trees, String)> {
    println!("== {}", project.name);
    let missing = debian::missing(&needed(project));
    if !missing.is_empty() {
        let name = project.name;
        bail!("missing: {}; `cargo xtask survey --setup --only {name}` installs that", missing.join(" "));
    }
    let trees = Trees::new(&folder.join("projects").join(project.name));
    let version = trees.prepare(project, &folder.join("apt"), plan.jobs)?;
    Ok((trees, version))
}

/// The packages without which a project cannot be built.
fn needed(project: &Project) -> Vec<&'static str> {
    debian::PACKAGES.iter().chain(project.packages).copied().collect()
}

/// Installs what the projects need and is missing.
fn install(projects: &[Project]) -> Result<()> {
    let all: Vec<&str> = projects.iter().flat_map(needed).chain(["ccache"]).collect();
    let mut missing = debian::missing(&all);
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() { Ok(()) } else { setup::install(&missing) }
}

/// Ours, and ccache if it is here.
fn contestants(workspace: &Workspace, folder: &Path) -> Result<Vec<Contestant>> {
    let client = build::client(workspace)?;
    let programs = folder.join("bin");
    fs::create_dir_all(&programs).with_context(|| programs.display().to_string())?;
    let daemon = client.with_file_name("zccached");
    let [client, _daemon] = [installed(&client, &programs)?, installed(&daemon, &programs)?];
    let mut found = vec![(Kind::Zccache, client)];
    match ccache() {
        Some(ccache) => found.push((Kind::Ccache, ccache)),
        None => println!("missing: ccache (--setup brings it)"),
    }
    let caches = folder.join("caches");
    let contestant = |(kind, program): (Kind, PathBuf)| Contestant::new(kind, &program, &caches.join(kind.name()));
    Ok(found.into_iter().map(contestant).collect())
}

fn ccache() -> Option<PathBuf> {
    tool::find("ccache")
}

/// `survey.md` for people, and `survey.json`, of which it is made, for a later run with `--keep`.
fn write(report: &mut Report, folder: &Path) -> Result<()> {
    let all = projects::all();
    report.sort(&all.iter().map(|project| project.name).collect::<Vec<_>>());
    let json = serde_json::to_string_pretty(report).context("the survey as JSON")?;
    for (name, text) in [("survey.md", document::text(report, &all)), (JSON, json + "\n")] {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

//! Builds one project bare, and by each cache cold and warm, in turn, and compares what was made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::bench::quantile;
use crate::survey::contestant::{Contestant, Counted, build};
use crate::survey::neutral::Names;
use crate::survey::notices;
use crate::survey::project::Project;
use crate::survey::report::{Build, Cached, Row, Times};
use crate::survey::shell::Shell;
use crate::survey::tree::Trees;

/// How a project is to be built.
pub(crate) struct Plan {
    pub(crate) jobs: usize,
    pub(crate) rounds: usize,
    /// The trees of all builds stay.
    pub(crate) keep_trees: bool,
}

/// Builds and compares.
pub(crate) fn survey(
    project: &Project,
    trees: &Trees,
    version: String,
    all: &[Contestant],
    plan: &Plan,
) -> Result<Row> {
    let mut bare = Vec::new();
    let mut builds: Vec<[Vec<Build>; 2]> = all.iter().map(|_| Default::default()).collect();
    let mut compared = BTreeSet::new();
    for round in 0..plan.rounds {
        trees.copy_anew()?;
        bare.push(build(&Shell::bare(project, trees)?, project.build, plan.jobs, "bare", None)?);
        if round == 0 {
            compared = outputs(project, trees, &trees.tree())?;
            ensure!(!compared.is_empty(), "the build made nothing");
            trees.keep_as_bare()?;
        } else {
            trees.remove_tree()?;
        }
        for (contestant, [cold, warm]) in all.iter().zip(&mut builds) {
            contestant.empty()?;
            cold.push(once(project, trees, contestant, plan, "cold", &compared)?);
            warm.push(once(project, trees, contestant, plan, "warm", &compared)?);
        }
    }
    let caches: Vec<Cached> = all
        .iter()
        .zip(builds)
        .map(|(contestant, [cold, warm])| Cached {
            cache: contestant.name().to_owned(),
            cold: median_of(cold),
            warm: median_of(warm),
        })
        .collect();
    let differs = caches.iter().any(|cached| !cached.cold.different.is_empty() || !cached.warm.different.is_empty());
    if !plan.keep_trees && !differs {
        trees.remove_bare()?;
    }
    Ok(Row {
        project: project.name.to_owned(),
        version,
        jobs: plan.jobs,
        rounds: plan.rounds,
        bare: median(&bare),
        compared: compared.len(),
        caches,
        failed: None,
    })
}

/// Builds twice by the compilers alone and says what differs, of what is not left out already: what a project stamps itself.
pub(crate) fn stamps(project: &Project, trees: &Trees, plan: &Plan) -> Result<Vec<String>> {
    trees.copy_anew()?;
    build(&Shell::bare(project, trees)?, project.build, plan.jobs, "bare", None)?;
    let made = outputs(project, trees, &trees.tree())?;
    trees.keep_as_bare()?;
    trees.copy_anew()?;
    build(&Shell::bare(project, trees)?, project.build, plan.jobs, "bare-again", None)?;
    println!("{} files are compared", made.len());
    differences(project, trees, &made, &trees.different().join("bare-again"))
}

/// One build by a cache, in a tree of its own.
fn once(
    project: &Project,
    trees: &Trees,
    contestant: &Contestant,
    plan: &Plan,
    which: &str,
    expected: &BTreeSet<PathBuf>,
) -> Result<Build> {
    let what = format!("{}-{which}", contestant.name());
    trees.copy_anew()?;
    let shell = Shell::cached(project, trees, contestant.cache())?;
    let counted = contestant.counted()?;
    let log_before = if contestant.is_ours() { contestant.log()?.len() } else { 0 };
    let times = build(&shell, project.build, plan.jobs, &what, Some(contestant))?;
    let mut done = match (counted, contestant.counted()?) {
        (Counted::Ours(before), Counted::Ours(after)) => {
            let counted = after.since(&before);
            let names = Names::of(&trees.tree());
            let refusals = notices::refusals(contestant.log()?.get(log_before..).unwrap_or_default(), &names);
            let noted: u64 = refusals.iter().map(|refusal| refusal.count).sum();
            let missed = counted.requests - counted.hits;
            ensure!(noted == missed, "{missed} calls were no hits, and the daemon's log has {noted}");
            let others = refusals.iter().filter(|refusal| refusal.is_other).map(|refusal| refusal.count).sum();
            let calls = counted.requests - others - counted.failures;
            let (hits, failures) = (counted.hits, counted.failures);
            Build { calls, hits, failures, others, refusals, ..Build::default() }
        }
        (Counted::Other(before), Counted::Other(after)) => {
            let (hits, misses) = (after.hits - before.hits, after.misses - before.misses);
            Build { calls: hits + misses, hits, ..Build::default() }
        }
        _ => unreachable!("a cache counts the same each time"),
    };
    done.times = times;
    let kept = trees.different().join(&what);
    done.different = differences(project, trees, expected, &kept)?;
    if plan.keep_trees {
        fs::rename(trees.tree(), trees.folder().join(&what)).context("the tree of a build")?;
    } else {
        trees.remove_tree()?;
    }
    Ok(done)
}

/// What a build made, and is compared.
fn outputs(project: &Project, trees: &Trees, tree: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut made = trees.made(tree)?;
    made.retain(|path| !project.is_left_out(&path.to_string_lossy()));
    Ok(made)
}

/// Files that are missing, too many, or of other content than the bare compiler's. Those that are there are copied to `kept`.
fn differences(project: &Project, trees: &Trees, expected: &BTreeSet<PathBuf>, kept: &Path) -> Result<Vec<String>> {
    let (tree, bare) = (trees.tree(), trees.bare());
    let made = outputs(project, trees, &tree)?;
    let mut different = Vec::new();
    for path in expected.union(&made) {
        let same =
            matches!((fs::read(tree.join(path)), fs::read(bare.join(path))), (Ok(one), Ok(other)) if one == other);
        if same {
            continue;
        }
        different.push(path.display().to_string());
        if tree.join(path).is_file() {
            let to = kept.join(path);
            fs::create_dir_all(to.parent().unwrap_or(kept)).with_context(|| to.display().to_string())?;
            fs::copy(tree.join(path), &to).with_context(|| to.display().to_string())?;
        }
    }
    Ok(different)
}

/// The last of several builds, with the medians of their times, the fewest hits, and all that differed in any.
fn median_of(builds: Vec<Build>) -> Build {
    let times: Vec<Times> = builds.iter().map(|build| build.times).collect();
    let hits = builds.iter().map(|build| build.hits).min().unwrap_or_default();
    let different: BTreeSet<String> = builds.iter().flat_map(|build| build.different.iter().cloned()).collect();
    let fewest = builds.into_iter().min_by_key(|build| build.hits).unwrap_or_default();
    Build { times: median(&times), hits, different: different.into_iter().collect(), ..fewest }
}

fn median(times: &[Times]) -> Times {
    let of = |part: fn(&Times) -> f64| quantile(&times.iter().map(part).collect::<Vec<_>>(), 0.5);
    Times {
        wall_s: of(|times| times.wall_s),
        processor_s: of(|times| times.processor_s),
        daemon_s: of(|times| times.daemon_s),
    }
}

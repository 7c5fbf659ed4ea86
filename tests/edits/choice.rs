//! Which operation comes next. The choice rests on the random numbers, the files that are there and whether the last
//! compile went well, and on nothing that depends on time.

use fastrand::Rng;

use crate::operation::Operation;
use crate::project::{PLACES, Project};
use crate::sources::{DATED, FOLDERS, MOVABLE, NAMES, OPTIONAL, RESPONSE_FILE, SOURCES, SPOILERS, TARGETS};

/// Most operations are drawn again this often when they could do nothing.
const DRAWS: usize = 20;

/// So many of the states kept are recent.
const RECENT: usize = 8;

/// The next operation. `failed`: the last compile did not end well, and more compiles of that state show little.
pub fn next(random: &mut Rng, project: &Project, failed: bool) -> Operation {
    if failed && project.call.is_broken() && random.bool() {
        return Operation::Call(project.call.usual());
    }
    if failed && random.u32(0..10) < 7 {
        return recovery(random, project);
    }
    if let Some(path) = spoiler(project)
        && random.u32(0..3) == 0
    {
        return Operation::Delete { path };
    }
    if project.call.is_unusual() && random.u32(0..8) == 0 {
        return Operation::Call(project.call.usual());
    }
    match random.u32(0..100) {
        0..6 => Operation::Again,
        6..16 => with_number(random, project, |path, number| Operation::Edit { path, number }),
        16..23 => with_number(random, project, |path, number| Operation::EditUnseen { path, number }),
        23..29 => with_number(random, project, |path, number| Operation::Replace { path, number }),
        29..33 => Operation::Touch { path: some_file(random, project) },
        33..45 => create(random, project),
        45..54 => delete(random, project),
        54..60 => retarget(random),
        60..63 => move_folder(random, project),
        63..66 => Operation::MakeFolder { path: some_place(random, project, false).0 },
        66..69 => pair(random, project, |one, other| Operation::Swap { one, other }),
        69..71 => pair(random, project, |from, to| Operation::HardLink { from, to }),
        71 => pair(random, project, |from, to| Operation::Link { from, to }),
        72..74 => pair(random, project, |from, to| Operation::Twin { from, to }),
        74..87 => Operation::Call(project.call.changed(random)),
        87 => Operation::Precompile,
        88..90 => place(random),
        _ => revert(random, project),
    }
}

/// Back to a state, mostly a recent one: a manifest keeps a few input lists only, and a context that is used again and again
/// while headers come and go soon has more.
fn revert(random: &mut Rng, project: &Project) -> Operation {
    let kept = project.kept().len();
    let oldest = if random.u32(0..4) == 0 { 0 } else { kept.saturating_sub(RECENT) };
    let step = project.kept().nth(random.usize(oldest..kept));
    Operation::Revert { step: step.unwrap_or_default() }
}

/// A file that keeps much from being stored, as long as it is there.
fn spoiler(project: &Project) -> Option<String> {
    let root = project.root();
    let mut places = SPOILERS.iter().flat_map(|name| FOLDERS.iter().map(|folder| join(folder, name)));
    places.find(|path| root.join(path).symlink_metadata().is_ok())
}

/// What most probably makes the project compile again.
fn recovery(random: &mut Rng, project: &Project) -> Operation {
    if project.call.is_precompilable() && random.bool() {
        return if random.bool() { Operation::Precompile } else { Operation::Call(project.call.usual()) };
    }
    let root = project.root();
    let away = MOVABLE.iter().find(|folder| root.join(away_name(folder)).is_dir());
    match away {
        Some(folder) if random.bool() => Operation::Move { from: away_name(folder), to: (*folder).to_owned() },
        _ => revert(random, project),
    }
}

fn place(random: &mut Rng) -> Operation {
    let place = PLACES[random.usize(0..PLACES.len())];
    match random.u32(0..3) {
        0 => Operation::Relocate { place },
        1 => Operation::Copy { place },
        _ => Operation::Switch { place },
    }
}

fn with_number(random: &mut Rng, project: &Project, make: impl FnOnce(String, u32) -> Operation) -> Operation {
    let path = some_file(random, project);
    let number = if random.u32(0..5) == 0 { random.u32(10..100) } else { random.u32(0..10) };
    make(path, number)
}

/// A source, or a file that stands where a header is looked for.
fn some_file(random: &mut Rng, project: &Project) -> String {
    if random.u32(0..6) == 0 {
        return project.source(random.usize(0..SOURCES));
    }
    if random.u32(0..12) == 0 {
        return RESPONSE_FILE.to_owned();
    }
    some_place(random, project, true).0
}

/// A place for one of the names, with that name; `taken`: one where something is.
fn some_place(random: &mut Rng, project: &Project, taken: bool) -> (String, &'static str) {
    let mut draw = || {
        let (folder, name) = (FOLDERS[random.usize(0..FOLDERS.len())], NAMES[random.usize(0..NAMES.len())]);
        (join(folder, name), name)
    };
    let root = project.root();
    let mut drawn = draw();
    for _ in 0..DRAWS * DRAWS {
        if root.join(&drawn.0).symlink_metadata().is_ok() == taken {
            break;
        }
        drawn = draw();
    }
    drawn
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn create(random: &mut Rng, project: &Project) -> Operation {
    let (mut path, mut name) = some_place(random, project, false);
    if random.u32(0..5) == 0 {
        name = OPTIONAL[random.usize(0..OPTIONAL.len())];
        path = join(FOLDERS[random.usize(0..FOLDERS.len())], name);
    }
    if SPOILERS.contains(&name) && random.u32(0..4) > 0 {
        return create(random, project);
    }
    Operation::Create { path, name, number: random.u32(0..10) }
}

/// Mostly something that is not needed or stands in another place too, so that the project still compiles.
fn delete(random: &mut Rng, project: &Project) -> Operation {
    let root = project.root();
    let mut drawn = some_place(random, project, true);
    for _ in 0..DRAWS {
        let (_, name) = drawn;
        let places = FOLDERS.iter().filter(|folder| root.join(join(folder, name)).exists());
        if OPTIONAL.contains(&name) || places.count() > 1 || random.u32(0..10) == 0 {
            break;
        }
        drawn = some_place(random, project, true);
    }
    Operation::Delete { path: drawn.0 }
}

fn retarget(random: &mut Rng) -> Operation {
    if random.u32(0..5) == 0 {
        // The search folder that is not there at first comes as a link.
        let from = ["versions/first", "versions/second", "inc/two"][random.usize(0..3)];
        return Operation::Link { from: from.to_owned(), to: "inc/four".to_owned() };
    }
    let (link, targets) = TARGETS[random.usize(0..TARGETS.len())];
    Operation::Retarget { link: link.to_owned(), target: targets[random.usize(0..targets.len())].to_owned() }
}

fn move_folder(random: &mut Rng, project: &Project) -> Operation {
    let folder = MOVABLE[random.usize(0..MOVABLE.len())];
    let (here, away) = (folder.to_owned(), away_name(folder));
    if project.root().join(&away).is_dir() {
        Operation::Move { from: away, to: here }
    } else {
        Operation::Move { from: here, to: away }
    }
}

fn away_name(folder: &str) -> String {
    format!("{folder}.away")
}

fn pair(random: &mut Rng, project: &Project, make: impl FnOnce(String, String) -> Operation) -> Operation {
    // Two of one name more often than chance would have it: those are the ones that can stand for each other.
    let (one, name) = some_place(random, project, true);
    let mut other = some_place(random, project, true);
    for _ in 0..DRAWS {
        if other.1 == name && other.0 != one {
            break;
        }
        other = some_place(random, project, true);
    }
    // What shows the time is known by its name.
    if name == DATED || other.1 == DATED {
        return Operation::Again;
    }
    make(one, other.0)
}

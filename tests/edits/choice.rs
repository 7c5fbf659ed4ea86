//! Which operation comes next. The choice rests on the random numbers, the files that are there and whether the last
//! compile went well, and on nothing that depends on time.

use fastrand::Rng;

use crate::operation::Operation;
use crate::project::Project;
use crate::sources::{FOLDERS, MOVABLE, NAMES, OPTIONAL, RESPONSE_FILE, SOURCES, TARGETS};

/// Most operations are drawn again this often when they could do nothing.
const DRAWS: usize = 20;

/// So many of the states kept are recent.
const RECENT: usize = 8;

/// The next operation. `failed`: the last compile did not end well, and more compiles of that state show little.
pub fn next(random: &mut Rng, project: &Project, failed: bool) -> Operation {
    if failed && random.u32(0..10) < 7 {
        return recovery(random, project);
    }
    if let Some(path) = spoiler(project)
        && random.u32(0..3) == 0
    {
        return Operation::Delete { path };
    }
    match random.u32(0..100) {
        0..7 => Operation::Again,
        7..18 => with_number(random, project, |path, number| Operation::Edit { path, number }),
        18..25 => with_number(random, project, |path, number| Operation::EditUnseen { path, number }),
        25..31 => with_number(random, project, |path, number| Operation::Replace { path, number }),
        31..35 => Operation::Touch { path: some_file(random, project) },
        35..48 => create(random, project),
        48..58 => delete(random, project),
        58..64 => retarget(random),
        64..68 => move_folder(random, project),
        68..71 => Operation::MakeFolder { path: some_place(random, project, false).0 },
        71..74 => pair(random, project, |one, other| Operation::Swap { one, other }),
        74..76 => pair(random, project, |from, to| Operation::HardLink { from, to }),
        76 => pair(random, project, |from, to| Operation::Link { from, to }),
        77..79 => pair(random, project, |from, to| Operation::Twin { from, to }),
        79..89 => Operation::Call(project.call.changed(random)),
        _ => revert(random, project),
    }
}

/// Back to a state, mostly a recent one: a manifest keeps a few input lists only, and a context that is used again and again
/// while headers come and go soon has more.
fn revert(random: &mut Rng, project: &Project) -> Operation {
    let records = project.records.len();
    let oldest = if random.u32(0..4) == 0 { 0 } else { records.saturating_sub(RECENT) };
    Operation::Revert { record: random.usize(oldest..records) }
}

/// A precompiled header that is none: it keeps much from being stored, so it does not stay for long.
fn spoiler(project: &Project) -> Option<String> {
    let names = OPTIONAL.iter().filter(|name| name.ends_with(".gch"));
    let mut places = names.flat_map(|name| FOLDERS.iter().map(|folder| place(folder, name)));
    places.find(|path| project.root.join(path).symlink_metadata().is_ok())
}

/// What most probably makes the project compile again.
fn recovery(random: &mut Rng, project: &Project) -> Operation {
    let away = MOVABLE.iter().find(|folder| project.root.join(away_name(folder)).is_dir());
    match away {
        Some(folder) if random.bool() => Operation::Move { from: away_name(folder), to: (*folder).to_owned() },
        _ => revert(random, project),
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
        (place(folder, name), name)
    };
    let mut drawn = draw();
    for _ in 0..DRAWS * DRAWS {
        if project.root.join(&drawn.0).symlink_metadata().is_ok() == taken {
            break;
        }
        drawn = draw();
    }
    drawn
}

fn place(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn create(random: &mut Rng, project: &Project) -> Operation {
    let (mut path, mut name) = some_place(random, project, false);
    if random.u32(0..5) == 0 {
        name = OPTIONAL[random.usize(0..OPTIONAL.len())];
        path = place(FOLDERS[random.usize(0..FOLDERS.len())], name);
    }
    if name.ends_with(".gch") && random.u32(0..4) > 0 {
        return create(random, project);
    }
    Operation::Create { path, name, number: random.u32(0..10) }
}

/// Mostly something that is not needed or stands in another place too, so that the project still compiles.
fn delete(random: &mut Rng, project: &Project) -> Operation {
    let mut drawn = some_place(random, project, true);
    for _ in 0..DRAWS {
        let (_, name) = drawn;
        let places = FOLDERS.iter().filter(|folder| project.root.join(place(folder, name)).exists());
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
    if project.root.join(&away).is_dir() {
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
    make(one, other.0)
}

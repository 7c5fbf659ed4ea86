//! `cargo xtask bench`: what a hit costs, against the least that any cache must do. The machine's noise is shared by
//! all: contestants run in turn, and medians and ratios are what counts.

mod contestant;
mod floor;
mod table;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::bench::contestant::Contestant;
use crate::bench::floor::Floor;
use crate::statistics::Cache;
use crate::workspace::Workspace;
use crate::{build, process, tool};

/// Runs of each contestant before anything is measured: caches fill, pages are read, memories are made.
const WARM_UP: u32 = 20;

/// A source that takes the compiler some time and makes an object of about 60 kB, as an ordinary unit does.
const SOURCE: &str = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\
     const unsigned char table[56000] = {1, 2, 3};\n\
     int main(int count, char **words) {\n\
     \x20 for (int i = 0; i < count; i++) printf(\"%zu %s\\n\", strlen(words[i]), words[i]);\n\
     \x20 return table[count] ? EXIT_SUCCESS : EXIT_FAILURE;\n}\n";

/// Measures and prints. Everything happens in `target/bench`.
pub(crate) fn run(workspace: &Workspace, rounds: u32) -> Result<()> {
    let programs = build::run(workspace)?;
    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    fs::write(folder.join("unit.c"), SOURCE).context("unit.c")?;
    let object = folder.join("bare.o");
    process::quietly(compile("gcc".as_ref(), &[], &object).current_dir(&folder))?;

    let cache = Cache::fresh(&programs.client, &folder.join("cache"))?;
    let floor = Floor::build(&folder, &object)?;
    let mut hit = compile(&programs.client, &["gcc"], &folder.join("zccache.o"));
    cache.used_by(&mut hit);
    let mut contestants = vec![
        Contestant::new("floor", floor.command()),
        Contestant::new("/bin/true", Command::new("/bin/true")),
        Contestant::new("zccache, hit", hit),
    ];
    if let Some(ccache) = tool::find("ccache") {
        let mut command = compile(&ccache, &["gcc"], &folder.join("ccache.o"));
        command.env("CCACHE_DIR", folder.join("ccache"));
        contestants.push(Contestant::new("ccache, hit", command));
    }
    contestants.push(Contestant::new("gcc", compile("gcc".as_ref(), &[], &folder.join("gcc.o"))));

    for contestant in &mut contestants {
        contestant.prepare(&folder, WARM_UP)?;
    }
    let before = cache.statistics()?;
    for _ in 0..rounds {
        for contestant in &mut contestants {
            contestant.measure()?;
        }
    }
    let counted = cache.statistics()?.since(&before);
    ensure!(counted.hits == u64::from(rounds), "what was measured were not all hits: {counted:?}");
    same(&object, &folder.join("zccache.o"))?;
    table::print(&contestants, rounds);
    Ok(())
}

/// `<program> <before...> -O2 -c unit.c -o <object>`
fn compile(program: &Path, before: &[&str], object: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(before).args(["-O2", "-c", "unit.c", "-o"]).arg(object);
    command
}

fn same(one: &Path, other: &Path) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| path.display().to_string());
    if read(one)? != read(other)? {
        bail!("{} and {} differ", one.display(), other.display());
    }
    Ok(())
}

//! How one state is compiled bare and through the cache, and what must be the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zccache_tests::{Run, run, run_fed};

use super::{Engine, Stop, Trouble, Unsettled};
use crate::compare::Compiled;
use crate::exempt::Exempt;
use crate::jobs::Jobs;
use crate::outcome::Outcome;
use crate::sources::DATED;
use crate::step::{Again, Compile};
use crate::tree::{Listing, Stamp, files};

/// A call that was not answered from memory when it was repeated so often will not be: it is of a kind that is not remembered.
const REPEATS: usize = 6;

/// Compiles that show the time do so by the second.
const SECOND: Duration = Duration::from_secs(1);

impl Engine {
    /// The compile both ways. Both find the same on the disk.
    pub(super) fn compile(&mut self, compile: Compile) -> Result<(), Stop> {
        self.tally.compiles += 1;
        let root = self.project.root();
        let before = self.begin(&root)?;
        let jobs = compile.jobs.then(|| Jobs::start(&root));
        let words = self.project.call.words(&root);
        let once = |through_cache: bool| {
            if compile.leftovers {
                self.put_leftovers(&root)?;
            }
            Compiled::of(self.run(&words, through_cache), &root, &before)
        };
        let shows_time = show_time(&before);
        let start = Instant::now();
        let (bare, cached) = if compile.cached_first && !shows_time {
            let cached = once(true)?;
            (once(false)?, cached)
        } else {
            (once(false)?, once(true)?)
        };
        let mut difference = bare.difference(&cached);
        if difference.is_some() && shows_time {
            // The clock went on between the two: then the cached one is as a bare one right after it, or in part so.
            let later = once(false)?;
            difference = later.difference(&cached).filter(|_| !cached.is_between(&bare, &later));
            if difference.is_some() && start.elapsed() >= SECOND {
                self.tally.undecided += 1;
                difference = None;
            }
        }
        if let Some(difference) = difference {
            let outcome = Outcome::between(&self.counters, &self.world.counters());
            let what = format!("{outcome:?}: {}\n{difference}", self.project.call);
            return Err(Stop { trouble: Trouble::WrongAnswer, what });
        }
        self.failed = !bare.run.succeeded();
        self.bare = Some(bare);
        self.end(jobs);
        Ok(())
    }

    /// What is there before a compile.
    fn begin(&self, root: &Path) -> io::Result<Listing> {
        let call = &self.project.call;
        if !call.layout.removes_source() {
            call.write_source(root)?;
        }
        files(root)
    }

    /// Other jobs go on until the cache has taken note of what they worked beside.
    fn end(&self, jobs: Option<Jobs>) {
        if jobs.is_some() {
            self.world.counters();
        }
    }

    /// The same compile through the cache again, which must come to the same.
    pub(super) fn compile_again(&mut self, compile: Compile, index: usize) -> Result<(), Stop> {
        self.settle()?;
        let root = self.project.root();
        let before = self.begin(&root)?;
        if show_time(&before) {
            return Ok(());
        }
        let jobs = compile.jobs.then(|| Jobs::start(&root));
        let exempt = Exempt::of(&self.project.call, &root, &before, self.scenario.setting.age);
        let failed = if self.failed { ", failing" } else { "" };
        let repeats =
            exempt.is_none().then(|| (format!("{}{failed}", self.project.call.kind()), self.project.call.to_string()));
        let words = self.project.call.words(&root);
        let times = match compile.again {
            Again::Not => 0,
            Again::Times(times) => times,
            Again::UntilRemembered if self.scenario.setting.watched && !self.failed => REPEATS,
            Again::UntilRemembered => 1,
        };
        // What changes in the tick of the system's clock in which a run begins may have changed after that: nobody can tell.
        let may_be_unstored = self.last == Some(Outcome::NotStored);
        for time in 0..times + usize::from(may_be_unstored) {
            let answered = (compile.again == Again::UntilRemembered).then(|| self.world.watching().answered);
            if compile.leftovers {
                self.put_leftovers(&root)?;
            }
            self.tally.repeats += 1;
            let cached = Compiled::of(self.run(&words, true), &root, &before)?;
            if let Some(difference) = self.bare.as_ref().and_then(|bare| bare.difference(&cached)) {
                let what = format!("repeat {time}: {}\n{difference}", self.project.call);
                return Err(Stop { trouble: Trouble::WrongAnswer, what });
            }
            let repeats = repeats.clone().filter(|_| time > 0 || !may_be_unstored);
            self.unsettled = Some(Unsettled { index, reverted: None, kept: None, repeats });
            if time == 0 && may_be_unstored {
                self.settle()?;
            }
            if answered.is_some_and(|answered| self.world.watching().answered > answered) {
                self.notes[index] += "  [from memory]";
                break;
            }
        }
        self.end(jobs);
        Ok(())
    }

    /// Outputs of the last compile, where it wrote them.
    fn put_leftovers(&self, root: &Path) -> io::Result<()> {
        self.bare.iter().try_for_each(|bare| bare.outputs.put(root))
    }

    /// Precompiles the header bare and through the cache. The bytes of such a file may be other ones each time; it is as good
    /// as another if a compile makes the same of it. The one of the cache stays.
    pub(super) fn precompile(&mut self) -> Result<(), Stop> {
        let root = self.project.root();
        let (header, words) = (self.project.call.precompile_words(&root), self.project.call.words(&root));
        let precompiled = PathBuf::from(self.project.call.precompiled());
        let mut before = files(&root)?;
        let shows_time = show_time(&before);
        before.insert(precompiled.clone(), Stamp::default());
        let make = |through_cache: bool| -> io::Result<Compiled> {
            remove(&root.join(&precompiled))?;
            let made = self.run(&header, through_cache);
            let used = if made.succeeded() { self.run(&words, false) } else { made.clone() };
            let stderr = [made.stderr, used.stderr].concat();
            Compiled::of(Run { stderr, ..used }, &root, &before)
        };
        let difference = make(false)?.difference(&make(true)?);
        let before = std::mem::replace(&mut self.counters, self.world.counters());
        let outcome = Outcome::between(&before, &self.counters);
        let index = self.notes.len() - 1;
        self.notes[index] += &format!("  [precompiled: {outcome:?}]");
        if outcome == Outcome::Fault {
            return Err(self.fault());
        }
        let Some(difference) = difference.filter(|_| !shows_time) else { return Ok(()) };
        let used = format!("and what the compiler makes of it with {}", self.project.call);
        let what = format!("{outcome:?}: {}\n{used}\n{difference}", header.join(" "));
        Err(Stop { trouble: Trouble::WrongAnswer, what })
    }

    fn run(&self, words: &[String], through_cache: bool) -> Run {
        let mut command = if through_cache {
            self.world.zccache(words)
        } else {
            let mut command = self.world.command(&words[0]);
            command.args(&words[1..]);
            command
        };
        let (call, root) = (&self.project.call, self.project.root());
        command.current_dir(&root).env("PWD", &root).envs(call.variables());
        if !call.layout.removes_source() {
            return match call.input() {
                Some(input) if root.join(&input).exists() => run_fed(&mut command, &root.join(input)),
                _ => run(&mut command),
            };
        }
        call.write_source(&root).expect("the project's folder is ours");
        let run = run(&mut command);
        remove(&root.join(call.own_source(&root).expect("it was just written").0))
            .expect("the project's folder is ours");
        run
    }
}

/// Whether one of the files shows the time of the compile. Not every compiler heeds the variable that fixes it.
fn show_time(files: &Listing) -> bool {
    files.keys().any(|path| path.ends_with(DATED))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

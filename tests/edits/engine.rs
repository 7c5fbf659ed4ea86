//! Takes steps: a change, then the same compile bare and through the cache, held against each other. Ends with the first
//! difference or trouble inside the cache.

use std::fmt;
use std::io;

use fastrand::Rng;
use zccache_tests::{Counters, World, run};

use crate::choice;
use crate::compare::{Compiled, Outputs};
use crate::operation::Operation;
use crate::project::Project;

/// Every so many steps the state is kept to go back to.
const RECORD_EVERY: usize = 3;

/// One step, as it can be repeated.
#[derive(Clone, Debug)]
pub struct Step {
    /// What changes.
    pub operation: Operation,
    /// The compile through the cache comes before the bare one.
    pub cached_first: bool,
    /// Outputs of the step before lie where new ones are written.
    pub leftovers: bool,
    /// The change comes at once after the last compile, while the cache may still be looking at what that compile read.
    /// Else the compile comes at once after the change.
    pub change_at_once: bool,
}

/// What the cache says that it did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Hit,
    Stored,
    NotStored,
    Bypassed,
    Failed,
    Fault,
}

/// What a whole run came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the cache counted.
    pub counters: Counters,
    /// Goings back to a state whose result was stored.
    pub reverts: usize,
    /// Of these, served from the cache.
    pub reverts_hit: usize,
}

/// Random steps of one compiler's project.
pub struct Engine {
    world: World,
    project: Project,
    random: Rng,
    history: Vec<String>,
    counters: Counters,
    reverts: usize,
    reverts_hit: usize,
    failed: bool,
    leftovers: Outputs,
}

/// Why a run ended early.
pub struct Trouble {
    /// Of the last step.
    pub what: String,
    /// All steps, one a line.
    pub history: Vec<String>,
}

impl Engine {
    /// A new project and a cache of its own.
    pub fn new(compiler: &'static str, suffix: &'static str, seed: u64) -> io::Result<Engine> {
        let world = World::new();
        let mut project = Project::create(&world.work, compiler, suffix)?;
        project.record(false)?;
        let counters = world.counters();
        Ok(Engine {
            world,
            project,
            random: Rng::with_seed(seed),
            history: Vec::new(),
            counters,
            reverts: 0,
            reverts_hit: 0,
            failed: false,
            leftovers: Outputs::default(),
        })
    }

    /// Takes so many steps.
    pub fn run(mut self, steps: usize) -> Result<Summary, Trouble> {
        for _ in 0..steps {
            let step = self.draw();
            if let Err(what) = self.take(&step) {
                return Err(Trouble { what, history: self.history });
            }
        }
        Ok(Summary { counters: self.world.counters(), reverts: self.reverts, reverts_hit: self.reverts_hit })
    }

    fn draw(&mut self) -> Step {
        Step {
            operation: choice::next(&mut self.random, &self.project, self.failed),
            cached_first: self.random.bool(),
            leftovers: self.random.u32(0..3) == 0,
            change_at_once: self.random.bool(),
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), String> {
        let number = self.history.len();
        self.history.push(format!("{number:4}  {step}"));
        if !step.change_at_once {
            // Waits until the cache has taken note of the compile before.
            self.counters = self.world.counters();
        }
        if let Err(error) = step.operation.apply(&mut self.project) {
            self.note(&format!("nothing happened: {error}"));
        }
        if step.change_at_once {
            self.counters = self.world.counters();
        }
        let compiled = self.compile(step).map_err(|error| error.to_string())?;
        let (bare, cached) = compiled;
        if let Some(difference) = bare.difference(&cached) {
            let outcome = self.outcome();
            return Err(format!("{outcome:?}: {}\n{difference}", self.project.call));
        }
        self.failed = !bare.run.succeeded();
        self.leftovers = bare.outputs;
        self.account(step, number)
    }

    /// The compile both ways. Both find the same on the disk.
    fn compile(&self, step: &Step) -> io::Result<(Compiled, Compiled)> {
        let compile = |through_cache: bool| {
            if step.leftovers {
                self.leftovers.put(&self.project.root)?;
            }
            let words = self.project.call.words();
            let mut command = if through_cache {
                self.world.zccache(&words)
            } else {
                let mut command = self.world.command(&words[0]);
                command.args(&words[1..]);
                command
            };
            let run = run(command.envs(self.project.call.variables()));
            Compiled::of(run, &self.project.root)
        };
        let first = compile(step.cached_first)?;
        let second = compile(!step.cached_first)?;
        Ok(if step.cached_first { (second, first) } else { (first, second) })
    }

    /// Counts the step and keeps the state. Asking what the cache did waits for it, so it is done where the state is kept
    /// or was gone back to, and the other steps keep their haste.
    fn account(&mut self, step: &Step, number: usize) -> Result<(), String> {
        let record = number.is_multiple_of(RECORD_EVERY);
        let reverted = match step.operation {
            Operation::Revert { record } => self.project.records.get(record).map(|state| (record, state.stored)),
            _ => None,
        };
        if !record && reverted.is_none() {
            return Ok(());
        }
        let outcome = self.outcome();
        self.note(&format!("{outcome:?}"));
        if outcome == Outcome::Fault {
            return Err(format!("trouble inside the cache: {:?}", self.counters.reasons));
        }
        let stored = matches!(outcome, Outcome::Hit | Outcome::Stored);
        if let Some((record, was_stored)) = reverted {
            self.reverts += usize::from(was_stored);
            self.reverts_hit += usize::from(was_stored && outcome == Outcome::Hit);
            self.project.records[record].stored |= stored;
        }
        if record {
            self.project.record(stored).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// What the cache says of the last compile.
    fn outcome(&mut self) -> Outcome {
        let before = std::mem::replace(&mut self.counters, self.world.counters());
        let now = &self.counters;
        let not_stored = |counters: &Counters| -> u64 {
            let reasons = counters.reasons.iter().filter(|(reason, _)| reason.starts_with("not stored: "));
            reasons.map(|(_, count)| count).sum()
        };
        assert_eq!(now.requests, before.requests + 1, "one request was made");
        match now.outcomes() {
            (hits, ..) if hits > before.hits => Outcome::Hit,
            (_, misses, ..) if misses > before.misses => {
                if not_stored(now) > not_stored(&before) {
                    Outcome::NotStored
                } else {
                    Outcome::Stored
                }
            }
            (_, _, bypasses, ..) if bypasses > before.bypasses => Outcome::Bypassed,
            (_, _, _, failures, _) if failures > before.failures => Outcome::Failed,
            _ => Outcome::Fault,
        }
    }

    fn note(&mut self, what: &str) {
        if let Some(line) = self.history.last_mut() {
            *line += &format!("  [{what}]");
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; compile {}", self.operation, if self.cached_first { "cached, bare" } else { "bare, cached" })?;
        f.write_str(if self.leftovers { " over old outputs" } else { "" })?;
        f.write_str(if self.change_at_once { "" } else { ", at once" })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counters { requests, hits, misses, bypasses, failures, reasons, .. } = &self.counters;
        write!(f, "{requests} compiles: {hits} hits, {misses} misses, {bypasses} bypasses, {failures} failures; ")?;
        write!(f, "{} of {} reverts were hits; {reasons:?}", self.reverts_hit, self.reverts)
    }
}

//! Takes steps: a change, then the same compile bare and through the cache, held against each other. Ends with the first
//! difference or trouble inside the cache.

mod compiles;

use std::io;
use std::time::Instant;

use fastrand::Rng;
use zccache_tests::{Counters, World};

use crate::choice;
use crate::compare::Compiled;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::project::Project;
use crate::step::{Again, Compile, Scenario, Setting, Step};
use crate::tally::{Repeats, Tally};

/// Every so many steps the state is kept to go back to.
pub const KEEP_EVERY: usize = 3;

/// Of the daemon's log, so much is shown.
const LOG_LINES: usize = 20;

/// One project of one compiler, with a cache of its own.
pub struct Engine {
    world: World,
    project: Project,
    scenario: Scenario,
    /// What is known of each step.
    notes: Vec<String>,
    counters: Counters,
    /// The last compile, as long as the cache was not asked what it did.
    unsettled: Option<Unsettled>,
    failed: bool,
    /// What the cache did last, as far as it was asked.
    last: Option<Outcome>,
    /// What the last bare compile came to.
    bare: Option<Compiled>,
    tally: Tally,
}

/// A compile of which is not known what the cache did.
struct Unsettled {
    /// Its place among the steps taken.
    index: usize,
    /// The state that was gone back to, and whether its result was stored.
    reverted: Option<(usize, bool)>,
    /// The step under which the state is kept.
    kept: Option<usize>,
    /// Of what kind it is and the call, where it repeats another one that must have been stored.
    repeats: Option<(String, String)>,
}

/// What must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The cache gave something else than the compiler.
    WrongAnswer,
    /// The cache ran the compiler for what it should have stored.
    NoHit,
    /// The cache gave up on a compile that it should have known what to do with.
    Fault,
    /// The test itself could not go on.
    Broken,
}

/// Why a run ended early.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Of what kind it is.
    pub trouble: Trouble,
    /// All about it.
    pub what: String,
    /// Up to the step that ended it.
    pub scenario: Scenario,
    /// What the cache did at each step, as far as it is known.
    pub notes: Vec<String>,
    /// What all steps together came to.
    pub tally: Tally,
}

/// Why a step is the last one.
struct Stop {
    trouble: Trouble,
    what: String,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop { trouble: Trouble::Broken, what: error.to_string() }
    }
}

impl Engine {
    /// A new project and a cache of its own.
    pub fn new(setting: Setting, left_out: Vec<String>) -> io::Result<Engine> {
        let mut world = World::new();
        world.set("ZCCACHE_WATCH", if setting.watched { "1" } else { "0" });
        world.take_sources_for(setting.age);
        let project = Project::create(&world.work, setting.compiler, setting.layout, &left_out)?;
        let counters = world.counters();
        Ok(Engine {
            world,
            project,
            scenario: Scenario { setting, left_out, steps: Vec::new() },
            notes: Vec::new(),
            counters,
            unsettled: None,
            failed: false,
            last: None,
            bare: None,
            tally: Tally::default(),
        })
    }

    /// Takes random steps, so many or until it is late.
    pub fn explore(mut self, seed: u64, steps: usize, end: Option<Instant>) -> Result<Tally, Box<Failure>> {
        let mut random = Rng::with_seed(seed);
        for number in 1..=steps {
            if end.is_some_and(|end| Instant::now() >= end) {
                break;
            }
            let step = Step {
                number,
                operation: choice::next(&mut random, &self.project, self.failed),
                change_at_once: random.bool(),
                compile: Some(Compile {
                    cached_first: random.bool(),
                    leftovers: random.u32(0..3) == 0,
                    jobs: random.u32(0..4) == 0,
                    again: match random.u32(0..8) {
                        0 | 1 => Again::UntilRemembered,
                        2 | 3 => Again::Times(random.usize(1..4)),
                        _ => Again::Not,
                    },
                }),
            };
            if let Err(stop) = self.take(step) {
                return Err(self.failure(stop));
            }
        }
        self.finish()
    }

    /// Takes the steps of a scenario in a new world.
    pub fn repeat(scenario: &Scenario) -> Result<Tally, Box<Failure>> {
        let mut engine = Engine::new(scenario.setting, scenario.left_out.clone()).expect("a new world has room");
        for step in &scenario.steps {
            if let Err(stop) = engine.take(step.clone()) {
                return Err(engine.failure(stop));
            }
        }
        engine.finish()
    }

    fn finish(mut self) -> Result<Tally, Box<Failure>> {
        match self.settle() {
            Ok(()) => {
                self.tally.count(&self.counters, &self.world.watching());
                Ok(self.tally)
            }
            Err(stop) => Err(self.failure(stop)),
        }
    }

    fn failure(mut self, stop: Stop) -> Box<Failure> {
        self.tally.count(&self.world.counters(), &self.world.watching());
        let Stop { trouble, what } = stop;
        Box::new(Failure { trouble, what, scenario: self.scenario, notes: self.notes, tally: self.tally })
    }

    fn take(&mut self, step: Step) -> Result<(), Stop> {
        if !step.change_at_once {
            // Waits until the cache has taken note of the compile before.
            self.settle()?;
        }
        let reverted = match step.operation {
            Operation::Revert { step } => Some((step, self.project.is_stored(step))),
            _ => None,
        };
        let applied = step.operation.apply(&mut self.project);
        self.notes.push(applied.map_or_else(|error| format!("  [nothing happened: {error}]"), |()| String::new()));
        self.scenario.steps.push(step.clone());
        if step.change_at_once {
            self.settle()?;
        }
        if step.operation == Operation::Precompile {
            self.precompile()?;
        }
        if let Some(compile) = step.compile {
            self.compile(compile)?;
        }
        // Kept whether it compiles or not.
        let kept = step.number.is_multiple_of(KEEP_EVERY).then_some(step.number);
        if let Some(number) = kept {
            self.project.keep(number)?;
        }
        let index = self.scenario.steps.len() - 1;
        self.unsettled = step.compile.map(|_| Unsettled { index, reverted, kept, repeats: None });
        match step.compile {
            Some(compile) if compile.again != Again::Not => self.compile_again(compile, index),
            _ => Ok(()),
        }
    }

    /// Asks the cache what it did with the last compile. That waits for it.
    fn settle(&mut self) -> Result<(), Stop> {
        let Some(Unsettled { index, reverted, kept, repeats }) = self.unsettled.take() else { return Ok(()) };
        let before = std::mem::replace(&mut self.counters, self.world.counters());
        let outcome = Outcome::between(&before, &self.counters);
        self.last = Some(outcome);
        self.notes[index] += &format!("  [{outcome:?}]");
        if outcome == Outcome::Fault {
            return Err(self.fault());
        }
        if let Some((kind, call)) = repeats {
            let repeats = Repeats::between(&before, &self.counters, &call);
            let missed = repeats.missed();
            self.tally.exact.entry(kind.clone()).or_default().add(&repeats);
            if self.scenario.setting.hits_only && missed > 0 {
                let what = format!("{kind}: {call}\n{repeats}");
                return Err(Stop { trouble: Trouble::NoHit, what });
            }
        }
        if let Some((_, was_stored)) = reverted {
            if was_stored && outcome != Outcome::Hit {
                self.notes[index] += " [was stored]";
                let new = |(reason, count): &(&String, &u64)| before.reason(reason) < **count;
                let reasons = self.counters.reasons.iter().filter(new);
                reasons.for_each(|(reason, _)| *self.tally.reverts_missed.entry(reason.clone()).or_default() += 1);
            }
            self.tally.reverts += u64::from(was_stored);
            self.tally.reverts_hit += u64::from(was_stored && outcome == Outcome::Hit);
        }
        for step in reverted.map(|(step, _)| step).into_iter().chain(kept).filter(|_| outcome.is_stored()) {
            self.project.mark_stored(step);
        }
        Ok(())
    }

    fn fault(&self) -> Stop {
        let faults = self.counters.reasons.iter().filter(|(reason, _)| reason.starts_with("fault"));
        let faults: Vec<&String> = faults.map(|(reason, _)| reason).collect();
        let log = self.world.log();
        let log: Vec<&str> = log.lines().rev().take(LOG_LINES).collect();
        let log: String = log.iter().rev().map(|line| format!("{line}\n")).collect();
        let what = format!("{faults:?}: {}\n== the end of the log\n{log}", self.project.call);
        Stop { trouble: Trouble::Fault, what }
    }
}

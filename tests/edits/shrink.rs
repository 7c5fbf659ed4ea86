//! Makes a failing scenario as short as it gets: cuts parts out and repeats the rest, as long as it still fails.

use crate::operation::Operation;
use crate::step::{Again, Compile, Scenario, Step};
#[cfg(test)]
use {crate::step::Setting, zccache_tests::Age};

/// The shortest scenario that was found. `fails` repeats one and gives back the part of it up to the failure; it answers with
/// nothing when the scenario does not fail, or when there is no time to try it.
pub fn shrink(scenario: Scenario, fails: impl FnMut(&Scenario) -> Option<Scenario>) -> Scenario {
    let mut shrinking = Shrinking { best: scenario, fails };
    shrinking.keep_the_end();
    loop {
        let before = shrinking.best.clone();
        shrinking.cut_steps();
        shrinking.simplify_steps();
        shrinking.leave_out_files();
        if shrinking.best == before {
            return before;
        }
    }
}

struct Shrinking<F> {
    best: Scenario,
    fails: F,
}

impl<F: FnMut(&Scenario) -> Option<Scenario>> Shrinking<F> {
    fn attempt(&mut self, candidate: Scenario) -> bool {
        let failed = (self.fails)(&candidate);
        failed.map(|scenario| self.best = scenario).is_some()
    }

    fn attempt_steps(&mut self, steps: Vec<Step>) -> bool {
        self.attempt(Scenario { steps, ..self.best.clone() })
    }

    /// Most failures are made by what came last.
    fn keep_the_end(&mut self) {
        let all = self.best.steps.clone();
        let lengths =
            std::iter::successors(Some(1), |length| Some(length * 2)).take_while(|length| *length < all.len());
        for length in lengths {
            if self.attempt_steps(all[all.len() - length..].to_vec()) {
                return;
            }
        }
    }

    /// Large parts first, down to each single step; the last step is the one that fails.
    fn cut_steps(&mut self) {
        let mut size = self.best.steps.len() / 2;
        while size > 0 {
            let mut end = self.best.steps.len() - 1;
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut steps = self.best.steps.clone();
                steps.drain(start..end);
                self.attempt_steps(steps);
                end = start.min(self.best.steps.len() - 1);
            }
            size /= 2;
        }
    }

    /// Each step without its compile, without its change, without what is special of it.
    fn simplify_steps(&mut self) {
        let mut index = self.best.steps.len();
        while index > 0 {
            index -= 1;
            for change in SIMPLER {
                let Some(step) = self.best.steps.get(index) else { break };
                let mut simpler = step.clone();
                change(&mut simpler);
                self.replace(index, simpler);
            }
            self.simplify_call(index);
        }
    }

    fn simplify_call(&mut self, index: usize) {
        let mut tried = 0;
        while let Some(Step { operation: Operation::Call(call), .. }) = self.best.steps.get(index) {
            let Some(simpler) = call.simpler().into_iter().nth(tried) else { break };
            let step = Step { operation: Operation::Call(simpler), ..self.best.steps[index].clone() };
            if !self.replace(index, step) {
                tried += 1;
            }
        }
    }

    fn replace(&mut self, index: usize, step: Step) -> bool {
        let mut steps = self.best.steps.clone();
        if steps[index] == step {
            return false;
        }
        steps[index] = step;
        self.attempt_steps(steps)
    }

    fn leave_out_files(&mut self) {
        let files: Vec<String> =
            crate::project::first_files(self.best.setting.compiler).map(|(path, _)| path).collect();
        for path in files {
            if !self.best.left_out.contains(&path) {
                let mut candidate = self.best.clone();
                candidate.left_out.push(path);
                self.attempt(candidate);
            }
        }
    }
}

/// Ways in which a step can be a simpler one.
const SIMPLER: [fn(&mut Step); 7] = [
    |step| step.compile = None,
    |step| step.operation = Operation::Again,
    |step| step.compile = step.compile.map(|compile| Compile { again: Again::Not, ..compile }),
    |step| step.compile = step.compile.map(|compile| Compile { leftovers: false, ..compile }),
    |step| step.compile = step.compile.map(|compile| Compile { cached_first: false, ..compile }),
    |step| step.compile = step.compile.map(|compile| Compile { jobs: false, ..compile }),
    |step| step.change_at_once = false,
];

#[test]
fn what_is_left_of_a_failing_scenario_are_the_steps_that_it_needs() {
    let compiler = zccache_tests::Compiler { name: "gcc", suffix: "c" };
    let touch = |number: usize| Step {
        number,
        operation: Operation::Touch { path: number.to_string() },
        change_at_once: true,
        compile: Some(Compile { cached_first: true, leftovers: true, again: Again::Times(2), jobs: true }),
    };
    let steps = (1..=1000).map(touch).collect();
    let setting = Setting { compiler, watched: true, age: Age::Young, layout: None, hits_only: false };
    let scenario = Scenario { setting, left_out: Vec::new(), steps };
    let mut repeats = 0;
    // Fails where step 400 touches and a later step 900 compiles.
    let shrunk = shrink(scenario, |scenario| {
        repeats += 1;
        let touched = scenario.steps.iter().position(|step| step.operation == touch(400).operation)?;
        let compiled = scenario.steps.iter().position(|step| step.number == 900 && step.compile.is_some())?;
        let steps = scenario.steps[..=compiled].to_vec();
        (touched < compiled).then(|| Scenario { steps, ..scenario.clone() })
    });
    let needed = [
        Step { compile: None, change_at_once: false, ..touch(400) },
        Step { operation: Operation::Again, compile: Some(Compile::PLAIN), change_at_once: false, ..touch(900) },
    ];
    assert_eq!(shrunk.steps, needed);
    assert!(repeats < 200, "it took {repeats} repeats");
}

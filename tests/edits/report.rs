//! What is said of a failure: first what is wrong, then how few steps lead to it, then a script that repeats it.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::engine::{Engine, Failure, Trouble};
use crate::project::first_files;
use crate::script::script;
use crate::shrink::shrink;
use crate::step::Scenario;

/// Longest that a failure is made shorter.
const SHRINK_BOUND: Duration = Duration::from_secs(600);

/// How often a failure is repeated before it counts as one that does not.
const REPEATS: u32 = 3;

/// Shrinks a failure and says all about it.
pub fn report(failure: Failure) -> String {
    let end = Instant::now() + SHRINK_BOUND;
    let taken = failure.scenario.steps.len();
    let again = |scenario: &_| Engine::repeat(scenario).err().filter(|again| again.trouble == failure.trouble);
    let Some(repeated) = (0..REPEATS).find_map(|_| again(&failure.scenario)) else {
        let repeated = format!("{REPEATS} repeats of the same {taken} steps did not fail: it is a matter of time");
        return text(&failure, &repeated);
    };
    let mut last = *repeated;
    let shrunk = shrink(last.scenario.clone(), |scenario| {
        let failed = (Instant::now() < end).then(|| again(scenario)).flatten()?;
        last = *failed;
        Some(last.scenario.clone())
    });
    let bound = if Instant::now() < end { "" } else { "; there was no time to find fewer" };
    let repeated = format!("{} of {taken} steps are enough{bound}", shrunk.steps.len());
    format!("{}\n== as a shell script\n{}", text(&last, &repeated), script(&last.scenario))
}

fn text(failure: &Failure, repeated: &str) -> String {
    let kind = match failure.trouble {
        Trouble::WrongAnswer => "a wrong answer",
        Trouble::NoHit => "a repeat that is no hit",
        Trouble::Fault => "trouble inside the cache",
        Trouble::Broken => "the test could not go on",
    };
    let mut text = format!("{kind}: {}\n\n== {repeated}\n", failure.what.trim_end());
    let Scenario { setting, left_out, steps } = &failure.scenario;
    if !left_out.is_empty() {
        let files = first_files(setting.compiler).map(|(path, _)| path).filter(|path| !left_out.contains(path));
        let files: Vec<String> = files.collect();
        writeln!(text, "      of the first files only {}", files.join(", "))
            .expect("a string takes all that is written");
    }
    for (step, note) in steps.iter().zip(&failure.notes) {
        writeln!(text, "{step}{note}").expect("a string takes all that is written");
    }
    text
}

//! Questions and answers of `collect`. A plugin is asked again from the start with one more answer, so it asks the same questions in
//! the same order and finds the first of them answered.

use std::cell::Cell;

use crate::contract::{Collected, CompanionRun, Fact, Find, Finding, Outcome, Probe, Refusal, Token};

/// What is known of one run so far.
pub struct Inquiry<'o> {
    facts: Cell<&'o [Fact]>,
    found: Cell<&'o [Vec<Finding>]>,
    companions: Cell<&'o [CompanionRun]>,
}

/// Why collecting ends before there is a reading.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// This must be known first.
    Ask(Box<Collected>),
    /// Nothing is stored.
    Refuse(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refuse(refusal)
    }
}

impl Stop {
    fn ask(question: Collected) -> Stop {
        Stop::Ask(Box::new(question))
    }

    /// What the host is told.
    pub fn collected(self) -> Collected {
        match self {
            Stop::Ask(question) => *question,
            Stop::Refuse(refusal) => Collected::Refuse(refusal),
        }
    }
}

impl<'o> Inquiry<'o> {
    /// Starts over with the answers so far.
    pub fn new(outcome: &'o Outcome) -> Self {
        Inquiry {
            facts: Cell::new(&outcome.facts),
            found: Cell::new(&outcome.found),
            companions: Cell::new(&outcome.companions),
        }
    }

    /// A fact for each path. Of no paths nothing is asked.
    pub fn facts(&self, paths: &[String]) -> Result<&'o [Fact], Stop> {
        taken(&self.facts, paths.len()).ok_or_else(|| Stop::ask(Collected::Facts(paths.to_vec())))
    }

    /// For each file every place where a token is found. Of no tokens or no files nothing is asked.
    pub fn find(&self, tokens: Vec<Token>, files: &[String]) -> Result<&'o [Vec<Finding>], Stop> {
        if tokens.is_empty() {
            return Ok(&[]);
        }
        let found = taken(&self.found, files.len());
        found.ok_or_else(|| Stop::ask(Collected::Find(Find { tokens, files: files.to_vec() })))
    }

    /// What a companion did; `user` are indices of the caller's arguments.
    pub fn companion(&self, grant: &str, user: &[u32]) -> Result<&'o CompanionRun, Stop> {
        let ran = taken(&self.companions, 1).and_then(|ran| ran.first());
        let probe = || Probe { grant: grant.to_owned(), user: user.to_vec() };
        ran.ok_or_else(|| Stop::ask(Collected::Companion(probe())))
    }
}

/// The next answers, if they are there.
fn taken<'o, T>(answers: &Cell<&'o [T]>, count: usize) -> Option<&'o [T]> {
    let (first, rest) = answers.get().split_at_checked(count)?;
    answers.set(rest);
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::FileKind;

    #[test]
    fn questions_are_answered_in_the_order_asked_and_the_first_that_is_not_is_what_is_needed() {
        let fact = Fact { is: FileKind::Absent, content: None, file: None, findings: Vec::new(), names: None };
        let outcome = Outcome {
            state: Vec::new(),
            directory: String::new(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            joined: false,
            dependencies: Vec::new(),
            facts: vec![fact.clone(), fact],
            found: Vec::new(),
            companions: Vec::new(),
            code: 0,
            more: Vec::new(),
        };
        let inquiry = Inquiry::new(&outcome);
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert_eq!(inquiry.facts(&paths(&["a"])).unwrap().len(), 1);
        assert_eq!(inquiry.facts(&[]).unwrap(), []);
        assert_eq!(inquiry.find(Vec::new(), &paths(&["a"])).unwrap().len(), 0);
        let two = paths(&["b", "c"]);
        assert_eq!(inquiry.facts(&two), Err(Stop::ask(Collected::Facts(two.clone()))));
        assert!(
            matches!(inquiry.companion("list", &[1]).map_err(Stop::collected), Err(Collected::Companion(probe)) if probe.user == [1])
        );
    }
}

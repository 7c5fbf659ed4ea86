//! Questions and answers of `plan`. A plugin is asked again from the start with one more round of answers, so it asks
//! the same questions in the same order and finds the first of them answered.

use std::cell::{Cell, RefCell};

use crate::contract::{Answer, Decision, FileKind, Probe, Question, Ran};

/// The conversation of one call so far.
pub struct Dialogue<'a> {
    answers: &'a [Answer],
    asked: Cell<usize>,
    open: RefCell<Vec<Question>>,
}

/// An answer is not there yet, or of another kind than its question: the plan ends here with [`Dialogue::need`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered;

impl<'a> Dialogue<'a> {
    /// Starts over with the answers so far.
    pub fn new(answers: &'a [Answer]) -> Self {
        Dialogue { answers, asked: Cell::new(0), open: RefCell::new(Vec::new()) }
    }

    /// The content of a file; `Ok(None)`: there is no such file.
    pub fn read(&self, file: &str) -> Result<Option<&'a [u8]>, Unanswered> {
        match self.ask(Question::Read(file.to_owned()))? {
            Answer::Content(content) => Ok(content.as_deref()),
            Answer::Is(_) | Answer::Ran(_) => Err(Unanswered),
        }
    }

    /// What the caller gives on standard input.
    pub fn standard_input(&self) -> Result<&'a [u8], Unanswered> {
        match self.ask(Question::StandardInput)? {
            Answer::Content(Some(content)) => Ok(content),
            Answer::Content(None) | Answer::Is(_) | Answer::Ran(_) => Err(Unanswered),
        }
    }

    /// What is at a path.
    pub fn look(&self, path: &str) -> Result<FileKind, Unanswered> {
        match self.ask(Question::Look(path.to_owned()))? {
            Answer::Is(kind) => Ok(*kind),
            Answer::Content(_) | Answer::Ran(_) => Err(Unanswered),
        }
    }

    /// What a granted probe did; `user` are indices of the caller's arguments.
    pub fn probe(&self, grant: &str, user: Vec<u32>) -> Result<&'a Ran, Unanswered> {
        match self.ask(Question::Probe(Probe { grant: grant.to_owned(), user }))? {
            Answer::Ran(ran) => Ok(ran),
            Answer::Content(_) | Answer::Is(_) => Err(Unanswered),
        }
    }

    /// What is not answered yet.
    pub fn need(&self) -> Decision {
        Decision::Need(self.open.take())
    }

    fn ask(&self, question: Question) -> Result<&'a Answer, Unanswered> {
        let index = self.asked.replace(self.asked.get() + 1);
        self.answers.get(index).ok_or_else(|| {
            self.open.borrow_mut().push(question);
            Unanswered
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_in_the_order_asked_and_the_rest_is_needed() {
        let answers = [Answer::Content(None), Answer::Is(FileKind::File)];
        let dialogue = Dialogue::new(&answers);
        assert_eq!(dialogue.read("a"), Ok(None));
        assert_eq!(dialogue.look("b"), Ok(FileKind::File));
        assert_eq!(dialogue.look("c"), Err(Unanswered));
        assert_eq!(dialogue.look("d"), Err(Unanswered));
        assert_eq!(
            dialogue.need(),
            Decision::Need(vec![Question::Look("c".to_owned()), Question::Look("d".to_owned())])
        );
    }
}

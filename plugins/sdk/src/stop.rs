//! Why planning ends before there is a plan.

use crate::answer;
use crate::contract::{Decision, Refusal};
use crate::dialogue::{Dialogue, Unanswered};

/// Planning ends here.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Questions are open.
    Need,
    /// The call is not cacheable.
    Bypass(Refusal),
}

impl Stop {
    /// What the host is told.
    pub fn decision(self, dialogue: &Dialogue<'_>) -> Decision {
        match self {
            Stop::Need => dialogue.need(),
            Stop::Bypass(refusal) => Decision::Bypass(refusal),
        }
    }
}

impl From<Unanswered> for Stop {
    fn from(_: Unanswered) -> Self {
        Stop::Need
    }
}

/// A bypass, as the error of whatever was being found out.
pub fn bypass<T>(reason: &str, detail: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Bypass(answer::refusal(reason, detail)))
}

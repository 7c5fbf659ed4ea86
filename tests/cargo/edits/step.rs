//! How one state follows another.

use fastrand::Rng;

use super::state::State;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Some things change.
    Change(u32),
    /// What is wrong is put right.
    Mend,
    /// Back to a state that was there before.
    Revert(usize),
    /// Everything that was built is thrown away.
    Clean,
    /// A source is touched.
    Touch,
    /// Nothing happens.
    Again,
}

impl Step {
    /// A step from a state, before which there were so many.
    pub fn random(random: &mut Rng, state: &State, before: usize) -> Step {
        if !state.is_sound() && random.u32(0..10) < 6 {
            return Step::Mend;
        }
        match random.u32(0..100) {
            0..52 => Step::Change(1),
            52..60 => Step::Change(random.u32(2..4)),
            60..82 => Step::Revert(random.usize(0..before)),
            82..92 => Step::Clean,
            92..97 => Step::Touch,
            _ => Step::Again,
        }
    }

    /// The state that it leads to.
    pub fn apply(self, state: &State, before: &[State], random: &mut Rng) -> State {
        let mut next = state.clone();
        match self {
            Step::Change(count) => (0..count).for_each(|_| next.change(random)),
            Step::Mend => next.mend(),
            Step::Revert(number) => next = before[number].clone(),
            Step::Clean | Step::Touch | Step::Again => {}
        }
        next
    }
}

//! When a file was in which state, as far as whoever changes it can tell.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// Moments that all threads agree on the order of.
pub struct Clock(AtomicU64);

/// What a file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A number.
    Shows(u32),
    /// It is not there.
    Absent,
    /// It is there, and no compiler accepts it.
    Broken,
}

/// The states of one file.
pub struct History(Vec<Change>);

/// The beginning of a state: at some moment between two.
struct Change {
    before: u64,
    after: u64,
    state: State,
}

/// Two moments, and all between them.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Before the first thing was done.
    pub from: u64,
    /// After the last one.
    pub to: u64,
}

impl Clock {
    /// Begins with one.
    pub fn new() -> Clock {
        Clock(AtomicU64::new(1))
    }

    /// A moment after all that came before, in any thread.
    pub fn now(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// Does something, and says when.
    pub fn span<T>(&self, work: impl FnOnce() -> T) -> (T, Span) {
        let from = self.now();
        let done = work();
        (done, Span { from, to: self.now() })
    }
}

impl History {
    /// A file that was in this state before the clock began.
    pub fn new(state: State) -> History {
        History(vec![Change { before: 0, after: 0, state }])
    }

    /// Writes down a change that was made.
    pub fn push(&mut self, when: Span, state: State) {
        self.0.push(Change { before: when.from, after: when.to, state });
    }

    /// The last state.
    pub fn state(&self) -> State {
        self.0.last().expect("there was a first one").state
    }

    /// How often it changed.
    pub fn changes(&self) -> usize {
        self.0.len() - 1
    }

    /// The states that may have been seen by something that was done in this span.
    pub fn during(&self, span: Span) -> impl Iterator<Item = State> {
        let begun = self.0.iter().take_while(move |change| change.before < span.to);
        let ends = self.0.iter().skip(1).map(|next| next.after).chain([u64::MAX]);
        begun.zip(ends).filter(move |(_, end)| *end > span.from).map(|(change, _)| change.state)
    }

    /// The changes around a span, for people.
    pub fn around(&self, span: Span) -> String {
        const BESIDE: usize = 4;
        let first = self.0.partition_point(|change| change.after <= span.from).saturating_sub(BESIDE);
        let shown = self.0.iter().skip(first).take_while(|change| change.before < span.to + BESIDE as u64);
        shown.fold(String::new(), |mut text, change| {
            write!(text, " {}-{} {}", change.before, change.after, change.state)
                .expect("a string takes all that is written");
            text
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Shows(number) => write!(f, "={number}"),
            State::Absent => f.write_str("absent"),
            State::Broken => f.write_str("broken"),
        }
    }
}

#[test]
fn a_state_may_be_seen_from_the_beginning_of_its_change_to_the_end_of_the_next() {
    let mut history = History::new(State::Shows(1));
    history.push(Span { from: 10, to: 12 }, State::Absent);
    history.push(Span { from: 20, to: 22 }, State::Shows(2));
    let seen = |from, to| history.during(Span { from, to }).collect::<Vec<_>>();
    assert_eq!(seen(5, 9), [State::Shows(1)]);
    assert_eq!(seen(5, 11), [State::Shows(1), State::Absent]);
    assert_eq!(seen(11, 15), [State::Shows(1), State::Absent]);
    assert_eq!(seen(13, 15), [State::Absent]);
    assert_eq!(seen(13, 30), [State::Absent, State::Shows(2)]);
    assert_eq!(seen(23, 30), [State::Shows(2)]);
}

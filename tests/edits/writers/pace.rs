//! How long writers wait between two changes: for so many beginnings and ends of compiles, never for a time. Without any wait
//! nothing would ever be stored; with the same wait each time, changes would fall on the same moments of compiles.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;

/// Beginnings and ends of compiles that a writer waits for; one of these is drawn each time.
const WAITS: [u64; 12] = [0, 0, 1, 1, 2, 3, 5, 8, 13, 30, 60, 120];

/// What writers wait for.
pub struct Pace {
    marks: Mutex<Marks>,
    marked: Condvar,
}

#[derive(Default)]
struct Marks {
    count: u64,
    stopped: bool,
}

impl Pace {
    /// Nothing has begun.
    pub fn new() -> Pace {
        Pace { marks: Mutex::default(), marked: Condvar::new() }
    }

    /// A compile begins, or has ended.
    pub fn mark(&self) {
        self.marks().count += 1;
        self.marked.notify_all();
    }

    /// Nobody compiles any more.
    pub fn stop(&self) {
        self.marks().stopped = true;
        self.marked.notify_all();
    }

    /// Waits for a drawn number of marks. False: nobody compiles any more.
    pub fn wait(&self, random: &mut Rng) -> bool {
        let mut marks = self.marks();
        let until = marks.count + WAITS[random.usize(0..WAITS.len())];
        while marks.count < until && !marks.stopped {
            marks = self.marked.wait(marks).unwrap_or_else(PoisonError::into_inner);
        }
        !marks.stopped
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

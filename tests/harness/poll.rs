//! Waiting for something to become true, and never for longer than a bound.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Longest that a test waits for anything: far more than it takes, far less than forever.
pub const BOUND: Duration = Duration::from_secs(60);

/// Looks again and again until there is something to see.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + BOUND;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "in vain waited until {what}");
        sleep(Duration::from_millis(1));
    }
}

/// Waits until a file changed from now on has a later time than all that were changed before. Systems stamp files with
/// the last tick of a coarse clock.
pub fn tick() {
    until_past(Duration::ZERO);
}

/// Waits until whatever was changed before is old enough for its state to be remembered.
pub fn rest() {
    until_past(Duration::from_millis(50));
}

/// Waits until whatever was changed before is no longer taken for something that was made just before its compile
/// (`limits::SOON` of the model, and a little): from then on most of what a run read is looked at after its client was answered.
pub fn grow_old() {
    until_past(Duration::from_millis(2_050));
}

fn until_past(age: Duration) {
    let nanoseconds = |clock| {
        let time = clock_gettime(clock);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let then = nanoseconds(ClockId::Realtime) + age.as_nanos() as i128;
    until("the clock has gone on", || (nanoseconds(ClockId::RealtimeCoarse) > then).then_some(()));
}

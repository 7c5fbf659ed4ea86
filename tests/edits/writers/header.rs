//! A header that is looked for in two folders: the second one usually has it, the first one now and then. Some are in a folder
//! of their own, which is swapped as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::file::{Shown, draw};
use super::history::{Clock, Span, State};

/// Folders that headers are looked for in, in this order.
pub const FOLDERS: [&str; 2] = ["inc/first", "inc/second"];

/// Files that come and go beside a header at once.
const NOISE: usize = 12;

/// A header.
pub struct Header {
    number: usize,
    folder: PathBuf,
    first: Shown,
    second: Shown,
}

impl Header {
    /// One that is in the second folder.
    pub fn create(work: &Path, number: usize) -> Header {
        let path = |folder: &str| work.join(folder).join(name(number));
        for folder in FOLDERS {
            fs::create_dir_all(work.join(folder)).expect("the working folder is ours");
        }
        let store = |which: &str| work.join(format!("store/{number}/{which}"));
        Header {
            number,
            folder: work.join(FOLDERS[number % 2]),
            first: Shown::absent(number, path(FOLDERS[0]), store("first")),
            second: Shown::with(number, path(FOLDERS[1]), store("second"), 11),
        }
    }

    /// Comes to show something else.
    pub fn change(&mut self, clock: &Clock, random: &mut Rng) {
        let is_shadowed = self.first.history.state() != State::Absent;
        let changed = match random.u32(0..10) {
            // It is shadowed, or is no more.
            0 if !is_shadowed => self.first.replace(clock, draw(random)),
            0..4 if is_shadowed => self.first.remove(clock),
            1 => self.second.remove(clock),
            _ if is_shadowed => {
                self.first.change(clock, random);
                Ok(())
            }
            _ => {
                self.second.change(clock, random);
                Ok(())
            }
        };
        changed.unwrap_or_else(|error| panic!("header {}: {error}", self.number));
    }

    /// Things happen beside it that mean nothing to anybody.
    pub fn make_noise(&self, random: &mut Rng) {
        let name = |what: &str| self.folder.join(format!("{what}-{}", self.number));
        for _ in 0..random.usize(0..NOISE) {
            fs::write(name("one"), "").expect("the folder is ours");
            fs::rename(name("one"), name("other")).expect("it was just written");
            fs::remove_file(name("other")).expect("it was just renamed");
        }
    }

    /// How often it changed.
    pub fn changes(&self) -> usize {
        self.first.history.changes() + self.second.history.changes()
    }

    /// Whether something that was done in this span may have seen the header so. Folders are looked at one after the other.
    pub fn may_be(&self, seen: State, span: Span) -> bool {
        let first = || self.first.history.during(span);
        let second = || self.second.history.during(span);
        match seen {
            State::Absent => first().any(|state| state == seen) && second().any(|state| state == seen),
            _ => {
                first().any(|state| state == seen)
                    || first().any(|state| state == State::Absent) && second().any(|state| state == seen)
            }
        }
    }

    /// Whether a compile in this span may have failed because of it: it was broken, or went away after it had been found.
    pub fn may_fail(&self, span: Span) -> bool {
        self.may_be(State::Broken, span) || self.may_be(State::Absent, span)
    }

    /// What happened to it around a span, for people.
    pub fn around(&self, span: Span) -> String {
        let [first, second] = [&self.first, &self.second].map(|file| file.history.around(span));
        format!("header {} first:{first}\nheader {} second:{second}", self.number, self.number)
    }
}

/// The name that a header is looked for by.
pub fn name(number: usize) -> String {
    format!("header-{number}.h")
}

//! A file that shows a number, and all the ways in which it comes to show another one. Each step of a way is one change that
//! readers see wholly or not at all, and is written down as a state of its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, symlink};
use std::path::PathBuf;

use fastrand::Rng;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::history::{Clock, History, Span, State};

/// Digits that numbers are made of: few, so that states come again.
const DIGITS: std::ops::RangeInclusive<u32> = 1..=3;

/// A file, and what it showed when.
pub struct Shown {
    header: usize,
    path: PathBuf,
    /// A folder beside, for files that are to come in its place.
    store: PathBuf,
    /// When it was in which state.
    pub history: History,
}

/// The text of a header that shows a number. All have the same size.
pub fn text(header: usize, number: u32) -> String {
    format!("#define HEADER_{header} \"<{header}={number:02}>\"\n")
}

/// Where the tens stand in it.
fn tens(header: usize) -> u64 {
    text(header, 0).find('=').expect("it is there") as u64 + 1
}

/// A number of two digits.
pub fn draw(random: &mut Rng) -> u32 {
    random.u32(DIGITS) * 10 + random.u32(DIGITS)
}

impl Shown {
    /// A file that does not exist, with a folder of its own for others.
    pub fn absent(header: usize, path: PathBuf, store: PathBuf) -> Shown {
        fs::create_dir_all(&store).expect("the working folder is ours");
        for digits in DIGITS.flat_map(|tens| DIGITS.map(move |ones| tens * 10 + ones)) {
            fs::write(store.join(digits.to_string()), text(header, digits)).expect("the working folder is ours");
        }
        Shown { header, path, store, history: History::new(State::Absent) }
    }

    /// The same with a number at first.
    pub fn with(header: usize, path: PathBuf, store: PathBuf, number: u32) -> Shown {
        let shown = Shown::absent(header, path, store);
        fs::write(&shown.path, text(header, number)).expect("the working folder is ours");
        Shown { history: History::new(State::Shows(number)), ..shown }
    }

    /// Comes to show another number, in one of many ways.
    pub fn change(&mut self, clock: &Clock, random: &mut Rng) {
        let number = draw(random);
        let changed = match random.u32(0..9) {
            0 | 1 => self.write_in_place(clock, number, false),
            2 => self.write_in_place(clock, number, true),
            3 => self.rewrite(clock, number),
            4 => self.remove(clock).and_then(|()| self.create(clock, number)),
            5 => self.link(clock, number),
            6 => self.write_by_other_name(clock, number),
            7 => self.exchange(clock, number),
            _ => self.replace(clock, number),
        };
        changed.unwrap_or_else(|error| panic!("{}: {error}", self.path.display()));
    }

    /// It goes, if it is there.
    pub fn remove(&mut self, clock: &Clock) -> io::Result<()> {
        if self.history.state() == State::Absent {
            return Ok(());
        }
        let ((), when) = done(clock, || fs::remove_file(&self.path))?;
        self.history.push(when, State::Absent);
        Ok(())
    }

    /// Another file is renamed over it, or in its place.
    pub fn replace(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        let new = self.new_file(number)?;
        let ((), when) = done(clock, || fs::rename(new, &self.path))?;
        self.history.push(when, State::Shows(number));
        Ok(())
    }

    /// It comes into being empty, and is filled in two steps.
    fn create(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        let (mut file, when) = done(clock, || File::create_new(&self.path))?;
        self.history.push(when, State::Broken);
        self.fill(clock, &mut file, number)
    }

    /// It is emptied, and filled in two steps.
    fn rewrite(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        if !self.is_plain() {
            return self.replace(clock, number);
        }
        let (mut file, when) = done(clock, || File::create(&self.path))?;
        self.history.push(when, State::Broken);
        self.fill(clock, &mut file, number)
    }

    fn fill(&mut self, clock: &Clock, file: &mut File, number: u32) -> io::Result<()> {
        let text = text(self.header, number);
        let (first, second) = text.split_at(text.len() - 3);
        let ((), when) = done(clock, || file.write_all(first.as_bytes()))?;
        self.history.push(when, State::Broken);
        let ((), when) = done(clock, || file.write_all(second.as_bytes()))?;
        self.history.push(when, State::Shows(number));
        Ok(())
    }

    /// Its digits are written one after the other, and its time is put back if that is wanted.
    fn write_in_place(&mut self, clock: &Clock, number: u32, unseen: bool) -> io::Result<()> {
        let path = self.path.clone();
        self.write_digits(clock, number, &path, unseen)
    }

    /// The same by another name of it.
    fn write_by_other_name(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        if !self.is_plain() {
            return self.replace(clock, number);
        }
        let other = self.store.join("other-name");
        fs::hard_link(&self.path, &other)?;
        let written = self.write_digits(clock, number, &other, false);
        fs::remove_file(other)?;
        written
    }

    fn write_digits(&mut self, clock: &Clock, number: u32, path: &std::path::Path, unseen: bool) -> io::Result<()> {
        let State::Shows(old) = self.history.state() else { return self.replace(clock, number) };
        if !self.is_plain() {
            return self.replace(clock, number);
        }
        let file = File::options().write(true).open(path)?;
        let time = file.metadata()?.modified()?;
        let tens = tens(self.header);
        for (place, digit, state) in [(0, number / 10, number / 10 * 10 + old % 10), (1, number % 10, number)] {
            let ((), when) = done(clock, || file.write_all_at(digit.to_string().as_bytes(), tens + place))?;
            self.history.push(when, State::Shows(state));
            if unseen {
                file.set_modified(time)?;
            }
        }
        Ok(())
    }

    /// It becomes a link to a file that shows the number, or leads to another one.
    fn link(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        let new = self.store.join("new");
        symlink(self.store.join(number.to_string()), &new)?;
        let ((), when) = done(clock, || fs::rename(new, &self.path))?;
        self.history.push(when, State::Shows(number));
        Ok(())
    }

    /// It changes places with another file.
    fn exchange(&mut self, clock: &Clock, number: u32) -> io::Result<()> {
        if self.history.state() == State::Absent {
            return self.replace(clock, number);
        }
        let new = self.new_file(number)?;
        let exchange = || Ok(renameat_with(CWD, &new, CWD, &self.path, RenameFlags::EXCHANGE)?);
        let ((), when) = done(clock, exchange)?;
        self.history.push(when, State::Shows(number));
        fs::remove_file(new)
    }

    fn new_file(&self, number: u32) -> io::Result<PathBuf> {
        let new = self.store.join("new");
        fs::write(&new, text(self.header, number))?;
        Ok(new)
    }

    /// Whether it is a file and no link, so that what is written to it is written to nothing else.
    fn is_plain(&self) -> bool {
        self.path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
    }
}

fn done<T>(clock: &Clock, work: impl FnOnce() -> io::Result<T>) -> io::Result<(T, Span)> {
    let (done, when) = clock.span(work);
    Ok((done?, when))
}

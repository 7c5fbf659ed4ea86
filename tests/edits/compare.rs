//! All that a compile leaves behind, and what differs between two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zccache_tests::Run;

use crate::tree::{Listing, files};

/// What a compile did to the files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Files that it wrote, by relative path, with their mode bits.
    written: BTreeMap<PathBuf, (u32, Vec<u8>)>,
    /// Files that were there before, and are gone or others now.
    spoilt: BTreeSet<PathBuf>,
}

/// What one compile did.
#[derive(PartialEq, Eq)]
pub struct Compiled {
    /// Status and streams.
    pub run: Run,
    /// What it wrote.
    pub outputs: Outputs,
}

impl Outputs {
    /// Takes every file off the disk that was not there `before`, wherever it lies in the project.
    pub fn take(root: &Path, before: &Listing) -> io::Result<Outputs> {
        let mut outputs = Outputs::default();
        let now = files(root)?;
        for path in now.keys().filter(|path| !before.contains_key(*path)) {
            let place = root.join(path);
            let mode = fs::symlink_metadata(&place)?.permissions().mode();
            outputs.written.insert(path.clone(), (mode, fs::read(&place)?));
            fs::remove_file(place)?;
        }
        let spoilt = before.iter().filter(|(path, stamp)| now.get(*path) != Some(stamp));
        outputs.spoilt = spoilt.map(|(path, _)| path.clone()).collect();
        Ok(outputs)
    }

    /// Puts them on the disk, but for those whose folder has gone.
    pub fn put(&self, root: &Path) -> io::Result<()> {
        let mut places = self.written.iter().map(|(path, (_, content))| (root.join(path), content));
        places.try_for_each(|(place, content)| match fs::write(place, content) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }
}

impl Compiled {
    /// Of a run that has ended, with all files that were not there `before`.
    pub fn of(mut run: Run, root: &Path, before: &Listing) -> io::Result<Compiled> {
        run.stderr = without_random_names(&run.stderr);
        Ok(Compiled { run, outputs: Outputs::take(root, before)? })
    }

    /// Whether each file is as one of two others made it: before and after the clock went on between several.
    pub fn is_between(&self, before: &Compiled, after: &Compiled) -> bool {
        let [outputs, earlier, later] = [self, before, after].map(|compiled| &compiled.outputs.written);
        [&before.run, &after.run].contains(&&self.run)
            && outputs.keys().eq(earlier.keys())
            && outputs.iter().all(|(path, output)| earlier[path] == *output || later.get(path) == Some(output))
    }

    /// What differs, for people; none: nothing.
    pub fn difference(&self, other: &Compiled) -> Option<String> {
        if self == other {
            return None;
        }
        let mut text = String::new();
        describe(&mut text, self, other).expect("a string takes all that is written to it");
        Some(text)
    }
}

/// The assembler names the temporary file in its messages that the driver gave it, `cc` and six random characters.
fn without_random_names(text: &[u8]) -> Vec<u8> {
    let mut plain = text.to_vec();
    for start in 0..text.len() {
        if let Some([b'/', b'c', b'c', random @ .., b'.', b's']) = text[start..].first_chunk::<11>()
            && random.iter().all(u8::is_ascii_alphanumeric)
        {
            plain[start + 3..start + 9].fill(b'x');
        }
    }
    plain
}

fn describe(text: &mut String, bare: &Compiled, cached: &Compiled) -> fmt::Result {
    if bare.run != cached.run {
        writeln!(text, "== bare run: {:?}\n== cached run: {:?}", bare.run, cached.run)?;
    }
    if bare.outputs.spoilt != cached.outputs.spoilt {
        let [bare, cached] = [bare, cached].map(|compiled| &compiled.outputs.spoilt);
        writeln!(text, "== files changed by the bare run: {bare:?}, by the cached run: {cached:?}")?;
    }
    let (bare, cached) = (&bare.outputs.written, &cached.outputs.written);
    for path in bare.keys().filter(|path| !cached.contains_key(*path)) {
        writeln!(text, "== {} was written by the bare compile only", path.display())?;
    }
    for (path, (mode, content)) in cached {
        match bare.get(path) {
            None => writeln!(text, "== {} was written by the cached compile only", path.display())?,
            Some((expected, _)) if expected != mode => {
                writeln!(text, "== {} has mode {mode:o}, not {expected:o}", path.display())?;
            }
            Some((_, expected)) if expected != content => describe_contents(text, path, expected, content)?,
            Some(_) => {}
        }
    }
    Ok(())
}

fn describe_contents(text: &mut String, path: &Path, bare: &[u8], cached: &[u8]) -> fmt::Result {
    let name = path.display();
    if path.extension().is_some_and(|suffix| ["d", "s", "su", "i", "Tpo", "rule"].iter().any(|text| suffix == *text)) {
        let (bare, cached) = (String::from_utf8_lossy(bare), String::from_utf8_lossy(cached));
        return writeln!(text, "== {name} differs\n-- bare\n{bare}\n-- cached\n{cached}");
    }
    let at = bare.iter().zip(cached).position(|(one, other)| one != other);
    writeln!(text, "== {name} differs: {} and {} bytes, first at {at:?}", bare.len(), cached.len())?;
    writeln!(text, "-- only in the bare one: {:?}", marks_missing(bare, cached))?;
    writeln!(text, "-- only in the cached one: {:?}", marks_missing(cached, bare))
}

/// The strings that files left in one object and not in the other.
fn marks_missing(one: &[u8], other: &[u8]) -> Vec<String> {
    let marks = |bytes: &[u8]| -> Vec<String> {
        let words = bytes.split(|byte| !(byte.is_ascii_graphic() || *byte == b' '));
        words.filter(|word| word.len() > 3).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    };
    let others = marks(other);
    marks(one).into_iter().filter(|mark| !others.contains(mark)).collect()
}

#[test]
fn a_compile_may_be_in_part_as_before_and_in_part_as_after_the_clock_went_on() {
    let compiled = |files: &[(&str, &str)]| {
        let run = Run { code: Some(0), signal: None, stdout: Vec::new(), stderr: Vec::new() };
        let outputs = files.iter().map(|(path, text)| (PathBuf::from(path), (0o644, text.as_bytes().to_vec())));
        Compiled { run, outputs: Outputs { written: outputs.collect(), spoilt: BTreeSet::new() } }
    };
    let (before, after) = (compiled(&[("a.o", ":13"), ("b.o", ":13")]), compiled(&[("a.o", ":14"), ("b.o", ":14")]));
    assert!(compiled(&[("a.o", ":13"), ("b.o", ":14")]).is_between(&before, &after));
    assert!(!compiled(&[("a.o", ":13"), ("b.o", ":12")]).is_between(&before, &after));
    assert!(!compiled(&[("a.o", ":13")]).is_between(&before, &after));
}

//! Reading what will be asked about later, so that it need only be looked at then. What comes of it is what is remembered of
//! everything that is read, under the same rules: a wrong guess has cost the reading and nothing else.

use std::collections::{HashSet, VecDeque};
use std::path::Path;

use zccache_model::limits;
use zccache_model::manifest::InputList;
use zccache_model::path;
use zccache_model::plan::{FileKind, Input, Lookup, Observe, Scan};

use crate::files::Files;
use crate::ground::Grounds;
use crate::lookup::trace_lookup;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::tokens::TokenRules;

/// What a run will most likely have read by its end.
#[derive(Clone, Copy)]
pub struct Guess<'a> {
    /// Folders that the lookups and the scan name.
    pub chains: &'a [Vec<String>],
    /// What it reads for sure.
    pub inputs: &'a [Input],
    /// What it looks for.
    pub lookups: &'a [Lookup],
    /// What a run like it read before.
    pub before: Option<&'a InputList>,
    /// Where there was none: how the inputs lead to more.
    pub scan: Option<&'a Scan>,
}

/// A reading, which ends as soon as it is of no more use.
struct Reader<'a> {
    files: &'a Files,
    place: &'a Place<'a>,
    tokens: &'a TokenRules,
    over: &'a dyn Fn() -> bool,
    read: usize,
}

impl Files {
    /// Reads one file after the other until there are no more, or it is over. How many there were.
    pub fn read_ahead(
        &self,
        place: &Place<'_>,
        tokens: &TokenRules,
        guess: &Guess<'_>,
        over: &dyn Fn() -> bool,
    ) -> usize {
        let mut reader = Reader { files: self, place, tokens, over, read: 0 };
        // Whether there was time for all of it is nobody's business.
        let _over = reader.read_all(guess);
        reader.read
    }
}

impl Reader<'_> {
    /// None: it is over.
    fn read_all(&mut self, guess: &Guess<'_>) -> Option<()> {
        let mut grounds = Grounds::new(self.files, self.place);
        let mut found = Vec::new();
        for lookup in guess.lookups {
            // What cannot be looked at now is said of the run.
            let _unsure = trace_lookup(self.place, &mut grounds, guess.chains, lookup, &mut |input| found.push(input));
        }
        found.iter().try_for_each(|input| self.read(&input.path, input.observe))?;
        for input in guess.inputs {
            self.read(&input.path, input.observe)?;
        }
        match (guess.before, guess.scan) {
            (Some(before), _) => before.inputs.iter().try_for_each(|input| self.read(&input.path, input.observe)),
            (None, Some(scan)) => self.follow(guess, scan),
            (None, None) => Some(()),
        }
    }

    /// Reads what matters of a path.
    fn read(&mut self, path: &str, observe: Observe) -> Option<()> {
        self.go_on()?;
        match observe {
            // A stat says it.
            Observe::Kind | Observe::Identity | Observe::InPath | Observe::ProgramInPath => return Some(()),
            Observe::Content | Observe::ContentAndTime | Observe::Made => {
                let whole = self.place.at(path);
                let Some(stamp) = self.fit(&whole) else { return Some(()) };
                let (fact, is_known) = self.files.fact_by_stamp(self.tokens, &stamp);
                if !is_known {
                    self.files.fact_in_file(self.tokens, &whole, fact);
                }
            }
            Observe::Listing | Observe::Tree | Observe::Program => {
                // What cannot be read now is found out again by whoever asks.
                let _unreadable = self.files.look(self.place, &self.place.at(path), observe);
            }
        }
        self.read += 1;
        Some(())
    }

    /// Reads the inputs, and what their names lead to. What is known already was read for a run that went on from there, and is
    /// gone on from once only.
    fn follow(&mut self, guess: &Guess<'_>, scan: &Scan) -> Option<()> {
        let follower = self.files.follower(self.place, self.tokens, guess.chains, scan)?;
        let mut grounds = Grounds::new(self.files, self.place);
        let (mut spellings, mut spots) = (HashSet::new(), HashSet::new());
        let mut next: VecDeque<String> = guess.inputs.iter().map(|input| input.path.clone()).collect();
        let mut roots = next.len();
        while let Some(path) = next.pop_front() {
            self.go_on()?;
            let is_root = roots > 0;
            roots = roots.saturating_sub(1);
            if !spellings.insert(path.clone()) {
                continue;
            }
            let whole = self.place.at(&path);
            let Some(stamp) = self.fit(&whole) else { continue };
            // In another folder its names mean other files.
            if !spots.insert((stamp.file(), grounds.folder(path::parent(&path)))) {
                continue;
            }
            let (fact, is_known) = self.files.fact_by_stamp(self.tokens, &stamp);
            if is_known && !is_root {
                continue;
            }
            let fact = if is_known { fact } else { self.files.fact_in_file(self.tokens, &whole, fact) };
            next.extend(follower.named_by(&mut grounds, &path, &fact));
            self.read += 1;
        }
        Some(())
    }

    fn go_on(&self) -> Option<()> {
        (self.read < limits::AHEAD_FILES && !(self.over)()).then_some(())
    }

    /// The stamp of a file that is not too large: one that is begun is read to its end.
    fn fit(&self, whole: &Path) -> Option<Stamp> {
        let stamp = self.files.stamp(whole).ok()?;
        (stamp.kind == FileKind::File && stamp.size <= limits::AHEAD_BYTES).then_some(stamp)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;

    use zccache_model::manifest::ObservedPath;
    use zccache_model::plan::{Absence, Chain, Search};

    use super::*;
    use crate::place::tests::place;
    use crate::tokens::tests::tokens;
    use crate::unix;

    const HOUR: i128 = 3_600_000_000_000;

    /// A folder in which one file leads to the next, and a scan that finds that out.
    struct Tree {
        folder: tempfile::TempDir,
        chains: Vec<Vec<String>>,
        inputs: Vec<Input>,
        scan: Scan,
        tokens: TokenRules,
    }

    impl Tree {
        fn new() -> Tree {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("d")).unwrap();
            for (path, text) in [("root", "@use <x>"), ("d/x", "@use <y>"), ("d/y", "@use <x>"), ("d/z", "")] {
                fs::write(folder.path().join(path), text).unwrap();
            }
            let input =
                |path: &str| Input { path: path.into(), observe: Observe::Content, absence: Absence::MustExist };
            let searches = vec![Search { chain: 0, beside: true }, Search { chain: 0, beside: false }];
            Tree {
                folder,
                chains: vec![vec!["d".into()]],
                inputs: vec![input("root")],
                scan: Scan { token: "use".into(), searches, all_words: Vec::new() },
                tokens: TokenRules::new(&tokens()),
            }
        }

        fn guess(&self) -> Guess<'_> {
            Guess { chains: &self.chains, inputs: &self.inputs, lookups: &[], before: None, scan: Some(&self.scan) }
        }

        fn read(&self, files: &Files, guess: &Guess<'_>) -> usize {
            files.read_ahead(&place(self.folder.path()), &self.tokens, guess, &|| false)
        }

        /// Which of the files need not be read any more.
        fn known(&self, files: &Files) -> Vec<&'static str> {
            let is_known = |path: &&str| {
                let stamp = unix::stat(&self.folder.path().join(path)).unwrap();
                let digest = files.remembered_content(&stamp);
                digest.is_some_and(|digest| files.findings.get(&(digest, self.tokens.set())).is_some())
            };
            ["root", "d/x", "d/y", "d/z"].into_iter().filter(is_known).collect()
        }
    }

    fn later() -> Files {
        Files::with_clock(|| unix::now() + HOUR)
    }

    #[test]
    fn what_names_lead_to_is_known_before_it_is_asked_for() {
        let (tree, files) = (Tree::new(), later());
        assert_eq!(tree.known(&files), [""; 0]);
        // The root twice: for itself, and as where the way begins.
        assert_eq!(tree.read(&files, &tree.guess()), 4);
        assert_eq!(tree.known(&files), ["root", "d/x", "d/y"]);
    }

    #[test]
    fn what_is_known_is_not_gone_through_again() {
        let (tree, files) = (Tree::new(), later());
        tree.read(&files, &tree.guess());
        fs::write(tree.folder.path().join("d/y"), "@use <z>").unwrap();
        fs::write(tree.folder.path().join("root"), "@use <x>\n@use <y>").unwrap();
        assert_eq!(tree.read(&files, &tree.guess()), 4);
        assert_eq!(tree.known(&files), ["root", "d/x", "d/y", "d/z"], "by the root, not by what is known");
        fs::write(tree.folder.path().join("d/y"), "").unwrap();
        fs::write(tree.folder.path().join("root"), "@use <x>").unwrap();
        assert_eq!(tree.read(&files, &tree.guess()), 2);
        assert_eq!(tree.known(&files), ["root", "d/x", "d/z"]);
    }

    #[test]
    fn what_a_run_read_before_is_read_in_the_place_of_what_it_may_read() {
        let (tree, files) = (Tree::new(), later());
        let inputs = [("d/z", Observe::ContentAndTime), ("gone", Observe::Content), ("d", Observe::Identity)];
        let inputs = inputs.map(|(path, observe)| ObservedPath { path: path.into(), observe }).to_vec();
        let before = InputList { inputs, ..InputList::default() };
        assert_eq!(tree.read(&files, &Guess { before: Some(&before), ..tree.guess() }), 2);
        assert_eq!(tree.known(&files), ["root", "d/z"]);
    }

    #[test]
    fn what_is_looked_for_is_read_where_it_is_found() {
        let (tree, files) = (Tree::new(), later());
        let lookup =
            |name: &str| Lookup { name: name.into(), chain: Chain::Listed(0), observe: Observe::Content, all: false };
        let lookups = ["z", "gone"].map(lookup);
        tree.read(&files, &Guess { lookups: &lookups, inputs: &[], ..tree.guess() });
        assert_eq!(tree.known(&files), ["d/z"]);
    }

    #[test]
    fn nothing_more_is_read_once_it_is_over() {
        let (tree, files) = (Tree::new(), later());
        let asked = Cell::new(0);
        let over = || asked.replace(asked.get() + 1) >= 2;
        assert_eq!(files.read_ahead(&place(tree.folder.path()), &tree.tokens, &tree.guess(), &over), 2);
        assert_eq!(tree.known(&files), ["root"]);
    }

    #[test]
    fn a_file_that_was_just_written_or_is_very_large_is_left_for_later() {
        let tree = Tree::new();
        let large = fs::File::options().write(true).open(tree.folder.path().join("d/x")).unwrap();
        large.set_len(limits::AHEAD_BYTES + 1).unwrap();
        let files = later();
        tree.read(&files, &tree.guess());
        assert_eq!(tree.known(&files), ["root"]);
        let stamp = unix::stat(&tree.folder.path().join("root")).unwrap();
        let files = Files::with_clock(move || stamp.ctime);
        tree.read(&files, &tree.guess());
        assert_eq!(tree.known(&files), [""; 0]);
    }

    #[test]
    fn names_that_lead_in_a_circle_come_to_an_end() {
        let tree = Tree::new();
        fs::write(tree.folder.path().join("d/y"), "@use \"../d/x\"").unwrap();
        assert_eq!(tree.read(&later(), &tree.guess()), 4);
    }
}

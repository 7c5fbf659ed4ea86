//! Follows names from file to file, for tools that cannot list what they read. It may find more than was read, never
//! less: what it cannot read or resolve is an error or stays visible to the plugin as a find without a name.

use std::collections::HashSet;

use rayon::prelude::*;
use zccache_model::limits;
use zccache_model::path;
use zccache_model::plan::{FileKind, Scan};
use zccache_model::plugin::NameRule;
use zccache_model::reading::{Fact, Finding};

use crate::error::ScanError;
use crate::files::{FileId, Files};
use crate::ground::Grounds;
use crate::place::Place;
use crate::tokens::TokenRules;

impl Files {
    /// All files reached from the roots, roots included, as a tool would spell them. A file reached in one folder by two
    /// spellings is one of them by each, and followed once: what it names is the same files.
    pub fn scan(
        &self,
        place: &Place<'_>,
        tokens: &TokenRules,
        chains: &[Vec<String>],
        scan: &Scan,
        roots: &[String],
    ) -> Result<Vec<String>, ScanError> {
        let follower = self.follower(place, tokens, chains, scan);
        let follower = follower.ok_or_else(|| ScanError::NotANameRule { token: scan.token.clone() })?;
        let names = |grounds: &mut Grounds<'_, '_>, file: &String| {
            let fact = self.fact(place, tokens, file);
            if fact.kind == FileKind::File && fact.content.is_none() {
                return Err(ScanError::Unreadable { path: file.to_owned() });
            }
            Ok(follower.named_by(grounds, file, &fact))
        };
        self.follow(place, roots, limits::SCAN_FILES, names)
    }

    fn follow(
        &self,
        place: &Place<'_>,
        roots: &[String],
        limit: usize,
        names: impl Fn(&mut Grounds<'_, '_>, &String) -> Result<Vec<String>, ScanError> + Sync,
    ) -> Result<Vec<String>, ScanError> {
        let mut reached: Vec<String> = Vec::new();
        let (mut spellings, mut files) = (HashSet::new(), HashSet::new());
        let mut next: Vec<String> = roots.to_vec();
        while !next.is_empty() {
            let mut first = Vec::new();
            for path in next.drain(..).filter(|path| spellings.insert(path.clone())) {
                // A further spelling of a file is read too, since it may lead elsewhere one day, but leads to no more now.
                let is_first = self.spot(place, &path).is_none_or(|spot| files.insert(spot));
                (if is_first { &mut first } else { &mut reached }).push(path);
            }
            next = first;
            if reached.len() + next.len() > limit {
                return Err(ScanError::TooManyFiles { limit });
            }
            let found: Vec<_> = next.par_iter().map_init(|| Grounds::new(self, place), &names).collect();
            reached.append(&mut next);
            for files in found {
                next.extend(files?);
            }
        }
        Ok(reached)
    }

    /// Which file is at a path, and which folder the path spells for it: both decide what the names in it mean. Without
    /// this two files that name each other by way of `..` would have spellings without end.
    fn spot(&self, place: &Place<'_>, path: &str) -> Option<(FileId, FileId)> {
        let file = self.stamp(&place.at(path)).ok()?;
        let folder = self.stamp(&place.at(path::parent(path))).ok()?;
        Some((file.file(), folder.file()))
    }

    /// What finds the files that files name; none: the scan's token is no name rule.
    pub(crate) fn follower<'a>(
        &'a self,
        place: &'a Place<'a>,
        tokens: &'a TokenRules,
        chains: &'a [Vec<String>],
        scan: &'a Scan,
    ) -> Option<Follower<'a>> {
        let (token, rule) = tokens.name_rule(&scan.token)?;
        Some(Follower { files: self, place, chains, scan, token, rule })
    }
}

/// Finds the files that files name.
pub(crate) struct Follower<'a> {
    files: &'a Files,
    place: &'a Place<'a>,
    chains: &'a [Vec<String>],
    scan: &'a Scan,
    token: u32,
    rule: &'a NameRule,
}

impl Follower<'_> {
    /// The files that a file names of which this is known.
    pub(crate) fn named_by(&self, grounds: &mut Grounds<'_, '_>, file: &str, fact: &Fact) -> Vec<String> {
        let mut named = Vec::new();
        for finding in fact.findings.iter().filter(|finding| finding.token == self.token) {
            let word = finding.word.and_then(|word| self.rule.words.get(word as usize));
            let all = word.is_some_and(|word| self.scan.all_words.contains(word));
            let there = self.folders(file, finding).filter(|folder| self.is_there(grounds, folder, &finding.name));
            let there = there.map(|folder| path::join(folder, &finding.name));
            named.extend(there.take(if all { usize::MAX } else { 1 }));
        }
        named
    }

    fn is_there(&self, grounds: &mut Grounds<'_, '_>, folder: &str, name: &str) -> bool {
        grounds.find(folder, name).unwrap_or_else(|_| {
            let kind = self.files.kind(self.place, &self.place.at(&path::join(folder, name)));
            matches!(kind, FileKind::File | FileKind::Other)
        })
    }

    /// Where a name that a file holds is looked for, in order.
    fn folders<'f>(&'f self, file: &'f str, finding: &Finding) -> impl Iterator<Item = &'f str> {
        let search = finding.delimiter.and_then(|delimiter| self.scan.searches.get(delimiter as usize));
        let is_whole = finding.name.starts_with('/');
        let root = search.filter(|_| is_whole).map(|_| "/");
        let search = search.filter(|_| !is_whole);
        let beside = search.filter(|search| search.beside).map(|_| path::parent(file));
        let chain = search.and_then(|search| self.chains.get(search.chain as usize));
        root.into_iter().chain(beside).chain(chain.into_iter().flatten().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use zccache_model::plan::Search;

    use super::*;
    use crate::place::tests::place;
    use crate::tokens::tests::tokens;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn scan(folder: &Path, roots: &[&str]) -> Result<Vec<String>, ScanError> {
        let chains = [vec!["a".to_owned(), "b".to_owned()]];
        let scan = Scan {
            token: "use".into(),
            searches: vec![Search { chain: 0, beside: true }, Search { chain: 0, beside: false }],
            all_words: vec!["use_all".into()],
        };
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        Files::new().scan(&place(folder), &TokenRules::new(&tokens()), &chains, &scan, &roots)
    }

    #[test]
    fn names_lead_from_file_to_file_beside_the_includer_and_along_the_chain() {
        let tree = tree(&[
            ("s/root", "@use \"x\"\n@use <x>\n@use <deep/y>"),
            ("s/x", "@use \"x\""),
            ("b/x", ""),
            ("b/deep/y", "@use \"z\"\n@use \"../x\""), // Another spelling of a file that was reached before.
            ("b/deep/z", "@use <nowhere>\n@use NAME"),
            ("z", ""),
        ]);
        let found = scan(tree.path(), &["s/root"]).unwrap();
        assert_eq!(found, ["s/root", "s/x", "b/x", "b/deep/y", "b/deep/../x", "b/deep/z"]);
    }

    #[test]
    fn the_first_file_is_followed_and_after_some_words_every_one() {
        let tree = tree(&[("root", "@use <x>"), ("more", "@use_all <x>"), ("a/x", ""), ("b/x", "")]);
        assert_eq!(scan(tree.path(), &["root"]).unwrap(), ["root", "a/x"]);
        assert_eq!(scan(tree.path(), &["more"]).unwrap(), ["more", "a/x", "b/x"]);
        fs::remove_file(tree.path().join("a/x")).unwrap();
        fs::create_dir(tree.path().join("a/x")).unwrap();
        assert_eq!(scan(tree.path(), &["root"]).unwrap(), ["root", "b/x"], "a folder is passed over");
    }

    #[test]
    fn circles_end_and_missing_roots_are_kept() {
        let tree = tree(&[("one", "@use \"two\""), ("two", "@use \"one\"")]);
        assert_eq!(scan(tree.path(), &["one", "gone", "one"]).unwrap(), ["one", "gone", "two"]);
    }

    #[test]
    fn files_that_name_each_other_by_way_of_their_parents_are_followed_once() {
        let tree = tree(&[("d/x", "@use \"../e/y\""), ("e/y", "@use \"../d/x\"")]);
        assert_eq!(scan(tree.path(), &["d/x"]).unwrap(), ["d/x", "d/../e/y", "d/../e/../d/x"]);
    }

    #[test]
    fn a_scan_that_reaches_too_many_files_is_an_error() {
        let tree = tree(&[]);
        let names = |_: &mut Grounds<'_, '_>, file: &String| Ok(vec![format!("{file}1"), format!("{file}2")]);
        let found = Files::new().follow(&place(tree.path()), &["x".to_owned()], 1_000, names);
        assert!(matches!(found, Err(ScanError::TooManyFiles { limit: 1_000 })));
    }

    #[test]
    fn only_a_declared_name_rule_can_be_followed() {
        let tree = tree(&[]);
        let scan = Scan { token: "today".into(), searches: Vec::new(), all_words: Vec::new() };
        let found = Files::new().scan(&place(tree.path()), &TokenRules::new(&tokens()), &[], &scan, &[]);
        assert!(matches!(found, Err(ScanError::NotANameRule { .. })));
    }
}

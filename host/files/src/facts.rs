//! What is at some paths and what tokens find there, for a plugin that reads about a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use zccache_model::digest::Digest;
use zccache_model::limits;
use zccache_model::plan::FileKind;
use zccache_model::reading::{Fact, Finding};

use crate::files::Files;
use crate::place::Place;
use crate::stamp::Stamp;
use crate::tokens::TokenRules;
use crate::unix;

/// From so many files on that must be read, they are read by several threads: waking one takes as long as forty looks.
const READ_TOGETHER: usize = 8;

impl Files {
    /// One fact for each path, in order. Findings are remembered by content and rules. A file that cannot be read has no
    /// content: a plugin cannot know what it holds.
    pub fn facts(&self, place: &Place<'_>, tokens: &TokenRules, paths: &[String]) -> Vec<Fact> {
        let mut whole = PathBuf::new();
        let mut unread = Vec::new();
        let looked_at = paths.iter().enumerate().map(|(index, path)| {
            place.at_into(path, &mut whole);
            let (fact, is_whole) = self.fact_at_a_look(tokens, &whole);
            if !is_whole {
                unread.push(index);
            }
            fact
        });
        let mut facts: Vec<Fact> = looked_at.collect();
        let read = |index: usize| (index, self.fact(place, tokens, &paths[index]));
        let read: Vec<(usize, Fact)> = if unread.len() < READ_TOGETHER {
            unread.into_iter().map(read).collect()
        } else {
            unread.into_par_iter().map(read).collect()
        };
        for (index, fact) in read {
            facts[index] = fact;
        }
        let listed = facts.iter_mut().zip(paths).filter(|(_, path)| path.ends_with('/'));
        for (fact, path) in listed.filter(|(fact, _)| fact.kind == FileKind::Folder) {
            fact.names = names(&place.at(path));
        }
        facts
    }

    /// Where each of these files holds tokens that only one run gives reason to look for: a finding for each place. Nothing of it is
    /// remembered.
    pub fn find(&self, place: &Place<'_>, tokens: &TokenRules, paths: &[String]) -> Vec<Fact> {
        let find = |path: &String| match self.bytes(&place.at(path)) {
            Ok((_, digest, bytes)) => Fact {
                content: Some(digest.to_hex()),
                findings: Arc::new(tokens.find_each(&bytes)),
                ..Fact::nothing(FileKind::File)
            },
            Err(_) => Fact::nothing(FileKind::Other),
        };
        if paths.len() < READ_TOGETHER {
            paths.iter().map(find).collect()
        } else {
            paths.par_iter().map(find).collect()
        }
    }

    /// The same of these bytes, which lie in no file.
    pub fn find_in_bytes(&self, tokens: &TokenRules, bytes: &[u8]) -> Fact {
        Fact {
            content: Some(Digest::of(bytes).to_hex()),
            findings: Arc::new(tokens.find_each(bytes)),
            ..Fact::nothing(FileKind::File)
        }
    }

    /// The fact of these bytes, which lie in no file.
    pub fn fact_of_bytes(&self, tokens: &TokenRules, bytes: &[u8]) -> Fact {
        Fact {
            content: Some(Digest::of(bytes).to_hex()),
            findings: Arc::new(tokens.find(bytes)),
            ..Fact::nothing(FileKind::File)
        }
    }

    pub(crate) fn fact(&self, place: &Place<'_>, tokens: &TokenRules, path: &str) -> Fact {
        let whole = place.at(path);
        let (fact, is_whole) = self.fact_at_a_look(tokens, &whole);
        if is_whole { fact } else { self.fact_in_file(tokens, &whole, fact) }
    }

    /// What a stat and what is remembered say of an absolute path, and whether there is no more to say.
    fn fact_at_a_look(&self, tokens: &TokenRules, whole: &Path) -> (Fact, bool) {
        let without_stamp = |kind| (Fact::nothing(kind), true);
        match unix::stat_if_there(whole) {
            Ok(Some(stamp)) => self.fact_by_stamp(tokens, &stamp),
            Ok(None) => without_stamp(FileKind::Absent),
            Err(_) => without_stamp(FileKind::Other),
        }
    }

    /// What is remembered of what has this stamp, and whether there is no more to say.
    pub(crate) fn fact_by_stamp(&self, tokens: &TokenRules, stamp: &Stamp) -> (Fact, bool) {
        let file = Some(format!("{:x}:{:x}", stamp.device, stamp.inode));
        let nothing = Fact { kind: stamp.kind, content: None, file, findings: Arc::default(), names: None };
        if stamp.kind != FileKind::File {
            return (nothing, true);
        }
        let digest = self.remembered_content(stamp);
        let known = digest.and_then(|digest| Some((digest, self.findings.get(&(digest, tokens.set()))?)));
        match known {
            Some((digest, findings)) => (Fact { content: Some(digest.to_hex()), findings, ..nothing }, true),
            None => (nothing, false),
        }
    }

    /// The fact of an absolute path of which this much is known without reading it.
    pub(crate) fn fact_in_file(&self, tokens: &TokenRules, whole: &Path, fact: Fact) -> Fact {
        // Digest and findings are of the same bytes.
        let Ok((_, digest, bytes)) = self.bytes(whole) else { return fact };
        let known = self.findings.get(&(digest, tokens.set()));
        let findings: Arc<Vec<Finding>> = known.unwrap_or_else(|| Arc::new(tokens.find(&bytes)));
        self.findings.insert((digest, tokens.set()), Arc::clone(&findings));
        Fact { content: Some(digest.to_hex()), findings, ..fact }
    }
}

/// The names in a folder that are Unicode; none: it cannot be read, or has too many.
fn names(folder: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        names.extend(entry.ok()?.file_name().into_string());
        if names.len() > limits::FACT_NAMES {
            return None;
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::place::tests::place;
    use crate::tokens::tests::tokens;

    #[test]
    fn facts_tell_kind_content_and_findings_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "@use <y>").unwrap();
        fs::write(folder.path().join("copy"), "@use <y>").unwrap();
        fs::create_dir(folder.path().join("d")).unwrap();
        fs::write(folder.path().join("d/in"), "").unwrap();
        let files = Files::new();
        let paths = ["x", "gone", "d/", "copy", "d"].map(str::to_owned);
        let facts = files.facts(&place(folder.path()), &TokenRules::new(&tokens()), &paths);
        let kinds: Vec<_> = facts.iter().map(|fact| fact.kind).collect();
        assert_eq!(kinds, [FileKind::File, FileKind::Absent, FileKind::Folder, FileKind::File, FileKind::Folder]);
        assert_eq!(facts[0].content, Some(Digest::of(b"@use <y>").to_hex()));
        assert_eq!(facts[0].content, facts[3].content);
        assert_eq!(facts[0].findings[0].name, "y");
        assert_eq!((facts[1].content.as_ref(), facts[2].content.as_ref()), (None, None));
        assert_ne!(facts[0].file, facts[3].file);
        assert_eq!([&facts[0].names, &facts[2].names, &facts[4].names], [&None, &Some(vec!["in".to_owned()]), &None]);
        let again = files.facts(&place(folder.path()), &TokenRules::new(&tokens()), &["d/../x".to_owned()]);
        assert_eq!(again[0].file, facts[0].file, "another name of one file");
    }

    #[test]
    fn other_rules_find_other_things_in_the_same_content() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "TODAY @use <y>").unwrap();
        let files = Files::new();
        let count = |tokens: &[_]| {
            let rules = TokenRules::new(tokens);
            files.facts(&place(folder.path()), &rules, &["x".to_owned()])[0].findings.len()
        };
        assert_eq!((count(&tokens()), count(&tokens()[..1]), count(&tokens())), (2, 1, 2));
    }
}

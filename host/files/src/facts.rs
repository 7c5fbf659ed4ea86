//! What is at some paths and what tokens find there, for a plugin that reads about a run.

use std::sync::Arc;

use rayon::prelude::*;
use zccache_model::plan::FileKind;
use zccache_model::reading::{Fact, Finding};

use crate::files::Files;
use crate::place::Place;
use crate::tokens::TokenRules;
use crate::unix;

impl Files {
    /// One fact for each path, in order. Findings are remembered by content and rules. A file that cannot be read has no
    /// content: a plugin cannot know what it holds.
    pub fn facts(&self, place: &Place<'_>, tokens: &TokenRules, paths: &[String]) -> Vec<Fact> {
        paths.par_iter().map(|path| self.fact(place, tokens, path)).collect()
    }

    pub(crate) fn fact(&self, place: &Place<'_>, tokens: &TokenRules, path: &str) -> Fact {
        let whole = place.at(path);
        let (kind, stamp) = match unix::stat_if_there(&whole) {
            Ok(Some(stamp)) => (stamp.kind, Some(stamp)),
            Ok(None) => (FileKind::Absent, None),
            Err(_) => (FileKind::Other, None),
        };
        let file = stamp.map(|stamp| format!("{:x}:{:x}", stamp.device, stamp.inode));
        let nothing = Fact { kind, content: None, file: file.clone(), findings: Arc::default() };
        if kind != FileKind::File {
            return nothing;
        }
        if let Some(digest) = stamp.and_then(|stamp| self.remembered_content(&stamp))
            && let Some(findings) = self.findings.get(&(digest, tokens.set()))
        {
            return Fact { kind, content: Some(digest.to_hex()), file, findings };
        }
        // Digest and findings are of the same bytes.
        let Ok((_, digest, bytes)) = self.bytes(&whole) else { return nothing };
        let known = self.findings.get(&(digest, tokens.set()));
        let findings: Arc<Vec<Finding>> = known.unwrap_or_else(|| Arc::new(tokens.find(&bytes)));
        self.findings.insert((digest, tokens.set()), Arc::clone(&findings));
        Fact { kind, content: Some(digest.to_hex()), file, findings }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use zccache_model::digest::Digest;

    use super::*;
    use crate::place::tests::place;
    use crate::tokens::tests::tokens;

    #[test]
    fn facts_tell_kind_content_and_findings_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "@use <y>").unwrap();
        fs::write(folder.path().join("copy"), "@use <y>").unwrap();
        fs::create_dir(folder.path().join("d")).unwrap();
        let files = Files::new();
        let paths = ["x", "gone", "d", "copy"].map(str::to_owned);
        let facts = files.facts(&place(folder.path()), &TokenRules::new(&tokens()), &paths);
        let kinds: Vec<_> = facts.iter().map(|fact| fact.kind).collect();
        assert_eq!(kinds, [FileKind::File, FileKind::Absent, FileKind::Folder, FileKind::File]);
        assert_eq!(facts[0].content, Some(Digest::of(b"@use <y>").to_hex()));
        assert_eq!(facts[0].content, facts[3].content);
        assert_eq!(facts[0].findings[0].name, "y");
        assert_eq!((facts[1].content.as_ref(), facts[2].content.as_ref()), (None, None));
        assert_ne!(facts[0].file, facts[3].file);
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

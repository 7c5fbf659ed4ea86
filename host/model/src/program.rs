//! Which file a program name means, and which plugin claims it. The file system is asked through a closure, since client
//! and daemon both need the rule.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What a search for a program found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// This one.
    Found(PathBuf),
    /// Only files that may not be executed; the first of them.
    NotExecutable(PathBuf),
    /// Nothing of the name.
    NotFound,
}

/// What the file system says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// A file that may be executed.
    Executable,
    /// There, but not to be executed.
    NotExecutable,
    /// Not there, or to be passed over: a link to zccache itself, which would call itself for ever.
    PassOver,
}

/// Finds `program` as a shell does: by PATH if the name has no slash, else from `directory`.
pub fn search(
    program: &OsStr,
    path: Option<&OsStr>,
    directory: &Path,
    mut look: impl FnMut(&Path) -> Candidate,
) -> Search {
    let mut refused = None;
    let mut consider = |candidate: PathBuf| match look(&candidate) {
        Candidate::Executable => Some(candidate),
        Candidate::NotExecutable => {
            refused.get_or_insert(candidate);
            None
        }
        Candidate::PassOver => None,
    };
    let found = if program.as_encoded_bytes().contains(&b'/') {
        consider(directory.join(program))
    } else {
        path.into_iter()
            .flat_map(std::env::split_paths)
            .find_map(|folder| consider(directory.join(folder).join(program)))
    };
    match (found, refused) {
        (Some(found), _) => Search::Found(found),
        (None, Some(refused)) => Search::NotExecutable(refused),
        (None, None) => Search::NotFound,
    }
}

/// How well a pattern of a plugin's `programs` fits a program name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A pattern of this many characters.
    Pattern(usize),
    /// The very name.
    Exact,
}

/// Whether `pattern` fits `name`: `*` stands for any text, `#` for one or more digits and dots.
pub fn fit(pattern: &str, name: &str) -> Option<Fit> {
    if pattern == name {
        return Some(Fit::Exact);
    }
    matches(pattern.as_bytes(), name.as_bytes()).then_some(Fit::Pattern(pattern.len()))
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|taken| matches(rest, &name[taken..])),
        Some((b'#', rest)) => {
            let digits = name.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
            (1..=digits).any(|taken| matches(rest, &name[taken..]))
        }
        Some((byte, rest)) => name.split_first().is_some_and(|(first, name)| first == byte && matches(rest, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_versions_and_prefixes_and_nothing_else() {
        assert_eq!(fit("cc", "cc"), Some(Fit::Exact));
        assert_eq!(fit("cc-#", "cc-12.2"), Some(Fit::Pattern(4)));
        assert_eq!(fit("cc-#", "cc-ar"), None);
        assert_eq!(fit("*-cc-#", "x86_64-linux-cc-12"), Some(Fit::Pattern(6)));
        assert_eq!(fit("*-cc", "x86_64-linux-cc-12"), None);
        assert!(fit("cc", "cc") > fit("*c", "cc"));
    }

    #[test]
    fn a_search_passes_over_links_to_the_cache_and_remembers_what_may_not_run() {
        let look = |path: &Path| match path.to_str() {
            Some("/links/cc") => Candidate::PassOver,
            Some("/plain/cc") => Candidate::NotExecutable,
            Some("/bin/cc" | "/here/sub/cc") => Candidate::Executable,
            _ => Candidate::PassOver,
        };
        let find =
            |program: &str, path: &str| search(OsStr::new(program), Some(OsStr::new(path)), Path::new("/here"), look);
        assert_eq!(find("cc", "/links:/plain:/bin"), Search::Found("/bin/cc".into()));
        assert_eq!(find("cc", "/links:/plain"), Search::NotExecutable("/plain/cc".into()));
        assert_eq!(find("cc", "/links"), Search::NotFound);
        assert_eq!(find("cc", "sub"), Search::Found("/here/sub/cc".into()));
        assert_eq!(find("sub/cc", ""), Search::Found("/here/sub/cc".into()));
    }
}

//! How the compiler called the linker, as it says itself.
//!
//! ```text
//! call ::= (NAME "=" word " ")* program (" " word)*        word ::= "\"" (character | "\\" character)* "\""
//! ```

use std::collections::HashSet;

use zccache_plugin_sdk::answer::refusal;
use zccache_plugin_sdk::contract::Refusal;
use zccache_plugin_sdk::path;

use crate::link_words::OF_SYSROOT;

/// The call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkerCall {
    /// What was run: a name or a path.
    pub program: String,
    /// The folders of `-B`.
    pub parts: Vec<String>,
    /// The folders of `-L`.
    pub folders: Vec<String>,
    /// The names of `-l`.
    pub libraries: Vec<String>,
    /// Words that are no options.
    pub files: HashSet<String>,
    /// What `-fuse-ld` names.
    pub linker: Option<String>,
    /// Files and folders that the caller named, not the compiler.
    of_caller: HashSet<String>,
}

/// What the compiler puts into a folder that it makes for a link.
const OF_LINK: [&str; 2] = ["/symbols.o", "/raw-dylibs"];

impl LinkerCall {
    /// Takes these words, files and folders of `-L`, for the caller's.
    pub(crate) fn set_apart<'a>(&mut self, words: impl Iterator<Item = &'a String>) {
        self.of_caller = words.map(|word| word.strip_prefix("-L").unwrap_or(word).to_owned()).collect();
    }

    /// Whether the compiler named this file.
    pub(crate) fn is_of_compiler(&self, file: &str) -> bool {
        self.files.contains(file) && !self.of_caller.contains(file)
    }

    /// The folder that the compiler made for this link, and removed: `rustc` and six characters of chance (`tempfile::Builder`).
    pub(crate) fn scratch(&self) -> Option<&str> {
        let paths = self.files.iter().chain(&self.folders).filter(|path| !self.of_caller.contains(path.as_str()));
        let mut folders = paths.filter_map(|path| OF_LINK.iter().find_map(|name| path.strip_suffix(name)));
        folders.find(|folder| {
            let chance = path::file_name(folder).strip_prefix("rustc");
            chance.is_some_and(|chance| chance.len() == 6 && chance.chars().all(|each| each.is_ascii_alphanumeric()))
        })
    }

    /// Reads it.
    pub(crate) fn parse(content: &[u8]) -> Result<LinkerCall, Refusal> {
        let unclear = |why: &str| refusal("linker-call", why);
        let text = std::str::from_utf8(content).map_err(|_| unclear("it is not UTF-8"))?;
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let (Some(line), None) = (lines.next(), lines.next()) else { return Err(unclear("it is not one line")) };
        let words = words(line).ok_or_else(|| unclear("its quotes are not understood"))?;
        let mut words = words.into_iter().skip_while(Word::is_variable).map(|word| word.text);
        let mut call = LinkerCall { program: words.next().unwrap_or_default(), ..LinkerCall::default() };
        if call.program.is_empty() {
            return Err(unclear("it names no program"));
        }
        while let Some(word) = words.next() {
            let mut value = |short: &str| match word.strip_prefix(short) {
                Some("") => words.next(),
                Some(value) => Some(value.to_owned()),
                None => None,
            };
            if word.starts_with('@') {
                return Err(unclear("its words stand in a file"));
            } else if let Some(linker) = word.strip_prefix("-fuse-ld=") {
                call.linker = Some(linker.to_owned());
            } else if word.starts_with("-L") {
                call.folders.extend(value("-L"));
            } else if word.starts_with("-B") {
                call.parts.extend(value("-B"));
            } else if word.starts_with("-l") {
                call.libraries.extend(value("-l"));
            } else if !word.starts_with('-') {
                call.files.insert(word);
            }
        }
        if call.folders.iter().any(|folder| OF_SYSROOT.iter().any(|start| folder.starts_with(start))) {
            return Err(unclear("a folder lies below the linker's own"));
        }
        Ok(call)
    }
}

/// A word of a call.
struct Word {
    text: String,
    /// It does not begin with a quote: what is set for the program stands before it so.
    bare: bool,
}

impl Word {
    fn is_variable(&self) -> bool {
        self.bare && self.text.contains('=')
    }
}

/// None: something else than plain characters is escaped.
fn words(line: &str) -> Option<Vec<Word>> {
    let mut words: Vec<Word> = Vec::new();
    let (mut open, mut quoted) = (false, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == ' ' && !quoted {
            open = false;
            continue;
        }
        if !open {
            words.push(Word { text: String::new(), bare: character != '"' });
            open = true;
        }
        let word = words.last_mut()?;
        match character {
            '"' => quoted = !quoted,
            '\\' => match characters.next()? {
                plain @ ('"' | '\\' | '\'') => word.text.push(plain),
                _ => return None,
            },
            other => word.text.push(other),
        }
    }
    (!quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_as_the_compiler_writes_it() {
        let line = r#"LC_ALL="C" PATH="/a b:/c" "cc" "-m64" "x \"y\".o" "-Wl,-Bdynamic" "-lgcc_s" "-l" "c" "-L" "/l" "-L/m" "-B/g" "-fuse-ld=lld""#;
        let call = LinkerCall::parse(format!("{line}\n").as_bytes()).unwrap();
        assert_eq!((call.program.as_str(), call.linker.as_deref()), ("cc", Some("lld")));
        assert_eq!(call.libraries, ["gcc_s", "c"]);
        assert_eq!((call.folders.join(" "), call.parts.join(" ")), ("/l /m".into(), "/g".into()));
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        for call in [
            &b""[..],
            b"A=\"b\"",
            b"\"cc\" \"@list\"",
            b"\"cc\" \"\\u{1}\"",
            b"\"cc",
            b"\"cc\"\n\"cc\"",
            b"\xff",
            b"\"cc\" \"-L\" \"=/x\"",
            b"\"cc\" \"-L$SYSROOT/x\"",
        ] {
            assert!(LinkerCall::parse(call).is_err(), "{call:?}");
        }
    }
}

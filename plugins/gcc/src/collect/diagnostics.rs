//! Messages quote the source line that they are about. Where a `#line` directive says that the line comes from another
//! file, gcc opens that file to quote it: its content is in the result, and no depfile lists it.

use std::collections::HashSet;

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::Refusal;

/// What messages call places that are in no file, unless a `#line` directive names a file so.
const NOWHERE: [&str; 6] =
    ["<built-in>", "<command-line>", "<command line>", "<stdin>", "<scratch space>", "<inline asm>"];

/// Refuses a run whose messages are about files that it is not known to have read. The answer is what would be quoted if it were
/// there.
pub(super) fn check<'p>(stderr: &[u8], paths: impl Iterator<Item = &'p String>) -> Result<Vec<String>, Refusal> {
    let mut nowhere = Vec::new();
    if stderr.is_empty() {
        return Ok(nowhere);
    }
    // Depfiles leave out a leading `./` that messages show.
    let plain_path = |path: &str| path.trim_start_matches("./").to_owned();
    let read: HashSet<String> = paths.map(|path| plain_path(path)).collect();
    let text = plain(&String::from_utf8_lossy(stderr));
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.strip_prefix("In file included from ").unwrap_or(line);
        let line = line.strip_prefix("from ").unwrap_or(line);
        for file in places(line) {
            let is_known = |file: &str| NOWHERE.contains(&file) || read.contains(&plain_path(file));
            let is_column = || without_line(file).is_some_and(is_known);
            if !is_known(file) && !is_column() {
                return Err(answer::refusal("line-directive", format!("a message is about {file}")));
            }
            if NOWHERE.contains(&file) && !nowhere.iter().any(|known| known == file) {
                nowhere.push(file.to_owned());
            }
        }
    }
    Ok(nowhere)
}

/// All that can be the file of `file:12:` or `file:12,` at the start of a line: a file's name may look so too.
fn places(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices(':').filter_map(|(colon, _)| {
        let rest = &line[colon + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let ends = matches!(rest.as_bytes().get(digits), Some(b':' | b','));
        (colon > 0 && digits > 0 && ends).then(|| &line[..colon])
    })
}

/// The file of `file:12`, behind which a column stands.
fn without_line(place: &str) -> Option<&str> {
    let (file, line) = place.rsplit_once(':')?;
    (!line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())).then_some(file)
}

/// Text without the terminal's escape sequences: colours and links.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            Some('[') => while rest.next().is_some_and(|each| !each.is_ascii_alphabetic()) {},
            Some(']') => {
                while let Some(each) = rest.next() {
                    if each == '\u{7}' || (each == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(stderr: &str) -> bool {
        check(stderr.as_bytes(), ["a.c".to_owned(), "dir/b.h".to_owned()].iter()).is_err()
    }

    #[test]
    fn messages_about_files_that_were_read_are_stored() {
        assert!(!refused(""));
        assert!(!refused("In file included from dir/b.h:3,\n                 from a.c:1:\na.c:2:18: warning: x\n"));
        assert!(!refused("./dir/b.h:3:1: warning: x\n"));
        assert!(!refused("a.c: In function 'f':\n    2 | int f(void)\ncc1: warning: y\n<command-line>:0: note\n"));
        assert!(!refused("\u{1b}[01m\u{1b}[Ka.c:2:18:\u{1b}[m\u{1b}[K \u{1b}]8;;http://x:80/\u{7}w\u{1b}]8;;\u{7}\n"));
    }

    #[test]
    fn messages_about_other_files_are_not() {
        assert!(refused("p.y:2:18: warning: unused variable\n"));
        assert!(refused("\u{1b}[1mp.y:2:18: \u{1b}[0mwarning\n"));
        assert!(refused("In file included from p.y:3:\n"));
        assert!(refused("<g>:2:18: warning: unused variable\n"));
    }

    #[test]
    fn a_name_that_begins_like_one_that_was_read_is_another() {
        assert!(refused("a.c:1:y:2:18: warning: unused variable\n"));
        assert!(refused("a.c:1:2:18: warning: unused variable\n"));
        assert!(refused("a.c:1: y:2:18: warning: unused variable\n"));
        assert!(refused("In file included from a.c:1:y:3:\n"));
    }

    #[test]
    fn what_is_in_no_file_is_said_to_be_read_if_there_is_one() {
        let said = "<command-line>: note: x\n<stdin>:1:2: warning\n<stdin>:2:2: warning\n";
        assert_eq!(check(said.as_bytes(), [].iter()).unwrap(), ["<stdin>"]);
    }
}

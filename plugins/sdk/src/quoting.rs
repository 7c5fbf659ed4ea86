//! How response files are taken apart. Where tools, or versions of one tool, differ, the answer is an error: a guess could
//! hide an argument.

use std::fmt;

/// Why a response file's arguments are not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncertain {
    /// It is not UTF-8.
    NotUnicode,
    /// It begins with a byte order mark or holds a zero byte, a vertical tab or a form feed.
    Character,
    /// A backslash stands where some versions take it literally: before a line's end, inside single quotes, or inside
    /// double quotes before anything but a quote or a backslash.
    Backslash,
    /// A quote or a backslash is never completed.
    Unfinished,
}

impl fmt::Display for Uncertain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Uncertain::NotUnicode => "it is not UTF-8",
            Uncertain::Character => "it holds a character that tools take differently",
            Uncertain::Backslash => "it holds a backslash that tools take differently",
            Uncertain::Unfinished => "a quote in it is never closed",
        })
    }
}

impl std::error::Error for Uncertain {}

/// The arguments in a response file of GNU tools: separated by blanks and line ends, with single and double quotes and
/// backslashes.
pub fn gnu(content: &[u8]) -> Result<Vec<String>, Uncertain> {
    let text = std::str::from_utf8(content).map_err(|_| Uncertain::NotUnicode)?;
    if text.contains(['\u{feff}', '\0', '\u{b}', '\u{c}']) {
        return Err(Uncertain::Character);
    }
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => arguments.extend(current.take()),
            '\'' => {
                let part = current.get_or_insert_default();
                loop {
                    match characters.next().ok_or(Uncertain::Unfinished)? {
                        '\'' => break,
                        '\\' => return Err(Uncertain::Backslash),
                        other => part.push(other),
                    }
                }
            }
            '"' => double_quoted(&mut characters, current.get_or_insert_default())?,
            '\\' => match characters.next().ok_or(Uncertain::Unfinished)? {
                '\n' | '\r' => return Err(Uncertain::Backslash),
                other => current.get_or_insert_default().push(other),
            },
            other => current.get_or_insert_default().push(other),
        }
    }
    arguments.extend(current);
    Ok(arguments)
}

fn double_quoted(characters: &mut std::str::Chars<'_>, part: &mut String) -> Result<(), Uncertain> {
    loop {
        match characters.next().ok_or(Uncertain::Unfinished)? {
            '"' => return Ok(()),
            '\\' => match characters.next().ok_or(Uncertain::Unfinished)? {
                quoted @ ('"' | '\\') => part.push(quoted),
                _ => return Err(Uncertain::Backslash),
            },
            other => part.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_blanks_and_backslashes_mean_what_they_mean_to_the_tools() {
        let arguments = gnu(b"-DA=\"x y\" -D\"B=\\\"q\\\"\"\n@n 'a b'\\ c \\\\-O2 \"\" ''").unwrap();
        assert_eq!(arguments, ["-DA=x y", "-DB=\"q\"", "@n", "a b c", "\\-O2", "", ""]);
        assert_eq!(gnu(b" \n\t ").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_tools_take_differently_is_an_error() {
        for (content, why) in [
            (&b"a\\\nb"[..], Uncertain::Backslash),
            (b"'a\\b'", Uncertain::Backslash),
            (b"\"a\\b\"", Uncertain::Backslash),
            (b"'a", Uncertain::Unfinished),
            (b"a\\", Uncertain::Unfinished),
            (b"a\x0bb", Uncertain::Character),
            (b"\xef\xbb\xbfa", Uncertain::Character),
            (b"\xff", Uncertain::NotUnicode),
        ] {
            assert_eq!(gnu(content), Err(why), "{content:?}");
        }
    }

    proptest! {
        #[test]
        fn quoted_arguments_come_back(arguments in proptest::collection::vec("[ -~]{0,8}", 0..6)) {
            let quoted: Vec<String> = arguments
                .iter()
                .map(|argument| format!("\"{}\"", argument.replace('\\', "\\\\").replace('"', "\\\"")))
                .collect();
            prop_assert_eq!(gnu(quoted.join("\n").as_bytes()), Ok(arguments));
        }
    }
}

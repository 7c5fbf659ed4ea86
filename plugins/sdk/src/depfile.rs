//! Dependency files in make's syntax, as compilers write them.
//!
//! ```text
//! file  ::= (rule | blank line)*
//! rule  ::= target+ ":" (blank prerequisite)* line-end
//! ```
//!
//! A backslash before a line's end continues the line, `\ ` and `\#` are a blank and a hash in a name, `\:` is a colon,
//! `$$` is a dollar; in a target, which a caller may have given as it is, `$` may also begin a variable. Backslashes before a blank
//! are doubled. A line ends with a line feed, which a carriage return may
//! precede. A name that cannot be told is an error.

use std::fmt;

/// Targets and what they depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Left of the colon.
    pub targets: Vec<String>,
    /// Right of it, in order.
    pub prerequisites: Vec<String>,
}

/// What is wrong with a dependency file, and in which line, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A name is not UTF-8.
    NotUnicode(usize),
    /// Names without a colon between targets and prerequisites, or a rule without a target.
    NoRule(usize),
    /// A dollar that is not doubled: a variable, which no compiler writes.
    Dollar(usize),
    /// A carriage return inside a line: compilers write one in a name as it is, make takes it for a blank.
    CarriageReturn(usize),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::NotUnicode(line) => write!(f, "line {line} holds a name that is not UTF-8"),
            Malformed::NoRule(line) => write!(f, "line {line} is no rule"),
            Malformed::Dollar(line) => write!(f, "line {line} holds a variable"),
            Malformed::CarriageReturn(line) => write!(f, "line {line} holds a carriage return"),
        }
    }
}

impl std::error::Error for Malformed {}

/// The rules of a dependency file, in order, those without prerequisites too.
pub fn parse(content: &[u8]) -> Result<Vec<Rule>, Malformed> {
    let mut reader = Reader { rest: content, line: 1, in_targets: true };
    let mut rules = Vec::new();
    let mut rule = Rule::default();
    let mut in_targets = true;
    while let Some(item) = reader.next()? {
        match item {
            Item::Name { name, colon } => {
                if in_targets {
                    rule.targets.push(name);
                } else {
                    rule.prerequisites.push(name);
                }
                in_targets &= !colon;
                reader.in_targets = in_targets;
            }
            Item::Colon if in_targets => {
                in_targets = false;
                reader.in_targets = false;
            }
            Item::Colon => return Err(Malformed::NoRule(reader.line)),
            Item::LineEnd => {
                let finished = std::mem::take(&mut rule);
                let empty = finished.targets.is_empty() && finished.prerequisites.is_empty() && in_targets;
                if !empty {
                    if in_targets || finished.targets.is_empty() {
                        return Err(Malformed::NoRule(reader.line));
                    }
                    rules.push(finished);
                }
                in_targets = true;
                reader.in_targets = true;
            }
        }
    }
    // A file that ends inside a rule was cut off.
    if rule == Rule::default() && in_targets { Ok(rules) } else { Err(Malformed::NoRule(reader.line)) }
}

/// All prerequisites of all rules, each once, in order.
pub fn prerequisites(content: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut seen = std::collections::HashSet::new();
    let mut names: Vec<String> = parse(content)?.into_iter().flat_map(|rule| rule.prerequisites).collect();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

enum Item {
    /// A name; `colon`: the separator of a rule follows it directly.
    Name {
        name: String,
        colon: bool,
    },
    /// The separator, after a blank.
    Colon,
    LineEnd,
}

struct Reader<'a> {
    rest: &'a [u8],
    line: usize,
    in_targets: bool,
}

impl Reader<'_> {
    /// The next item; the end of the file ends the last line.
    fn next(&mut self) -> Result<Option<Item>, Malformed> {
        loop {
            match self.rest {
                [] => return Ok(None),
                [b' ' | b'\t', ..] => self.rest = &self.rest[1..],
                [b'\\', b'\n', ..] => self.skip_line(2),
                [b'\\', b'\r', b'\n', ..] => self.skip_line(3),
                [b'\n', ..] => {
                    self.skip_line(1);
                    return Ok(Some(Item::LineEnd));
                }
                [b'\r', b'\n', ..] => {
                    self.skip_line(2);
                    return Ok(Some(Item::LineEnd));
                }
                [b':', ..] if begins_with_gap(&self.rest[1..]) => {
                    self.rest = &self.rest[1..];
                    return Ok(Some(Item::Colon));
                }
                _ => return self.name().map(Some),
            }
        }
    }

    fn skip_line(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.line += 1;
    }

    fn name(&mut self) -> Result<Item, Malformed> {
        let mut name = Vec::new();
        let mut colon = false;
        loop {
            match self.rest {
                [] => break,
                rest if begins_with_gap(rest) => break,
                [b':', rest @ ..] if begins_with_gap(rest) => {
                    self.rest = rest;
                    colon = true;
                    break;
                }
                [b'$', b'$', rest @ ..] => {
                    name.push(b'$');
                    self.rest = rest;
                }
                [b'$', ..] if !self.in_targets => return Err(Malformed::Dollar(self.line)),
                [b'\r', ..] => return Err(Malformed::CarriageReturn(self.line)),
                [b'\\', ..] => self.backslashes(&mut name),
                [byte, rest @ ..] => {
                    name.push(*byte);
                    self.rest = rest;
                }
            }
        }
        let name = String::from_utf8(name).map_err(|_| Malformed::NotUnicode(self.line))?;
        Ok(Item::Name { name, colon })
    }

    /// Backslashes inside a name: doubled before a blank, one more before a hash or a colon, else literal.
    fn backslashes(&mut self, name: &mut Vec<u8>) {
        let count = self.rest.iter().take_while(|byte| **byte == b'\\').count();
        let after = self.rest.get(count).copied();
        match after {
            Some(b' ' | b'\t') => {
                name.extend(std::iter::repeat_n(b'\\', count / 2));
                self.rest = &self.rest[count..];
                if count % 2 == 1 {
                    name.extend(after);
                    self.rest = &self.rest[1..];
                }
            }
            Some(b'#' | b':') if !(after == Some(b':') && begins_with_gap(&self.rest[count + 1..])) => {
                name.extend(std::iter::repeat_n(b'\\', count - 1));
                name.extend(after);
                self.rest = &self.rest[count + 1..];
            }
            // The last backslash continues the line; those before it belong to the name.
            Some(b'\n' | b'\r') if begins_with_gap(&self.rest[count - 1..]) => {
                name.extend(std::iter::repeat_n(b'\\', count - 1));
                self.rest = &self.rest[count - 1..];
            }
            _ => {
                name.extend(std::iter::repeat_n(b'\\', count));
                self.rest = &self.rest[count..];
            }
        }
    }
}

/// Whether a name ends here. A colon before such a gap separates the parts of a rule.
fn begins_with_gap(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"\\").filter(|after| begins_with_line_end(after)).unwrap_or(rest);
    matches!(rest, [] | [b' ' | b'\t', ..]) || begins_with_line_end(rest)
}

fn begins_with_line_end(rest: &[u8]) -> bool {
    rest.starts_with(b"\n") || rest.starts_with(b"\r\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(targets: &[&str], prerequisites: &[&str]) -> Rule {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Rule { targets: texts(targets), prerequisites: texts(prerequisites) }
    }

    #[test]
    fn rules_continue_over_lines_and_phony_ones_have_no_prerequisites() {
        let content = b"t1 t2 q$$: a.c /usr/x.h \\\n b.h\n\nb.h:\n/usr/x.h:\n";
        let rules = parse(content).unwrap();
        assert_eq!(
            rules,
            [rule(&["t1", "t2", "q$"], &["a.c", "/usr/x.h", "b.h"]), rule(&["b.h"], &[]), rule(&["/usr/x.h"], &[])]
        );
        assert_eq!(prerequisites(content).unwrap(), ["a.c", "/usr/x.h", "b.h"]);
    }

    #[test]
    fn names_with_blanks_dollars_hashes_and_colons_are_read_as_written() {
        let content = b"c\\:d.o: sp\\ ace/b.h do$$l\\#ar.h x:y.h back\\slash.h two\\\\\\ x.h last.h\\\n";
        assert_eq!(
            parse(&[&content[..], b" z.h"].concat()).err(),
            Some(Malformed::NoRule(2)),
            "a file that ends inside a rule is no depfile"
        );
        assert_eq!(
            prerequisites(&[&content[..], b" z.h\n"].concat()).unwrap(),
            ["sp ace/b.h", "do$l#ar.h", "x:y.h", "back\\slash.h", "two\\ x.h", "last.h", "z.h"]
        );
        assert_eq!(parse(b"x : a\r\n").unwrap(), [rule(&["x"], &["a"])]);
    }

    #[test]
    fn what_is_no_rule_is_an_error_with_its_line() {
        assert_eq!(parse(b"a.o: \xff.h\n"), Err(Malformed::NotUnicode(1)));
        assert_eq!(parse(b"a.o: b.h\nnothing\n"), Err(Malformed::NoRule(3)));
        assert_eq!(parse(b"a.o: $(B)\n"), Err(Malformed::Dollar(1)));
        assert_eq!(parse(b"$(O)/a.o $b: x.h\n$(P): $(Q)\n"), Err(Malformed::Dollar(2)));
        assert_eq!(prerequisites(b"$(O)/a.o $b: x.h\nx.h:\n").unwrap(), ["x.h"]);
        assert_eq!(parse(b"a.o: b\rc.h\n"), Err(Malformed::CarriageReturn(1)));
        assert_eq!(parse(b"a.o: b.h\r\nc.o: b\\\rc.h\n"), Err(Malformed::CarriageReturn(2)));
        assert_eq!(parse(b""), Ok(Vec::new()));
    }

    fn escape(name: &str) -> String {
        let mut escaped = String::new();
        for character in name.chars() {
            match character {
                ' ' | '\t' => {
                    let before = escaped.chars().rev().take_while(|last| *last == '\\').count();
                    escaped.extend(std::iter::repeat_n('\\', before + 1));
                }
                '$' => escaped.push('$'),
                '#' => escaped.push('\\'),
                _ => {}
            }
            escaped.push(character);
        }
        escaped
    }

    proptest! {
        #[test]
        fn names_written_as_compilers_write_them_come_back(
            names in proptest::collection::vec("[a-z$ #/.\\\\]{0,6}[a-z]", 1..5),
        ) {
            let escaped: Vec<String> = names.iter().map(|name| escape(name)).collect();
            let content = format!("a.o: {}\n", escaped.join(" \\\n "));
            prop_assert_eq!(parse(content.as_bytes()).unwrap()[0].prerequisites.clone(), names);
        }

        #[test]
        fn no_bytes_break_the_reader(
            content in proptest::collection::vec(
                prop_oneof![proptest::sample::select(b" \t\r\n\\:$#a".to_vec()), any::<u8>()],
                0..60,
            ),
        ) {
            parse(&content).ok();
        }
    }
}

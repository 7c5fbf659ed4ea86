//! What the compiler said: for programs, a line of JSON for each message (the rustc book, "JSON Output"); for people, text.

use std::collections::BTreeSet;

use serde::Deserialize;
use zccache_plugin_sdk::contract::Outcome;

/// All that was said.
pub(crate) struct Messages {
    structured: Vec<Message>,
    /// Lines that are no messages for programs, without colours.
    plain: Vec<String>,
}

/// A message for programs.
#[derive(Deserialize)]
pub(crate) struct Message {
    /// What it is about.
    pub message: String,
    /// Of the error or the lint.
    code: Option<Code>,
    /// `error`, `warning`, `note`, ...
    pub level: String,
    spans: Vec<Span>,
    /// Notes and help.
    pub children: Vec<Message>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
    def_site_span: Option<Span>,
}

/// The start of a line of JSON that tells of a file that was written.
const NOTICE: &str = "{\"$message_type\":\"artifact\"";

impl Messages {
    /// Reads both streams. Where the caller's two streams are one, the first holds both.
    pub(crate) fn of(outcome: &Outcome) -> Messages {
        let mut messages = Messages { structured: Vec::new(), plain: Vec::new() };
        for stream in [&outcome.stdout, &outcome.stderr] {
            let text = String::from_utf8_lossy(stream);
            for line in text.lines().filter(|line| !line.starts_with(NOTICE)) {
                match serde_json::from_str::<Message>(line) {
                    Ok(message) => messages.structured.push(message),
                    Err(_) => messages.plain.push(without_colours(line)),
                }
            }
        }
        messages
    }

    /// Nothing was said.
    pub(crate) fn are_none(&self) -> bool {
        self.structured.is_empty() && self.plain.is_empty()
    }

    /// Messages for programs.
    pub(crate) fn structured(&self) -> &[Message] {
        &self.structured
    }

    /// Lines for people.
    pub(crate) fn plain(&self) -> &[String] {
        &self.plain
    }

    /// Whether any message holds these words.
    pub(crate) fn say(&self, words: &str) -> bool {
        self.plain.iter().any(|line| line.contains(words)) || self.structured.iter().any(|message| message.says(words))
    }

    /// Whether a message that is about no place in a source holds one of these words.
    pub(crate) fn say_of_no_source(&self, words: &[&str]) -> bool {
        let holds = |text: &str| words.iter().any(|word| text.contains(word));
        let is_header = |line: &&String| line.starts_with("warning: ") || line.starts_with("error: ");
        let mut structured = self.structured.iter().filter(|message| message.spans.is_empty());
        structured.any(|message| holds(&message.message)) || self.plain.iter().filter(is_header).any(|line| holds(line))
    }

    /// Files of which lines were shown: what they hold, or that they are not there, is in the message.
    pub(crate) fn shown(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        self.structured.iter().for_each(|message| message.show(&mut files));
        for line in &self.plain {
            let arrow = line.split_once("--> ").or_else(|| line.split_once("::: "));
            // A path, a line and a column.
            let file = arrow.and_then(|(_, place)| place.rsplitn(3, ':').nth(2));
            files.extend(file.map(str::to_owned));
        }
        files.retain(|file| !file.is_empty() && !file.starts_with('<'));
        files
    }
}

/// A line as it is read: without what sets a terminal's colours (`ESC [ 1 m`) or makes links of codes (`ESC ] 8 ; ; url ESC \`).
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = match part.chars().next() {
            Some('[') => part.split_once(|end: char| end.is_ascii_alphabetic()).map(|(_, rest)| rest),
            // Ends where the next begins, or with a bell.
            Some(']') => part.split_once('\u{7}').map(|(_, rest)| rest),
            Some('\\') => Some(&part[1..]),
            _ => Some(part),
        };
        text += rest.unwrap_or_default();
    }
    text
}

impl Message {
    /// The code of the error or the name of the lint.
    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str())
    }

    /// Whether it or a part of it holds these words. An explanation of its code is none of it.
    pub(crate) fn says(&self, words: &str) -> bool {
        let rendered = self.rendered.as_ref().is_some_and(|text| text.contains(words));
        rendered || self.message.contains(words) || self.children.iter().any(|child| child.says(words))
    }

    fn show(&self, files: &mut BTreeSet<String>) {
        self.spans.iter().for_each(|span| span.show(files));
        self.children.iter().for_each(|child| child.show(files));
    }
}

impl Span {
    fn show(&self, files: &mut BTreeSet<String>) {
        files.insert(self.file_name.clone());
        if let Some(expansion) = &self.expansion {
            expansion.span.show(files);
            expansion.def_site_span.iter().for_each(|span| span.show(files));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A run that failed and said this.
    pub(crate) fn outcome(stderr: &str) -> Outcome {
        Outcome {
            state: Vec::new(),
            directory: "/w".to_owned(),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
            joined: false,
            dependencies: Vec::new(),
            facts: Vec::new(),
            found: Vec::new(),
            companions: Vec::new(),
            code: 1,
            more: Vec::new(),
        }
    }

    #[test]
    fn colours_and_links_are_no_part_of_a_line() {
        let line = "\u{1b}[1m\u{1b}[91merror[\u{1b}]8;;https://x/E0583\u{1b}\\E0583\u{1b}]8;;\u{1b}\\]\u{1b}[0m: m";
        assert_eq!(without_colours(line), "error[E0583]: m");
        let arrow = " \u{1b}[94m--> \u{1b}[0ma b.rs:1:2";
        let messages = Messages::of(&outcome(arrow));
        assert_eq!(messages.shown().into_iter().collect::<Vec<_>>(), ["a b.rs"]);
    }

    #[test]
    fn messages_about_folders_are_told_from_those_about_sources() {
        let said = |text: &str| Messages::of(&outcome(text)).say_of_no_source(&["session dir"]);
        let json = |spans: &str| {
            format!(
                r#"{{"message":"in session dir `x`","code":null,"level":"warning","spans":[{spans}],"children":[],"rendered":""}}"#
            )
        };
        assert!(said("warning: in session dir `x`\n") && said(&json("")));
        assert!(
            !said("warning: unused\n1 | let session dir\n") && !said(&json(r#"{"file_name":"a.rs","expansion":null}"#))
        );
    }

    #[test]
    fn files_of_which_lines_are_shown_are_found() {
        let json = r#"{"message":"m","code":null,"level":"warning","spans":[{"file_name":"b/b.rs","expansion":{"span":{"file_name":"a.rs","expansion":null},"def_site_span":{"file_name":"<::m>","expansion":null}}}],"children":[],"rendered":"x"}"#;
        let plain = "warning: m\n  --> src/x y.rs:1:2\n   ::: /c:d/z.rs:10:20\n";
        let notice = "{\"$message_type\":\"artifact\",\"artifact\":\"x\",\"emit\":\"link\"}";
        let messages = Messages::of(&outcome(&format!("{json}\n{notice}\n{plain}")));
        assert_eq!(messages.shown().into_iter().collect::<Vec<_>>(), ["/c:d/z.rs", "a.rs", "b/b.rs", "src/x y.rs"]);
        assert!(Messages::of(&outcome(notice)).are_none());
    }
}

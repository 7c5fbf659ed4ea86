//! Text that came out of a plugin and goes to a log or a terminal.

/// Most characters of a message.
const MESSAGE: usize = 300;
/// Most characters of a code that statistics count by.
const CODE: usize = 64;

/// The text as one line of bounded length, without characters that a terminal would act on.
pub(crate) fn line(text: &str) -> String {
    bounded(text, MESSAGE)
}

/// The same, for a short code.
pub(crate) fn code(text: &str) -> String {
    bounded(text, CODE)
}

fn bounded(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most));
    let mut left = most;
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if left == 0 {
                line.push_str("...");
                return line;
            }
            left -= 1;
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{code, line};

    #[test]
    fn a_message_becomes_one_bounded_line_that_no_terminal_acts_on() {
        assert_eq!(line("one\n\ttwo \u{1b}[31mred\u{7}"), "one two [31mred");
        assert_eq!(line(&"x".repeat(1000)), format!("{}...", "x".repeat(300)));
        assert_eq!(code(&"y".repeat(64)), "y".repeat(64));
    }
}

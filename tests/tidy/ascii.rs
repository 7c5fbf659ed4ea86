//! Sources are ASCII, but for strings that need more.

use crate::text::{assert_none, below};

#[test]
fn other_characters_stand_in_strings_only() {
    let mut breaches = Vec::new();
    for folder in ["host", "plugins", "tests", "xtask", "wit"] {
        for source in below(folder) {
            let suffix = source.path.rsplit('.').next().unwrap_or_default();
            if !["rs", "toml", "wit", "c", "h", "wat"].contains(&suffix) {
                continue;
            }
            let lines = source.lines().filter(|(_, line)| has_other_outside_of_string(line));
            breaches.extend(lines.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
        }
    }
    assert_none(&breaches, "characters beyond ASCII stand outside of strings");
}

/// Within one line: after an odd number of quotation marks a string is open.
fn has_other_outside_of_string(line: &str) -> bool {
    let mut open = false;
    let comment = line.trim_start().starts_with("//");
    line.chars().any(|character| {
        open ^= character == '"';
        !character.is_ascii() && (comment || !open)
    })
}

//! Scripts that have `env` look for their interpreter.

/// The program that `env` is asked to run by the rest of a script's first line.
pub(crate) fn program_of_env(argument: &str) -> Option<&str> {
    argument.split_whitespace().find_map(|word| match word.strip_prefix("-S") {
        Some(joined) => (!joined.is_empty()).then_some(joined),
        None => (!word.starts_with('-') && !word.contains('=')).then_some(word),
    })
}

#[cfg(test)]
mod tests {
    use super::program_of_env;

    #[test]
    fn options_and_assignments_are_no_programs() {
        for (argument, program) in [
            ("name", Some("name")),
            ("-S name -u", Some("name")),
            ("-Sname -u", Some("name")),
            ("-i A=b name", Some("name")),
            ("-i", None),
            ("", None),
        ] {
            assert_eq!(program_of_env(argument), program, "{argument}");
        }
    }
}

//! Runs that failed. A failure is kept only where what the compiler read explains it: every error has a code of those that
//! sources alone can cause, or is a lint's. Whatever else fails may fail for another reason the next time, or not at all.

use zccache_plugin_sdk::answer::{maybe, refusal};
use zccache_plugin_sdk::contract::{Input, Observe, Refusal};

use super::messages::Messages;

/// What rustc ends with when it has found errors. It ends with 101 when it has failed itself.
const ERRORS: u32 = 1;

/// Errors in sources and in the crates that are given by path: types, borrows, names. None of those that can be about files,
/// crates or libraries that were looked for (E0432 and E0433 speak of files that could be modules, E0761 of two in one's place),
/// about the machine, or about the compiler.
#[rustfmt::skip]
const CODES: &[u16] = &[
    4, 5, 23, 26, 27, 40, 46, 50, 53, 54, 57, 60, 61, 62, 63, 69, 72, 106, 107, 117, 119, 124, 133, 185, 186, 191, 195, 200, 201,
    204, 207, 210, 220, 221, 223, 225, 229, 252, 255, 261, 262, 263, 267, 268, 271, 275, 276, 277, 282, 283, 308, 309, 310, 317,
    364, 365, 369, 370, 373, 379, 381, 382, 383, 384, 391, 392, 403, 404, 405, 407, 408, 411, 412, 415, 416, 423, 424, 425, 426,
    428, 429, 430, 431, 434, 435, 437, 438, 446, 449, 451, 499, 500, 501, 502, 503, 505, 506, 507, 508, 509, 510, 515, 516, 520,
    521, 527, 528, 529, 530, 532, 559, 560, 562, 571, 572, 581, 592, 593, 594, 596, 597, 599, 600, 603, 604, 605, 606, 607, 608,
    609, 610, 614, 615, 616, 617, 618, 620, 621, 623, 624, 689, 700, 703, 716, 728, 746,
];
/// A module without a file: the compiler says where it looked.
const NO_MODULE: &str = "E0583";
const LOOKED_FOR: &str = "create file ";
/// Said of an error in what a macro made. What a macro makes can depend on what nobody knows of.
const OF_MACRO: &str = "originates in the";

/// Files that must go on being absent. `linked`: it came as far as the linker.
pub(crate) fn looked_for(messages: &Messages, code: u32, linked: bool) -> Result<Vec<Input>, Refusal> {
    if linked {
        return Err(refusal("failed-link", "what a failed link read is not known"));
    }
    if code != ERRORS || messages.say(OF_MACRO) {
        return Err(refusal("failed", "not only sources failed it"));
    }
    let (mut places, mut explained) = (Vec::new(), 0);
    for message in messages.structured().iter().filter(|message| message.level.starts_with("error")) {
        let looked = message.children.iter().flat_map(|note| named(&note.message)).collect();
        places.extend(explain(message.code(), &message.message, looked)?);
        explained += usize::from(message.code().is_some());
    }
    for (index, line) in messages.plain().iter().enumerate().filter(|(_, line)| line.starts_with("error")) {
        let code = line.strip_prefix("error[").and_then(|rest| rest.split(']').next());
        let said = line.split_once(": ").map_or("", |(_, said)| said);
        let notes = messages.plain()[index + 1..].iter().take_while(|line| !line.starts_with("error"));
        places.extend(explain(code, said, notes.flat_map(|note| named(note)).collect())?);
        explained += usize::from(code.is_some());
    }
    if explained == 0 {
        return Err(refusal("failed", "no error is told in a way that is known"));
    }
    Ok(places.into_iter().map(|file| maybe(file, Observe::Kind)).collect())
}

/// Whether an error is explained: the files that must go on being absent for it. `looked`: those that it names.
fn explain(code: Option<&str>, said: &str, looked: Vec<String>) -> Result<Vec<String>, Refusal> {
    let is_lint = |code: &str| {
        !code.is_empty() && code.chars().all(|each| each.is_ascii_lowercase() || "_:0123456789".contains(each))
    };
    let of_source = |code: &str| {
        code.strip_prefix('E').and_then(|code| code.parse().ok()).is_some_and(|code| CODES.contains(&code))
    };
    match code {
        None if said.starts_with("aborting due to ") => Ok(Vec::new()),
        Some(NO_MODULE) if looked.is_empty() => Err(refusal("failed", "it does not say where it looked for a module")),
        Some(NO_MODULE) => Ok(looked),
        Some(code) if of_source(code) || is_lint(code) => Ok(Vec::new()),
        _ => Err(refusal("failed", format!("{}: {said}", code.unwrap_or("an error without a code")))),
    }
}

/// The names behind `create file`: `"a.rs" or "a/mod.rs"`.
fn named(text: &str) -> Vec<String> {
    let Some((_, text)) = text.split_once(LOOKED_FOR) else { return Vec::new() };
    let Some(first) = text.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { return Vec::new() };
    let mut names = vec![first.to_owned()];
    let rest = &text[first.len() + "\"\"".len()..];
    names.extend(rest.strip_prefix(" or \"").and_then(|rest| rest.split('"').next()).map(str::to_owned));
    if names.iter().any(|name| name.contains('\\')) { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    use super::super::messages::tests::outcome;
    use super::*;

    fn files(said: &str) -> Result<Vec<String>, Refusal> {
        let files = looked_for(&Messages::of(&outcome(said)), 1, false)?;
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    fn json(code: &str, message: &str, help: &str) -> String {
        format!(
            r#"{{"$message_type":"diagnostic","message":"{message}","code":{code},"level":"error","spans":[],"children":[{{"message":"{help}","code":null,"level":"help","spans":[],"children":[],"rendered":null}}],"rendered":"error"}}"#
        )
    }

    #[test]
    fn the_places_of_a_missing_module_must_stay_empty() {
        let plain = "error[E0583]: file not found for module `x`\n = help: to create the module `x`, create file \
                     \"src/x.rs\" or \"src/x/mod.rs\"\n\nerror: aborting due to 1 previous error\n";
        let help = r#"to create the module `x`, create file \"src/x.rs\" or \"src/x/mod.rs\""#;
        let coded = json(r#"{"code":"E0583","explanation":"mod a; // error"}"#, "file not found for module `x`", help);
        for said in [plain, &coded] {
            assert_eq!(files(said).unwrap(), ["src/x.rs", "src/x/mod.rs"], "{said}");
        }
        assert!(files("error[E0583]: file not found for module `x`\n").is_err());
    }

    #[test]
    fn only_errors_of_sources_are_kept() {
        let coded = |code: &str| json(&format!(r#"{{"code":"{code}","explanation":null}}"#), "m", "h");
        for said in [
            "error[E0308]: mismatched types\n --> a.rs:1:2",
            "\u{1b}[1m\u{1b}[91merror[E0308]\u{1b}[0m\u{1b}[1m: mismatched types\u{1b}[0m",
            &coded("E0308"),
            &coded("dead_code"),
            &coded("clippy::all"),
        ] {
            assert_eq!(files(said), Ok(Vec::new()), "{said}");
        }
        for said in [
            "error[E0463]: can't find crate for `x`",
            "error: couldn't read `a`",
            "error[E0761]: file for module `a` found at both",
            "error[E0308]: mismatched types\n = note: this error originates in the macro `m`",
            &json("null", "crate `c` required to be available in rlib format", ""),
            &coded("E0433"),
        ] {
            assert!(files(said).is_err(), "{said}");
        }
        let short = "a.rs:1:2: error[E0308]: mismatched types\nerror: aborting due to 1 previous error";
        assert!(files(short).is_err());
        assert!(files("").is_err());
        assert!(files("\u{1b}[1m\u{1b}[91merror\u{1b}[0m\u{1b}[1m: couldn't read `a`\u{1b}[0m").is_err());
        assert!(looked_for(&Messages::of(&outcome("")), 101, false).is_err());
        assert!(looked_for(&Messages::of(&outcome("")), 1, true).is_err());
    }
}

//! What the daemon's log says of calls that were no hits: which call, why, and the word that was the reason.

use std::collections::BTreeMap;
use std::path::Path;

use crate::survey::neutral::Names;
use crate::survey::report::Refusal;

/// How a line of the log begins that names a call, after the time.
const CALL: &str = " uncached: no hit ";

/// Groups what is in a part of the log by reason, with the first call of each.
pub(crate) fn refusals(log: &str, names: &Names) -> Vec<Refusal> {
    let mut found: BTreeMap<(bool, String), Refusal> = BTreeMap::new();
    // The last words of why, by reason: they are written by the same thread a moment before the call.
    let mut details: BTreeMap<String, String> = BTreeMap::new();
    // What the host itself was unsure of: such a line does not say by which code it is counted.
    let mut unsure_of: Option<String> = None;
    for line in log.lines() {
        if let Some((_, said)) = line.split_once(CALL) {
            let reason = reason(&field(said, "reasons").unwrap_or_default());
            let code = reason.rsplit(": ").next().unwrap_or_default().to_owned();
            let arguments = list(said, "arguments");
            let source = source(&arguments);
            let is_other = is_other(&reason, source);
            let refusal = found.entry((is_other, reason.clone())).or_insert_with(|| {
                let is_hosts = reason.starts_with("not stored: ");
                let unsure = || unsure_of.take().filter(|_| is_hosts);
                let directory = field(said, "directory").unwrap_or_default();
                Refusal {
                    reason,
                    is_other,
                    count: 0,
                    first: names.file(Path::new(&directory), source.unwrap_or_default()),
                    call: names.text(&arguments.join(" ")),
                    detail: names.text(&details.remove(&code).or_else(unsure).unwrap_or_default()),
                }
            });
            refusal.count += 1;
        } else if let (Some(reason), Some(detail)) = (field(line, "reason"), field(line, "detail")) {
            details.insert(reason, detail);
        } else if let Some((_, unsure)) = line.split_once(" unsure=") {
            unsure_of = Some(unsure.to_owned());
        }
    }
    found.into_values().collect()
}

/// Why calls are passed on that make a program of what was compiled, or ask the compiler about itself.
const OTHERS: [&str; 4] = ["bypass: link", "bypass: linker-input", "bypass: query", "bypass: question"];

/// Whether a call is none that a cache could serve: also where it was passed on for another reason and names no source.
fn is_other(reason: &str, source: Option<&str>) -> bool {
    OTHERS.contains(&reason) || (reason.starts_with("bypass: ") && source.is_none())
}

/// One reason of those of a call: why it was not stored is why it is a miss again.
fn reason(reasons: &str) -> String {
    let mut all = reasons.split(", ");
    all.clone().find(|reason| reason.starts_with("not stored: ")).or_else(|| all.next()).unwrap_or_default().to_owned()
}

/// The value of a field, as the log writes strings: in quotes, with a backslash before what would end it; or one word.
fn field(line: &str, name: &str) -> Option<String> {
    let start = line.find(&format!("{name}="))?;
    if start > 0 && !line[..start].ends_with(' ') {
        return None;
    }
    let value = &line[start + name.len() + 1..];
    match value.strip_prefix('"') {
        Some(quoted) => Some(unquoted(quoted).0),
        None => Some(value.split(' ').next().unwrap_or_default().to_owned()),
    }
}

/// The elements of a list of strings.
fn list(line: &str, name: &str) -> Vec<String> {
    let Some((_, mut rest)) = line.split_once(&format!("{name}=[")) else { return Vec::new() };
    let mut elements = Vec::new();
    while let Some(quoted) = rest.strip_prefix('"') {
        let (element, after) = unquoted(quoted);
        elements.push(element);
        rest = after.strip_prefix(", ").unwrap_or("");
    }
    elements
}

/// A string up to its closing quote, and what follows that.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &quoted[at + 1..]),
            '\\' => text.extend(letters.next().map(|(_, next)| if next == 'n' { '\n' } else { next })),
            _ => text.push(letter),
        }
    }
    (text, "")
}

/// Suffixes of what compilers compile.
const SUFFIXES: [&str; 12] = ["c", "cc", "cpp", "cxx", "C", "S", "s", "i", "ii", "m", "mm", "rs"];

/// The word of a call that is a source.
fn source(arguments: &[String]) -> Option<&str> {
    let is_source = |word: &&String| {
        let suffix = Path::new(word.as_str()).extension().and_then(|suffix| suffix.to_str());
        !word.starts_with('-') && suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix))
    };
    let other = || arguments.iter().find(|word| *word == "-" || *word == "/dev/null");
    arguments.iter().rfind(is_source).or_else(other).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"
2026-12-01T05:18:25.1Z DEBUG ask{program=gcc}: zccached::pipeline::plan: bypass reason="query" detail="--version"
2026-12-01T05:18:25.2Z DEBUG uncached: no hit reasons="bypass: query" directory="/t/tree" program="gcc" arguments=["--version"]
2026-12-01T05:18:25.3Z DEBUG begin: zccached::pipeline::collect: a run is not stored reason="date" detail="d.c"
2026-12-01T05:18:25.4Z DEBUG uncached: no hit reasons="miss: cold, not stored: date" directory="/t/tree/src" program="gcc" arguments=["-c", "-DX=\"a b\"", "d.c", "-o", "d.o"]
2026-12-01T05:18:25.5Z DEBUG uncached: no hit reasons="miss: cold, not stored: date" directory="/t/tree" program="gcc" arguments=["-c", "e.c"]
"#;

    #[test]
    fn calls_are_counted_by_reason_and_the_first_of_each_is_named() {
        let refusals = refusals(LOG, &Names::of(Path::new("/t/tree")));
        let told: Vec<_> = refusals
            .iter()
            .map(|refusal| (refusal.reason.as_str(), refusal.count, refusal.first.as_str(), refusal.detail.as_str()))
            .collect();
        assert_eq!(told, [("not stored: date", 2, "src/d.c", "d.c"), ("bypass: query", 1, "", "--version")]);
        assert_eq!(refusals[0].call, "-c -DX=\"a b\" d.c -o d.o");
        assert_eq!(refusals.iter().map(|refusal| refusal.is_other).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_call_without_a_source_is_no_compile() {
        assert!(is_other("bypass: unknown-option", None) && !is_other("bypass: unknown-option", Some("x.c")));
        assert!(is_other("bypass: link", Some("x.c")) && !is_other("miss: cold", None));
    }

    #[test]
    fn standard_input_and_nothing_are_sources_too() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(source(&words("-x c /dev/null -o x.o")), Some("/dev/null"));
        assert_eq!(source(&words("-E -")), Some("-"));
        assert_eq!(source(&words("a.c -o x.o")), Some("a.c"));
        assert_eq!(source(&words("--version")), None);
    }
}

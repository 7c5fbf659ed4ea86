//! A compile that failed is worth storing where it fails again: for what stands in the sources, or for an option that the compiler
//! does not know. What else can go wrong, the next run may be spared: a full disk, a folder that is not there, a signal.

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::Refusal;

use super::diagnostics::plain;

/// What a driver and its parts end with when there are errors.
const CODE: u32 = 1;
/// What is said of the command line.
const OF_OPTIONS: &[&str] = &[
    "unrecognized command-line option",
    "unrecognized command line option",
    "unrecognized argument in option",
    "unrecognized argument to",
    "unrecognized debug output level",
    "is valid for",
    "unknown argument",
    "unsupported option",
    "unsupported argument",
    "unknown value",
    "invalid value",
    "invalid argument",
    "bad value",
    "not supported",
    "optimization level",
];
/// What is said at the end.
const OF_WARNINGS: &str = "all warnings being treated as errors";
/// What is said of a header that is not there.
const OF_HEADERS: &[&str] = &[": No such file or directory", " file not found"];
/// Of everything that ends a compile at once, this comes of the sources alone.
const AT_ONCE: &[&str] = &["too many errors", "#error"];

/// How far the compiler came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It ended well.
    Ended,
    /// It failed at the end of what it read.
    Through,
    /// Not even so far, perhaps.
    SomeWay,
    /// It did not take its options, and read nothing.
    Nowhere,
}

/// How far a run came that ended with this code. A refusal: it may end well the next time.
pub(crate) fn check(code: u32, streams: [&[u8]; 2]) -> Result<Came, Refusal> {
    if code == 0 {
        return Ok(Came::Ended);
    }
    let refuse = |line: &str| Err(answer::refusal("failed", line.to_owned()));
    if code != CODE {
        return refuse("it ended with a code of its own");
    }
    let text = streams.map(|stream| plain(&String::from_utf8_lossy(stream))).concat();
    let (mut errors, mut of_options, mut came) = (0, 0, Came::Through);
    for line in text.lines() {
        let holds = |said: &[&str]| said.iter().any(|said| line.contains(said));
        // The assembler's own errors are about a temporary file.
        if holds(&["Assembler messages", "Error:", "Fatal error:", "internal compiler error", "signal terminated"]) {
            return refuse(line);
        }
        let Some((before, said)) = line.split_once("error: ") else { continue };
        if said == OF_WARNINGS {
            continue;
        }
        errors += 1;
        let fatal = before.ends_with("fatal ");
        let placed = is_place(before.trim_end_matches("fatal "));
        of_options += usize::from(!placed && !fatal && holds(OF_OPTIONS));
        came = if fatal || !placed { Came::SomeWay } else { came };
        let known = match (placed, fatal) {
            (true, false) => true,
            (true, true) => holds(OF_HEADERS) || holds(AT_ONCE),
            (false, false) => holds(OF_OPTIONS),
            (false, true) => holds(AT_ONCE),
        };
        if !known {
            return refuse(line);
        }
    }
    match errors {
        0 => refuse("it says nothing that is known"),
        _ if errors == of_options => Ok(Came::Nowhere),
        _ => Ok(came),
    }
}

/// Whether a text is `file:12:34: ` or `file:12: `, in which a compiler says where in a source something is.
fn is_place(text: &str) -> bool {
    let Some((file, number)) = text.strip_suffix(": ").and_then(|place| place.rsplit_once(':')) else { return false };
    !file.is_empty() && !number.is_empty() && number.bytes().all(|each| each.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(said: &str) -> Option<Came> {
        check(1, [b"", said.as_bytes()]).ok()
    }

    #[test]
    fn errors_of_sources_and_options_come_again() {
        assert_eq!(came("a.c:1:2: error: expected ';'\na.c:1:2: note: x\n"), Some(Came::Through));
        assert_eq!(came("\u{1b}[1ma.c:1:2: \u{1b}[31merror: \u{1b}[mx\n"), Some(Came::Through));
        let missing = "a.c:1:10: fatal error: n.h: No such file or directory\ncompilation terminated.\n";
        assert_eq!(came(missing), Some(Came::SomeWay));
        assert_eq!(came("a.c:1:10: fatal error: 'n.h' file not found\n"), Some(Came::SomeWay));
        assert_eq!(came("a.c:1: error: unterminated #if\n"), Some(Came::Through));
        assert_eq!(came("gcc: error: unrecognized command-line option '-fx'\n"), Some(Came::Nowhere));
        let werror = "a.c:1:2: error: x [-Werror=y]\ncc1: all warnings being treated as errors\ncc1: error: all warnings being treated as errors\n";
        assert_eq!(came(werror), Some(Came::Through));
    }

    #[test]
    fn what_may_end_well_the_next_time_is_refused() {
        for said in [
            "",
            "a.c:1:2: warning: x\n",
            "a.c:1:2: error: x\ncc1: fatal error: error writing to x: No space left on device\n",
            "cc1: out of memory allocating 1 bytes\n",
            "gcc: fatal error: Killed signal terminated program cc1\n",
            "a.c:1:2: error: x\ngcc: fatal error: Killed signal terminated program cc1\n",
            "a.c:1:2: internal compiler error: x\n",
            "cc1: fatal error: opening dependency file d/x.d: No such file or directory\n",
            "error: unable to open output file 'd/x.o': 'No such file or directory'\n",
            "/tmp/ccX.s: Assembler messages:\n/tmp/ccX.s:1: Error: no such instruction\n",
            "a.c:1:2: Fehler: x\n",
        ] {
            assert_eq!(came(said), None, "{said}");
        }
        assert!(check(4, [b"", b"a.c:1:2: error: x\n"]).is_err());
    }
}

//! Options that no row of the table knows. New versions of compilers bring new ones all the time, and one unknown word must not leave
//! a whole build uncached. In the key are those that cannot name a file: nothing in their value looks like a path, and nothing in
//! their name says that they read or write one. What the result shows of the call is then not known, so it may show everything.

/// What names of options that read or write files, or print what no two runs have in common, have in them.
const TELLING: &[&str] = &[
    "bitcode",
    "cache",
    "compilation",
    "dump",
    "embed",
    "file",
    "graph",
    "header",
    "import",
    "include",
    "index",
    "library",
    "list",
    "load",
    "module",
    "object",
    "output",
    "path",
    "plugin",
    "profile",
    "record",
    "remark",
    "report",
    "reproduc",
    "resolution",
    "resource",
    "sarif",
    "save",
    "serializ",
    "session",
    "socket",
    "split",
    "summary",
    "trace",
    "usage",
];
/// The same, where they stand between dashes.
const TELLING_PARTS: &[&str] = &[
    "ar", "d", "dir", "dirs", "doc", "go", "in", "inc", "info", "input", "json", "log", "map", "notes", "out", "pch",
    "ranlib", "stat", "stats", "time", "use",
];

/// Whether an option with a value, as in `zero-init-padding-bits=all`, cannot name a file.
pub(crate) fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, value)| !is_telling(name) && is_value(value))
}

/// Whether an option without a value is a word like any other, and its name does not speak of files.
pub(crate) fn is_word(word: &str) -> bool {
    is_name(word) && !is_telling(word)
}

/// Whether a word after `-m` is one of the machine's: any, with a value that is no path. clang has some of modules that begin like one.
pub(crate) fn is_machine_word(word: &str) -> bool {
    let value = word.split_once('=').map_or("", |(_, value)| value);
    !word.starts_with("odule") && !value.contains(['/', '@', '$'])
}

/// Whether a value is a number, a choice, or a list of them: a path has a slash, or a dot before letters; a response file an at sign.
pub(crate) fn is_value(value: &str) -> bool {
    let begins = value.starts_with(|each: char| each.is_ascii_alphanumeric() || each == '_');
    let plain = |each: char| each.is_ascii_alphanumeric() || "_-+,:".contains(each);
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('.') {
        let within_number = before.ends_with(|each: char| each.is_ascii_digit())
            && after.starts_with(|each: char| each.is_ascii_digit());
        if !within_number || !before.chars().all(plain) {
            return false;
        }
        rest = after;
    }
    begins && rest.chars().all(plain)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|each: char| each.is_ascii_alphanumeric())
        && name.chars().all(|each| each.is_ascii_alphanumeric() || "_-+".contains(each))
}

fn is_telling(name: &str) -> bool {
    !is_name(name)
        || TELLING.iter().any(|telling| name.contains(telling))
        || name.split('-').any(|part| TELLING_PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_newer_compilers_are_settings() {
        for word in [
            "zero-init-padding-bits=all",
            "diagnostics-show-context=2",
            "asan-shadow-offset=0xdffffc0000000000",
            "sanitize-memory-track-origins=2",
            "strub=disable",
            "xray-instruction-threshold=1",
            "sso-struct=big-endian",
            "patchable-function-entry=16,16",
            "name=1.5",
            "experimental-sanitize-metadata=covered",
        ] {
            assert!(is_setting(word), "{word}");
        }
    }

    #[test]
    fn options_that_may_read_or_write_a_file_are_none() {
        for word in [
            // The value is a path, or could be.
            "name=a/b",
            "name=a.b",
            "name=.b",
            "name=a.",
            "name=1.x",
            "name=",
            "name=@a",
            "name=$a",
            "name=~",
            "name=-",
            "name=a=b",
            // These take names of files of gcc 12 to 16 and clang 14 to 21.
            "thin-link-bitcode=x",
            "dump-go-spec=x",
            "diagnostics-add-output=sarif",
            "opt-info-vec=x",
            "resolution=x",
            "ltrans-output-list=x",
            "profile-dir=o",
            "deps-file=x",
            "memory-profile=o",
            "module-mapper=x",
            "target-ar=x",
            "randomize-layout-seed-file=x",
            "auto-profile=x",
            "doc-dir=x",
            "go-c-header=x",
            "save-mixins=x",
            "use-cuid=x",
            "embed-offload-object=x",
            "build-session-file=x",
            "intrinsic-modules-path=x",
            "time-trace=x",
            "depfile-entry=x",
            "name",
        ] {
            assert!(!is_setting(word), "{word}");
        }
        assert!(is_word("new-thing") && is_word("mlt2"));
        for word in ["", "new/thing", "new.thing", "en-cdb-path", "x=1", "split-thing"] {
            assert!(!is_word(word), "{word}");
        }
    }
}

//! Words for the assembler, `-Wa,` and `-Xassembler`: those that name no file and make it write none.

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Whole words.
const WORDS: &[&str] = &[
    "--noexecstack",
    "--execstack",
    "--warn",
    "--no-warn",
    "--fatal-warnings",
    "--strip-local-absolute",
    "--keep-locals",
    "--reduce-memory-overheads",
    "--no-pad-sections",
    "--divide",
    "-W",
    "-L",
    "-n",
    "-K",
    "-D",
    "-R",
    "-Z",
    "-J",
    "--32",
    "--64",
    "--x32",
];

/// Beginnings of words that choose a target, a level or a number.
const FAMILIES: &[&str] = &[
    "-m",
    "--gdwarf",
    "-g",
    "--gstabs",
    "--generate-missing-build-notes",
    "--hash-size=",
    "--compress-debug-sections",
    "--nocompress-debug-sections",
    "--elf-stt-common=",
    "--size-check=",
    "--alternate",
    "--scfi",
    "-O",
];

/// Ends the plan for words that are not known: an assembler can write lists and read files by them.
pub(crate) fn check(words: &str) -> Result<(), Stop> {
    let known = |word: &str| {
        WORDS.contains(&word) || (FAMILIES.iter().any(|family| word.starts_with(family)) && !word.contains('/'))
    };
    match words.split(',').find(|word| !known(word)) {
        Some(word) => bypass("assembler-options", word.to_owned()),
        None => Ok(()),
    }
}

/// The first of these words by which the assembler notes where each line of its own text is. Of text that a compiler hands to it, that
/// is the name of a temporary file.
pub(crate) fn notes_lines(words: &str) -> Option<&str> {
    words.split(',').find(|word| ["-g", "--gdwarf", "--gstabs"].iter().any(|family| word.starts_with(family)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_name_files_are_not_known() {
        for words in ["--noexecstack", "-mrelax-relocations=no", "--fatal-warnings,-W", "--gdwarf-5", "--64"] {
            assert!(check(words).is_ok(), "{words}");
        }
        for words in ["-al=x.lst", "-a", "-Iinc", "-o,x", "@file", "--MD,x.d", "--noexecstack,--defsym", "", "-f"] {
            assert!(check(words).is_err(), "{words}");
        }
    }
}

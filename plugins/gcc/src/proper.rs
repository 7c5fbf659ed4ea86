//! Words that clang's driver hands to the compiler proper, one `-Xclang` each: together they are a command line of their
//! own, of which a small part is known.

use zccache_plugin_sdk::options::{self, Argument, Item};

use crate::effect::Effect;
use crate::table::TABLE;
use zccache_plugin_sdk::stop::{Stop, bypass};

/// What words for the compiler proper come to, beyond being in the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// A header is included before all else.
    ForcedInclude(&'a str),
    /// A precompiled header is read.
    UsePrecompiledHeader(&'a str),
    /// A precompiled header is made.
    MakePrecompiledHeader,
    /// One that is made keeps no times.
    Timeless,
}

/// What the words come to. Most of the driver's options mean the same here; those that read or write files, or say where
/// to look for them, are left to the driver.
pub(crate) fn words<'a>(arguments: &[&'a Argument]) -> Result<Vec<Word<'a>>, Stop> {
    if arguments.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<Argument> = arguments.iter().map(|argument| (*argument).clone()).collect();
    let mut words = Vec::new();
    for item in options::parse(&TABLE, &texts) {
        let option = match item {
            Item::Option(option) => option,
            Item::Operand(other) | Item::Unknown(other) | Item::Incomplete(other) => {
                return bypass("compiler-options", other.text.clone());
            }
        };
        let place = texts.iter().position(|text| std::ptr::eq(text, option.value_argument));
        let value = place.filter(|_| option.is_separate()).map(|place| arguments[place].text.as_str());
        match (option.effect, value) {
            (Effect::Key | Effect::MachineWord, _) => {}
            (Effect::FlagWord, _) if !option.value.contains('=') => {}
            (Effect::ForcedInclude, Some(name)) if option.name == "-include" => words.push(Word::ForcedInclude(name)),
            (Effect::PrecompiledHeader, Some(file)) => words.push(Word::UsePrecompiledHeader(file)),
            (Effect::Timeless, _) => words.push(Word::Timeless),
            (Effect::MakePrecompiledHeader, _) => words.push(Word::MakePrecompiledHeader),
            _ => return bypass("compiler-options", option.argument.text.clone()),
        }
    }
    Ok(words)
}

/// Whether an option of LLVM's own is no more than a number or a choice. Others write files, or print what no two runs
/// have in common; and a file may be called `1` or `true`.
pub(crate) fn is_plain_choice(option: &str) -> bool {
    const TELLING: &[&str] = &[
        "file",
        "dir",
        "path",
        "output",
        "dump",
        "print",
        "stat",
        "record",
        "replay",
        "summary",
        "remark",
        "profile",
        "sample",
        "export",
        "-log",
        "model",
        "channel",
        "workload",
        "index",
        "list",
        "input",
        "time-passes",
        "time-trace",
        "view-",
        "-load-pass",
        "report",
        "jscop",
        "dot-",
    ];
    option.split_once('=').is_some_and(|(name, value)| {
        if name.trim_start_matches('-') == "load" || TELLING.iter().any(|word| name.contains(word)) {
            return false;
        }
        matches!(value, "true" | "false") || (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<String>, Stop> {
        let arguments = options::plain(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let arguments: Vec<&Argument> = arguments.iter().collect();
        Ok(words(&arguments)?.iter().map(|word| format!("{word:?}")).collect())
    }

    #[test]
    fn words_that_read_or_write_files_are_not_known_but_for_those_of_headers() {
        let precompiled = read("-include-pch p.pch -include p.h -fno-pch-timestamp").unwrap();
        assert_eq!(precompiled, ["UsePrecompiledHeader(\"p.pch\")", "ForcedInclude(\"p.h\")", "Timeless"]);
        assert_eq!(read("-emit-pch").unwrap(), ["MakePrecompiledHeader"]);
        for line in ["-o x", "-dependency-file x", "-load x.so", "-include", "-I inc", "x", "-header-include-file x"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn options_of_llvm_are_known_by_plain_values_only() {
        assert!(is_plain_choice("-inline-threshold=100") && is_plain_choice("-x=false"));
        assert!(!is_plain_choice("-info-output-file=5") && !is_plain_choice("-stats=true"));
        for option in [
            "-cgscc-inline-replay=1",
            "-wholeprogramdevirt-read-summary=1",
            "-training-log=1",
            "-time-passes=1",
            "-load=1",
        ] {
            assert!(!is_plain_choice(option), "{option}");
        }
        assert!(
            is_plain_choice("-asan-stack=0")
                && is_plain_choice("-enable-load-pre=0")
                && is_plain_choice("-instcombine-lower-dbg-declare=0")
        );
        assert!(!is_plain_choice("-stats") && !is_plain_choice("-x=file") && !is_plain_choice("-x="));
    }
}

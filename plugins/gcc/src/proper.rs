//! Words that clang's driver hands to the compiler proper, one `-Xclang` each: together they are a command line of their
//! own, of which a small part is known.

use zccache_plugin_sdk::options::{self, Argument, Item};

use crate::effect::Effect;
use crate::plain;
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
    /// A macro is defined.
    Define(&'a str),
    /// The result may show more.
    Shows,
}

/// Options of the compiler proper alone, which say how code is made.
const OWN: &[&str] = &[
    "-disable-llvm-passes",
    "-disable-llvm-optzns",
    "-disable-O0-optnone",
    "-disable-free",
    "-disable-lifetime-markers",
    "-vectorize-loops",
    "-vectorize-slp",
    "-cfguard",
    "-cfguard-no-checks",
    "-ehcontguard",
    "-no-opaque-pointers",
    "-opaque-pointers",
    "-O0",
    "-O1",
    "-O2",
    "-O3",
    "-Os",
    "-Oz",
];
/// The same, with a value in the next word.
const OWN_WITH_VALUE: &[&str] = &[
    "-target-feature",
    "-target-cpu",
    "-tune-cpu",
    "-target-abi",
    "-mrelocation-model",
    "-pic-level",
    "-stack-protector",
];

/// What the words come to. Most of the driver's options mean the same here; those that read or write files, or say where
/// to look for them, are left to the driver.
pub(crate) fn words<'a>(arguments: &[&'a Argument]) -> Result<Vec<Word<'a>>, Stop> {
    let mut words = Vec::new();
    let mut rest = arguments;
    while let Some((first, behind)) = rest.split_first() {
        let first = first.text.as_str();
        if OWN.contains(&first) {
            rest = behind;
        } else if let (true, Some((value, behind))) = (OWN_WITH_VALUE.contains(&first), behind.split_first()) {
            if !plain::is_value(value.text.trim_start_matches(['+', '-'])) {
                return bypass("compiler-options", value.text.clone());
            }
            rest = behind;
        } else {
            rest = driver_word(rest, &mut words)?;
        }
    }
    Ok(words)
}

/// Takes one that the driver has too, and gives what is behind it.
fn driver_word<'w, 'a>(rest: &'w [&'a Argument], words: &mut Vec<Word<'a>>) -> Result<&'w [&'a Argument], Stop> {
    let texts: Vec<Argument> = rest.iter().map(|argument| (*argument).clone()).collect();
    let option = match options::parse(&TABLE, &texts).into_iter().next() {
        Some(Item::Option(option)) => option,
        Some(Item::Operand(other) | Item::Unknown(other) | Item::Incomplete(other)) => {
            return bypass("compiler-options", other.text.clone());
        }
        None => return Ok(&[]),
    };
    let value = option.is_separate().then(|| rest[1].text.as_str());
    match (option.effect, value) {
        (Effect::Key | Effect::MachineWord, _) => {}
        (Effect::FlagWord, _) if !option.value.contains('=') => {}
        (Effect::FlagWord, _) if plain::is_setting(option.value) => words.push(Word::Shows),
        (Effect::LlvmOption, _) if is_plain_choice(option.value) => {}
        (Effect::Define, value) => words.push(Word::Define(value.unwrap_or(&rest[0].text[option.name.len()..]))),
        (Effect::Undefine, _) => {}
        (Effect::ForcedInclude, Some(name)) if option.name == "-include" => words.push(Word::ForcedInclude(name)),
        (Effect::PrecompiledHeader, Some(file)) => words.push(Word::UsePrecompiledHeader(file)),
        (Effect::Timeless, _) => words.push(Word::Timeless),
        (Effect::MakePrecompiledHeader, _) => words.push(Word::MakePrecompiledHeader),
        _ => return bypass("compiler-options", option.argument.text.clone()),
    }
    Ok(&rest[if value.is_some() { 2 } else { 1 }..])
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
    // Without a value they are switches; some of those print.
    const TELLING_SWITCHES: &[&str] =
        &["debug", "show", "dot", "graph", "trace", "help", "version", "view", "verbose", "track", "-time", "analy"];
    let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
    if name.trim_start_matches('-') == "load" || TELLING.iter().any(|word| name.contains(word)) {
        return false;
    }
    match value {
        Some(value) => {
            matches!(value, "true" | "false") || (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()))
        }
        None => {
            let name = name.strip_prefix('-').unwrap_or_default();
            plain::is_word(name) && !TELLING_SWITCHES.iter().any(|word| name.contains(word))
        }
    }
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
        assert_eq!(read("-target-feature +avx -O1 -target-cpu x86-64 -disable-llvm-passes").unwrap(), [""; 0]);
        assert_eq!(read("-D A=1 -DB -mllvm -polly -fx=1").unwrap(), ["Define(\"A=1\")", "Define(\"B\")", "Shows"]);
        for line in [
            "-o x",
            "-target-cpu a/b",
            "-target-feature",
            "-dependency-file x",
            "-load x.so",
            "-include",
            "-I inc",
            "x",
            "-header-include-file x",
        ] {
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
        assert!(is_plain_choice("-polly") && is_plain_choice("-unroll-runtime"));
        for switch in ["-debug", "-polly-show", "-print-after-all", "-track-memory", "-x.y", "polly", "--", "-"] {
            assert!(!is_plain_choice(switch), "{switch}");
        }
    }
}

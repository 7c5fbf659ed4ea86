//! Which language an operand is in, by `-x` or by its suffix, and how far it has come on its way to an object.

use zccache_plugin_sdk::path;

use zccache_plugin_sdk::stop::{Stop, bypass};

/// A language, by the compiler proper that gcc has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    C,
    Cpp,
    ObjectiveC,
    ObjectiveCpp,
    Assembler,
}

/// What an operand still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Everything.
    Source,
    /// Everything, and a precompiled header is made of it.
    Header,
    /// It went through the preprocessor: nothing is included any more.
    Preprocessed,
}

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    pub tongue: Tongue,
    pub stage: Stage,
}

use Stage::{Header, Preprocessed, Source};
use Tongue::{Assembler, C, Cpp, ObjectiveC, ObjectiveCpp};

impl Tongue {
    /// All of them.
    pub(crate) const ALL: [Tongue; 5] = [C, Cpp, ObjectiveC, ObjectiveCpp, Assembler];

    /// The name that `-x` takes for sources.
    pub(crate) fn name(self) -> &'static str {
        match self {
            C => "c",
            Cpp => "c++",
            ObjectiveC => "objective-c",
            ObjectiveCpp => "objective-c++",
            Assembler => "assembler-with-cpp",
        }
    }

    /// gcc's compiler proper.
    pub(crate) fn compiler_proper(self) -> &'static str {
        match self {
            C | Assembler => "cc1",
            Cpp => "cc1plus",
            ObjectiveC => "cc1obj",
            ObjectiveCpp => "cc1objplus",
        }
    }
}

impl Language {
    /// Whether it is preprocessed here.
    pub(crate) fn includes(self) -> bool {
        self.stage != Preprocessed
    }

    /// Whether it is assembler text, also if a preprocessor sees it first.
    pub(crate) fn is_assembler(self) -> bool {
        self.tongue == Assembler
    }
}

/// What a value of `-x` says of the operands behind it; none: their suffixes count again.
pub(crate) fn named(value: &str) -> Result<Option<Language>, Stop> {
    let (tongue, stage) = match value {
        "none" => return Ok(None),
        "c" => (C, Source),
        "c++" => (Cpp, Source),
        "objective-c" => (ObjectiveC, Source),
        "objective-c++" => (ObjectiveCpp, Source),
        "assembler-with-cpp" => (Assembler, Source),
        "c-header" => (C, Header),
        "c++-header" => (Cpp, Header),
        "objective-c-header" => (ObjectiveC, Header),
        "objective-c++-header" => (ObjectiveCpp, Header),
        "cpp-output" => (C, Preprocessed),
        "c++-cpp-output" => (Cpp, Preprocessed),
        "objective-c-cpp-output" => (ObjectiveC, Preprocessed),
        "objective-c++-cpp-output" => (ObjectiveCpp, Preprocessed),
        "assembler" => (Assembler, Preprocessed),
        _ => return bypass("language", format!("-x {value}")),
    };
    Ok(Some(Language { tongue, stage }))
}

/// What an operand is by its suffix. `cpp_driver`: g++ and clang++ take C for C++.
pub(crate) fn of_suffix(operand: &str, cpp_driver: bool) -> Result<Language, Stop> {
    let (_, suffix) = path::split_suffix(path::file_name(operand));
    let c = if cpp_driver { Cpp } else { C };
    let (tongue, stage) = match suffix {
        Some("c") => (c, Source),
        Some("cc" | "cp" | "cxx" | "cpp" | "CPP" | "c++" | "C") => (Cpp, Source),
        Some("m") => (ObjectiveC, Source),
        Some("mm" | "M") => (ObjectiveCpp, Source),
        Some("S" | "sx") => (Assembler, Source),
        Some("h") => (c, Header),
        Some("hh" | "H" | "hp" | "hxx" | "hpp" | "HPP" | "h++" | "tcc") => (Cpp, Header),
        Some("i") => (c, Preprocessed),
        Some("ii") => (Cpp, Preprocessed),
        Some("mi") => (ObjectiveC, Preprocessed),
        Some("mii") => (ObjectiveCpp, Preprocessed),
        Some("s") => (Assembler, Preprocessed),
        _ => return bypass("linker-input", operand.to_owned()),
    };
    Ok(Language { tongue, stage })
}

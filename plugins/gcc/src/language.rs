//! Which language an operand is in, by `-x` or by its suffix, and which of them are cached.

use zccache_plugin_sdk::path;

use crate::stop::{Stop, bypass};

/// A language that is preprocessed and compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    C,
    Cpp,
    Assembler,
}

impl Language {
    /// The grant that asks for this language's search folders.
    pub(crate) fn search_grant(self) -> &'static str {
        match self {
            Language::C => "search-c",
            Language::Cpp => "search-c++",
            Language::Assembler => "search-assembler",
        }
    }

    /// The name that `-x` takes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Cpp => "c++",
            Language::Assembler => "assembler-with-cpp",
        }
    }

    /// gcc's compiler proper.
    pub(crate) fn compiler_proper(self) -> &'static str {
        match self {
            Language::C | Language::Assembler => "cc1",
            Language::Cpp => "cc1plus",
        }
    }
}

/// What a value of `-x` says of the operands behind it; none: their suffixes count again.
pub(crate) fn named(value: &str) -> Result<Option<Language>, Stop> {
    let reason = match value {
        "none" => return Ok(None),
        "c" => return Ok(Some(Language::C)),
        "c++" => return Ok(Some(Language::Cpp)),
        "assembler-with-cpp" => return Ok(Some(Language::Assembler)),
        "assembler" => "assembler",
        value if value.contains("header") => "precompiled-header",
        value if value.contains("cpp-output") => "preprocessed",
        value if value.starts_with("objective") => "objective-c",
        _ => "language",
    };
    bypass(reason, format!("-x {value}"))
}

/// What an operand is by its suffix. `cpp_driver`: g++ and clang++ take C for C++.
pub(crate) fn of_suffix(operand: &str, cpp_driver: bool) -> Result<Language, Stop> {
    let (_, suffix) = path::split_suffix(path::file_name(operand));
    let reason = match suffix {
        Some("c") if cpp_driver => return Ok(Language::Cpp),
        Some("c") => return Ok(Language::C),
        Some("cc" | "cp" | "cxx" | "cpp" | "CPP" | "c++" | "C") => return Ok(Language::Cpp),
        Some("S" | "sx") => return Ok(Language::Assembler),
        Some("s") => "assembler",
        Some("i" | "ii") => "preprocessed",
        Some("m" | "mm" | "M" | "mi" | "mii") => "objective-c",
        Some("h" | "hh" | "H" | "hp" | "hxx" | "hpp" | "HPP" | "h++" | "tcc") => "precompiled-header",
        _ => "linker-input",
    };
    bypass(reason, operand.to_owned())
}

//! The host knows no compiler: no name, no option, no directive of one stands anywhere below `host/`, neither in code nor
//! in comments nor in tests.

use crate::text::{Source, assert_none, below};

/// Names of compilers and their parts, found in any case of letters.
const PROGRAMS: &[&str] = &[
    "gcc",
    "g++",
    "gxx",
    "clang",
    "clang++",
    "clang-cl",
    "cc1",
    "cc1plus",
    "rustc",
    "rustup",
    "rustdoc",
    "cargo",
    "msvc",
    "cl.exe",
    "emcc",
    "em++",
    "emscripten",
    "nvcc",
    "icc",
    "icx",
    "swiftc",
    "protoc",
    "javac",
    "zig",
    "llvm",
    "ccache",
    "sccache",
    "distcc",
];

/// Options, directives and suffixes, found as they are written.
const SPELLINGS: &[&str] = &[
    "-MD",
    "-MMD",
    "-MF",
    "-MT",
    "-MQ",
    "-MP",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-imacros",
    "-fPIC",
    "-Wall",
    "-Xclang",
    "-Wp,",
    "-Wa,",
    "/showIncludes",
    "/Fo",
    "--emit",
    "--extern",
    "#include",
    "include_next",
    "__has_include",
    "__DATE__",
    "__TIME__",
    "#pragma",
    ".incbin",
    ".gch",
    ".pch",
    ".rlib",
    ".rmeta",
    ".d\"",
    ".d`",
];

/// Where a word stands for something else, with the reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("build.rs", "cargo", "a build script talks to Cargo"),
    ("client/build.rs", "rustc", "it says how the client itself is linked"),
];

#[test]
fn no_compiler_is_known_below_host() {
    let mut breaches = Vec::new();
    for source in below("host") {
        for (number, line) in source.lines() {
            let found = PROGRAMS.iter().filter(|word| has_word(&line.to_lowercase(), word));
            let found = found.chain(SPELLINGS.iter().filter(|word| has_word(line, word)));
            for word in found.filter(|word| !is_allowed(&source, word)) {
                breaches.push(format!("{}:{number}: '{word}' in: {}", source.path, line.trim()));
            }
        }
    }
    assert_none(&breaches, "the host must not know of any compiler");
}

#[test]
fn every_exception_is_needed() {
    let sources = below("host");
    for (file, word, reason) in ALLOWED {
        let used = sources.iter().filter(|source| source.path.ends_with(file));
        let used = used.flat_map(|source| source.text.lines()).any(|line| has_word(&line.to_lowercase(), word));
        assert!(used, "'{word}' stands in no {file} any more, where it was allowed because {reason}");
    }
}

fn is_allowed(source: &Source, word: &str) -> bool {
    let is = |file: &str| source.path == file || source.path.ends_with(&format!("/{file}"));
    ALLOWED.iter().any(|(file, allowed, _)| is(file) && *allowed == word)
}

/// Whether the word stands in the line, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let longer_before = word.starts_with(part) && before.is_some_and(part);
        let longer_after = word.ends_with(part) && after.is_some_and(part);
        !longer_before && !longer_after
    })
}

#[test]
fn words_are_found_whole_only() {
    assert!(has_word("runs gcc, then", "gcc") && has_word("x/g++", "g++") && has_word("[\"-MD\"]", "-MD"));
    assert!(!has_word("sccache", "ccache") && !has_word("gcc_x", "gcc") && !has_word("-MDX", "-MD"));
    assert!(has_word("\"out/x.d\"", ".d\"") && !has_word("x.data\"", ".d\""));
}

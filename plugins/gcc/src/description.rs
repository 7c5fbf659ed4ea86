//! What the plugin claims, is given, may add and has looked for.

use zccache_plugin_sdk::answer::{
    addition, companion, literal, message_addition, name_rule, probe, self_probe, whole_word,
};
use zccache_plugin_sdk::contract::{Description, Grant, Token, Word};

use crate::dates;
use crate::environment;
use crate::language::Tongue;
use crate::tool;

/// Raised whenever the same question gets an answer of another meaning. The golden tests show when.
const KEY_VERSION: u32 = 7;

/// The addition by which a compiler lists every header, in a scratch file.
pub(crate) const DEPENDENCIES: &str = "dependencies";
/// The companion that lists every header.
pub(crate) const INCLUDED: &str = "included";
/// The addition that keeps colours on a captured stream.
pub(crate) const COLOUR: &str = "colour";
/// The addition by which the assembler lists what it included, in a scratch file.
pub(crate) const ASSEMBLED: &str = "assembled";
/// The probe for what a driver says before it begins.
pub(crate) const REHEARSAL: &str = "rehearsal";
/// The probe for gcc's folders.
pub(crate) const FOLDERS: &str = "folders";
/// The probe for what gcc's assembler knows.
pub(crate) const ASSEMBLER: &str = "assembler";

/// Names that find headers. Quotes are delimiter 0, brackets 1.
pub(crate) const INCLUDE: &str = "include";
/// What a header's name stands between.
pub(crate) const NAMES: &[(&str, &str)] = &[("\"", "\""), ("<", ">")];
/// Directives with a name of a header; a macro's name may stand for it.
pub(crate) const INCLUDE_WORDS: &[&str] = &["include", "include_next", "import", "__include_macros"];
/// The same with a digraph or trigraph for the hash, of which the latter is one only where there are trigraphs.
pub(crate) const INCLUDE_OTHER: [&str; 2] = ["include-digraph", "include-trigraph"];
/// Questions whether a header is there.
pub(crate) const HAS_INCLUDE: [&str; 2] = ["has-include", "has-include-next"];
/// Definitions of macros in whose text the operator stands.
pub(crate) const DEFINES_HAS_INCLUDE: [&str; 3] =
    ["define-has-include", "define-has-include-digraph", "define-has-include-trigraph"];
/// Definitions of macros that may stand for a header's name.
pub(crate) const DEFINES_HEADER: &str = "define-header";
/// How names of headers end.
const HEADERS: [&str; 9] = [".h", ".hpp", ".hh", ".hxx", ".inc", ".inl", ".ipp", ".def", ".tcc"];
/// Files that are read once only, told by content.
pub(crate) const ONCE: &str = "pragma-once";
/// Pragmas whose text is an operand, in a string or made by a macro.
pub(crate) const PRAGMA: &str = "pragma-operator";
/// Code for other machines: in it clang names functions by the device and the inode of their file.
pub(crate) const OFFLOADS: [&str; 2] = ["omp-target", "omp-target-attribute"];
/// Names for the assembler between plain quotes; the others are those of a string of C.
pub(crate) const PLAIN: u32 = 0;
/// Data that the assembler includes: plain, and in a string of C.
pub(crate) const INCBIN: [&str; 2] = ["incbin", "incbin-upper"];
/// Text that the assembler includes.
pub(crate) const ASSEMBLER_INCLUDE: [&str; 2] = ["assembler-include", "assembler-include-upper"];

/// What assembler text says that it was made of: the assembler lists that too.
pub(crate) const SOURCE_OF_ASSEMBLER: &str = "assembler-source";
/// Directives of inline assembly that say where a line comes from: by the first, an assembler notes the working directory.
pub(crate) const LINE_OF_ASSEMBLER: [&str; 4] =
    ["assembler-file", "assembler-file-upper", "assembler-loc", "assembler-loc-upper"];
/// Numbers of files that such directives begin with.
const FILE_NUMBERS: u32 = 100;

/// All of it.
pub(crate) fn describe() -> Description {
    Description {
        id: "gcc".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        about: "C, C++, Objective-C and assembler sources, by gcc or clang".to_owned(),
        key_version: KEY_VERSION,
        programs: tool::patterns(),
        environment: environment::declared(),
        grants: grants(),
        tokens: tokens(),
        more: Vec::new(),
    }
}

fn grants() -> Vec<Grant> {
    let mut grants = vec![
        addition(
            DEPENDENCIES,
            vec![literal("-MD"), literal("-MF"), Word::Scratch(String::new())],
            "the compiler lists the headers that it read",
        ),
        addition(
            ASSEMBLED,
            vec![literal("-Xassembler"), literal("--MD"), literal("-Xassembler"), Word::Scratch(String::new())],
            "the assembler lists the files that it included",
        ),
        message_addition(
            COLOUR,
            vec![literal("-fdiagnostics-color=always")],
            "messages keep their colours on your terminal",
        ),
        companion(
            INCLUDED,
            vec![Word::User, literal("-M"), literal("-MF"), Word::Scratch(String::new())],
            "the compiler lists the headers that it read, where your own list leaves some out",
        ),
        probe(FOLDERS, vec![Word::User, literal("-print-search-dirs")], "gcc says where it finds its own programs"),
    ];
    let mut help = vec![Word::User];
    help.extend(["-Xassembler", "--help", "-x", "assembler", "-c", "/dev/null", "-o", "/dev/null"].map(literal));
    grants.push(self_probe(ASSEMBLER, help, "gcc's assembler says which options it knows, and assembles nothing"));
    let rehearsal = vec![Word::User, literal("-###")];
    grants.push(probe(REHEARSAL, rehearsal, "the driver says what it thinks of the call, and runs nothing"));
    for (tongue, clang) in Tongue::ALL.into_iter().flat_map(|tongue| [(tongue, false), (tongue, true)]) {
        // clang would say the working directory, which is none of the answer's business. The user's own word wins.
        let mut words: Vec<Word> = clang.then(|| literal("-ffile-compilation-dir=.")).into_iter().collect();
        words.push(Word::User);
        // gcc reads a header of its own even so: neither its text nor what it warns of is the answer's business.
        words.extend(["-w", "-v", "-E", "-x", tongue.name(), "/dev/null", "-o", "/dev/null"].map(literal));
        grants.push(probe(&search_grant(tongue, clang), words, "the compiler says where it looks for headers"));
    }
    grants
}

/// The probe for a language's search folders.
pub(crate) fn search_grant(tongue: Tongue, clang: bool) -> String {
    format!("{}search-{}", if clang { "clang-" } else { "" }, tongue.name())
}

/// Whether a macro of the command line may stand for a header's name.
pub(crate) fn names_header(definition: &str) -> bool {
    let Some((_, value)) = definition.split_once('=') else { return false };
    let name = value.trim_end_matches(['"', '>', '\\']);
    name != value && HEADERS.iter().any(|end| name.ends_with(end))
}

/// What a directive begins with.
pub(crate) fn directives(trigraphs: bool) -> &'static [&'static str] {
    const LEADS: [&str; 3] = ["#", "%:", "??="];
    if trigraphs { &LEADS } else { &LEADS[..2] }
}

fn tokens() -> Vec<Token> {
    const TEXTS: &[(&str, &str)] = &[("\"", "\""), ("\\\"", "\\\"")];
    const DEFINED: &[(&str, &str)] = &[("", "__has_include")];
    let header_ends: Vec<String> = HEADERS.iter().flat_map(|end| [format!("{end}\""), format!("{end}>")]).collect();
    let header_ends: Vec<(&str, &str)> = header_ends.iter().map(|end| ("", end.as_str())).collect();
    let mut tokens = vec![
        name_rule(INCLUDE, "#", INCLUDE_WORDS, NAMES),
        name_rule(INCLUDE_OTHER[0], "%:", INCLUDE_WORDS, NAMES),
        name_rule(INCLUDE_OTHER[1], "??=", INCLUDE_WORDS, NAMES),
        name_rule(HAS_INCLUDE[0], "__has_include", &["("], NAMES),
        name_rule(HAS_INCLUDE[1], "__has_include_next", &["("], NAMES),
        name_rule(DEFINES_HAS_INCLUDE[0], "#", &["define"], DEFINED),
        name_rule(DEFINES_HAS_INCLUDE[1], "%:", &["define"], DEFINED),
        name_rule(DEFINES_HAS_INCLUDE[2], "??=", &["define"], DEFINED),
        name_rule(DEFINES_HEADER, "define", &[], &header_ends),
        name_rule(ONCE, "pragma", &["once"], &[]),
        name_rule(PRAGMA, "_Pragma", &[], &[("(", ")")]),
        name_rule(INCBIN[0], ".incbin", &[], TEXTS),
        name_rule(INCBIN[1], ".INCBIN", &[], TEXTS),
        name_rule(SOURCE_OF_ASSEMBLER, ".file", &[], &[("\"", "\"")]),
        name_rule(ASSEMBLER_INCLUDE[0], ".include", &[], TEXTS),
        name_rule(ASSEMBLER_INCLUDE[1], ".INCLUDE", &[], TEXTS),
    ];
    let numbers: Vec<String> = (0..FILE_NUMBERS).map(|number| number.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    for (id, lead) in LINE_OF_ASSEMBLER.iter().zip([".file", ".FILE", ".loc", ".LOC"]) {
        tokens.push(name_rule(id, lead, &numbers, &[]));
    }
    for (id, lead, words) in [
        ("trigraph", "??/", &[][..]),
        ("embed", "#", &["embed"]),
        ("embed-digraph", "%:", &["embed"]),
        ("has-embed", "__has_embed", &["("]),
        ("pragma-dependency", "GCC", &["dependency"]),
        ("pragma-pch", "GCC", &["pch_preprocess"]),
        (OFFLOADS[0], "omp", &["target", "declare target", "begin declare target"]),
        (OFFLOADS[1], "directive", &["( target", "( declare target", "( begin declare target"]),
    ] {
        tokens.push(name_rule(id, lead, words, &[]));
    }
    tokens.push(whole_word("include-alias", "include_alias"));
    tokens.extend(dates::tokens());
    tokens
}

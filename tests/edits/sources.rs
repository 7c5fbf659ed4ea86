//! The texts of the little project: four sources that use every way by which a compiler comes to a file, and headers
//! that can stand in any of its folders.
//!
//! Every file leaves its mark in the object: a string with its name and a number. The number stands behind an `@` and is what
//! edits change. In a response file it also says which folder is searched.

/// What a source or header begins with: strings that stay in the object, however often they are included.
pub const SHOW: &str = "\
#ifndef SHOW
#define JOIN_NOW(a, b) a##b
#define JOIN(a, b) JOIN_NOW(a, b)
#define SHOW(text) static const char JOIN(shown_, __COUNTER__)[] __attribute__((used)) = text;
#endif
";

/// The number of sources.
pub const SOURCES: usize = 4;

/// The name of a source without its suffix.
pub fn source_name(source: usize) -> &'static str {
    ["first", "second", "third", "fourth"][source]
}

/// The text of a source.
pub fn source_text(source: usize, number: u32) -> String {
    let body = match source {
        0 => FIRST,
        1 => SECOND,
        2 => THIRD,
        _ => FOURTH,
    };
    let name = source_name(source);
    let head = format!("{SHOW}SHOW(\"{name} @{number}\")\n{RESPONSE}{TIMES}");
    format!("{head}{BROKEN}{body}static int unused_in_{name}(void) {{ return 1; }}\n")
}

/// Shows what a response file says.
const RESPONSE: &str = "\
#ifdef RESPONSE
#define TEXT_NOW(text) #text
#define TEXT(text) TEXT_NOW(text)
SHOW(TEXT(RESPONSE))
#endif
";

/// Ways in which a source can be wrong.
const BROKEN: &str = "\
#if BROKEN == 1
#error broken on purpose
#elif BROKEN == 2
int broken = not_declared;
#elif BROKEN == 3
#include <not_there.h>
#endif
";

/// Shows when it was compiled and when a header was changed, as long as the headers that do are there.
const TIMES: &str = "\
#if __has_include(\"dated.h\")
#include \"dated.h\"
#endif
#if __has_include(<touched.h>)
#include <touched.h>
#endif
";

/// Shadowing, questions for headers, nested includes, `#include_next`.
const FIRST: &str = "\
#include \"common.h\"
#include <outer.h>
#if __has_include(\"option.h\")
#include \"option.h\"
#else
SHOW(\"no option\")
#endif
#if __has_include(<probe.h>)
SHOW(\"a probe is there\")
#else
SHOW(\"no probe\")
#endif
#include <chain.h>
int first(void) { return COMMON + OUTER; }
";

/// Twins, links to files and folders, a header of the compiler's own, data that the assembler includes.
const SECOND: &str = "\
#include <stddef.h>
#include \"twin.h\"
#include <other/twin.h>
#ifdef TWIN_TWICE
SHOW(\"the twin was read twice\")
#endif
#include \"linked.h\"
#include <api/version.h>
#include \"common.h\"
__asm__(\".pushsection .rodata\\n.incbin \\\"blob.bin\\\"\\n.popsection\");
size_t second(void) { return COMMON + LINKED + VERSION; }
";

/// Names of headers that are values of macros.
const THIRD: &str = "\
#if PICK % 2
#define CHOSEN \"left.h\"
#else
#define CHOSEN <right.h>
#endif
#include CHOSEN
#include \"common.h\"
#if PICK > 2
#include \"deep/leaf.h\"
#endif
int third(void) { return COMMON + PICK; }
";

/// Questions for headers behind a macro, as formatting libraries ask them; headers of the system that are links, or lie in
/// folders that are; a header that builds make.
const FOURTH: &str = "\
#ifdef __has_include
#define HAS(name) __has_include(name)
#else
#define HAS(name) 0
#endif
#if HAS(\"option.h\")
#include \"option.h\"
#endif
#if HAS(<probe.h>)
SHOW(\"a probe is there, says a macro\")
#endif
#include <kernel.h>
#include <asm/types.h>
#include \"common.h\"
#ifdef GENERATED
#include \"generated.h\"
#endif
int fourth(void) { return COMMON + KERNEL + TYPES; }
";

/// Names that may come into being in any folder of [`FOLDERS`].
pub const NAMES: &[&str] = &[
    "common.h",
    "outer.h",
    "inner.h",
    "deep/leaf.h",
    "option.h",
    "probe.h",
    "chain.h",
    "twin.h",
    "other/twin.h",
    "linked.h",
    "api/version.h",
    "left.h",
    "right.h",
    "forced.h",
    "stddef.h",
    "stdc-predef.h",
    "common.h.gch",
    "forced.h.gch",
    DATED,
    "touched.h",
    PRECOMPILED,
    "blob.bin",
    RESPONSE_FILE,
    "kernel.h",
    "asm/types.h",
    "generated.h",
    "not_there.h",
];

/// A header that shows the time of the compile.
pub const DATED: &str = "dated.h";

/// A header that calls can have precompiled.
pub const PRECOMPILED: &str = "pre.h";

/// A file of arguments that calls may name.
pub const RESPONSE_FILE: &str = "arguments.txt";

/// Those of [`NAMES`] that no source needs: they shadow others, are asked for, or spoil the cache's fun (a precompiled header
/// that is none keeps every compile beside it from being stored).
pub const OPTIONAL: &[&str] = &[
    "option.h",
    "probe.h",
    "stddef.h",
    "stdc-predef.h",
    "common.h.gch",
    "forced.h.gch",
    DATED,
    "touched.h",
    "not_there.h",
];

/// Those of [`OPTIONAL`] that keep what reads them, or stands beside them, from being stored. They do not stay for long.
pub const SPOILERS: &[&str] = &["common.h.gch", "forced.h.gch", DATED, "touched.h"];

/// Folders in which names are looked for, at least by some calls.
pub const FOLDERS: &[&str] = &[
    "",
    "src",
    "inc/one",
    "inc/two",
    "inc/three",
    "inc/four",
    "inc/five",
    "inc/env",
    "versions/first",
    "versions/second",
    "inc/system",
    "u",
    "objs",
    "build/gen",
];

/// The text of a file of [`NAMES`]. What includes others does so a few levels deep only: a header that was made a copy of
/// one that includes it would else be read without end.
pub fn header_text(name: &str, number: u32) -> String {
    let stem = name.rsplit('/').next().unwrap_or(name);
    let show = format!("{SHOW}SHOW(\"{stem} @{number}\")\n");
    let includes = |text: &str| format!("#if __INCLUDE_LEVEL__ < 8\n{text}#endif\n");
    match stem {
        RESPONSE_FILE => format!("-DRESPONSE=@{number} -Wextra -isystem inc/by-@{number}\n"),
        "blob.bin" | "common.h.gch" | "forced.h.gch" => format!("{stem} @{number}\n"),
        "outer.h" => {
            let includes = includes("#include \"inner.h\"\n#include <deep/leaf.h>\n");
            format!("{show}{includes}#undef OUTER\n#define OUTER (INNER + LEAF)\n")
        }
        "leaf.h" => format!("{show}{}#undef LEAF\n#define LEAF 20\n", includes("#include \"../inner.h\"\n")),
        "option.h" => format!("{show}#warning an option is set\n"),
        DATED => format!("{show}#undef NOW\n#define NOW __DATE__ \" \" __TIME__\nSHOW(NOW)\n"),
        "touched.h" => format!("{show}SHOW(__TIMESTAMP__)\n"),
        "common.h" => format!("{show}SHOW(__FILE__)\n#undef COMMON\n#define COMMON 1\n"),
        PRECOMPILED => {
            format!("{show}{}", includes("#include \"common.h\"\n#include <outer.h>\n#include <stddef.h>\n"))
        }
        "chain.h" => {
            format!("{show}{}", includes("#if __has_include_next(<chain.h>)\n#include_next <chain.h>\n#endif\n"))
        }
        "stddef.h" => format!("{show}{}", includes("#include_next <stddef.h>\n")),
        "twin.h" => {
            format!("#pragma once\n{show}#ifdef TWIN_SEEN\n#define TWIN_TWICE\n#else\n#define TWIN_SEEN\n#endif\n")
        }
        _ => {
            let value = stem.trim_end_matches(".h").to_uppercase().replace('-', "_");
            format!("{show}#undef {value}\n#define {value} 1\n")
        }
    }
}

/// The files that are there at first, each with the name of [`NAMES`] that it is written as.
pub const FIRST_FILES: &[(&str, &str)] = &[
    ("inc/one/common.h", "common.h"),
    ("inc/two/outer.h", "outer.h"),
    ("inc/two/inner.h", "inner.h"),
    ("inc/one/inner.h", "inner.h"),
    ("inc/one/deep/leaf.h", "deep/leaf.h"),
    ("inc/one/chain.h", "chain.h"),
    ("inc/three/chain.h", "chain.h"),
    ("inc/two/twin.h", "twin.h"),
    ("inc/three/other/twin.h", "other/twin.h"),
    ("inc/env/forced.h", "forced.h"),
    ("store/linked-1.h", "linked.h"),
    ("store/linked-2.h", "linked.h"),
    ("versions/first/version.h", "api/version.h"),
    ("versions/second/version.h", "api/version.h"),
    ("versions/second/common.h", "common.h"),
    ("inc/two/left.h", "left.h"),
    ("inc/one/right.h", "right.h"),
    ("inc/two/blob.bin", "blob.bin"),
    ("forced.h", "forced.h"),
    ("u/kernel.h", "kernel.h"),
    ("u/asm/types.h", "asm/types.h"),
    ("build/gen/generated.h", "generated.h"),
    (PRECOMPILED, PRECOMPILED),
    (RESPONSE_FILE, RESPONSE_FILE),
];

/// The symbolic links that are there at first, with what they lead to.
pub const FIRST_LINKS: &[(&str, &str)] = &[
    ("inc/two/linked.h", "../../store/linked-1.h"),
    ("inc/one/api", "../../versions/first"),
    ("inc/five", "../versions/second"),
    ("inc/system/kernel.h", "../../u/kernel.h"),
    ("inc/system/asm", "../../u/asm"),
    ("inc/by-@0", "two"),
    ("inc/by-@1", "env"),
    ("inc/by-@2", "../versions/first"),
    ("inc/by-@3", "three"),
    ("inc/by-@4", "../versions/second"),
    ("inc/by-@5", "../src"),
];

/// What each link may be made to lead to.
pub const TARGETS: &[(&str, &[&str])] = &[
    ("inc/two/linked.h", &["../../store/linked-1.h", "../../store/linked-2.h", "../one/common.h", "nowhere.h"]),
    ("inc/one/api", &["../../versions/first", "../../versions/second", "../../versions/none", "deep"]),
    ("inc/five", &["../versions/first", "../versions/second", "../versions/none", "two"]),
];

/// Folders that may be moved away and back.
pub const MOVABLE: &[&str] = &["inc/one", "inc/two", "inc/four", "inc/one/deep", "versions/first", "versions/second"];

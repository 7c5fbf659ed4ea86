//! Words for the linker and its driver with which everything that is read is listed, and nothing else is written. A word that is
//! not here is not certain.

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Words of the driver.
const DRIVER: &[&str] = &[
    "-nodefaultlibs",
    "-nostdlib",
    "-nostartfiles",
    "-static",
    "-static-pie",
    "-static-libgcc",
    "-shared-libgcc",
    "-no-pie",
    "-pie",
    "-rdynamic",
    "-pthread",
    "-m64",
    "-m32",
    "-s",
    "-g",
    "-L",
    "-l",
];
/// What words of the driver can begin with. A linker by name; folders and libraries, which are looked for in `collect`.
const DRIVER_STARTS: &[&str] = &["-fuse-ld=", "-L", "-l", "-O", "-march=", "-mtune=", "-mcpu="];

/// Folders of `-L` that begin so, linkers take for folders below another one (the manual of GNU ld, "-L").
pub(crate) const OF_SYSROOT: [&str; 2] = ["=", "$SYSROOT"];

/// Words of the linker.
const LINKER: &[&str] = &[
    "as-needed",
    "no-as-needed",
    "gc-sections",
    "no-gc-sections",
    "eh-frame-hdr",
    "build-id",
    "export-dynamic",
    "E",
    "strip-all",
    "strip-debug",
    "s",
    "S",
    "x",
    "discard-all",
    "discard-locals",
    "no-undefined",
    "allow-multiple-definition",
    "allow-shlib-undefined",
    "no-allow-shlib-undefined",
    "whole-archive",
    "no-whole-archive",
    "start-group",
    "end-group",
    "Bstatic",
    "Bdynamic",
    "Bsymbolic",
    "Bsymbolic-functions",
    "enable-new-dtags",
    "disable-new-dtags",
    "fatal-warnings",
    "no-fatal-warnings",
    "no-rosegment",
    "rosegment",
    "relax",
    "no-relax",
    "warn-common",
    "no-warn-mismatch",
    "pie",
    "no-pie",
    "static",
    "shared",
    "O0",
    "O1",
    "O2",
    "O3",
    "nmagic",
    "omagic",
    "no-mmap-output-file",
];
/// Words of the linker that a value follows, behind `=` or as the next word. The files of the last four, linkers list.
const LINKER_VALUES: &[&str] = &[
    "z",
    "rpath",
    "soname",
    "h",
    "undefined",
    "u",
    "entry",
    "e",
    "init",
    "fini",
    "hash-style",
    "build-id",
    "export-dynamic-symbol",
    "defsym",
    "wrap",
    "compress-debug-sections",
    "sort-section",
    "unresolved-symbols",
    "max-page-size",
    "common-page-size",
    "image-base",
    "dynamic-linker",
    "version-script",
    "dynamic-list",
    "export-dynamic-symbol-list",
    "just-symbols",
];

/// Words that a value follows behind `=` alone: to gold, or to older ones of the others, the first is a word without one.
const LINKER_JOINED: &[&str] = &["threads", "thread-count", "icf"];
/// Words that a linker which does not know them reads as several of one letter, where one hyphen stands before them: `-omagic`
/// names an output, `-icf` a script.
const TWO_HYPHENS: &[&str] =
    &["omagic", "icf", "threads", "thread-count", "rosegment", "no-rosegment", "no-mmap-output-file"];

/// Ends the plan at the first word that is not certain.
pub(crate) fn check(words: &[String]) -> Result<(), Stop> {
    let mut of_linker: Vec<&str> = Vec::new();
    let mut rest = words.iter().map(String::as_str).filter(|word| !word.is_empty());
    while let Some(word) = rest.next() {
        if let Some(words) = word.strip_prefix("-Wl,") {
            of_linker.extend(words.split(','));
        } else if word == "-Xlinker" {
            of_linker.extend(rest.next());
        } else {
            // A file by path is listed.
            let file = !word.starts_with(['-', '@']);
            let starts = DRIVER_STARTS.iter().any(|start| word.starts_with(start));
            let elsewhere = word.starts_with("-fuse-ld=") && word.contains('/');
            let folder = word.strip_prefix("-L").unwrap_or(word);
            let of_sysroot = OF_SYSROOT.iter().any(|start| folder.starts_with(start));
            if !(file || DRIVER.contains(&word) || starts) || elsewhere || of_sysroot {
                return bypass("link-argument", word);
            }
        }
    }
    check_linker(&of_linker)
}

fn check_linker(words: &[&str]) -> Result<(), Stop> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(option) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
            return bypass("link-argument", *word);
        };
        let name = option.split('=').next().unwrap_or(option);
        let hyphens = word.len() - option.len();
        if hyphens != 2 && TWO_HYPHENS.contains(&name) || hyphens != 1 && name.len() == 1 {
            return bypass("link-argument", *word);
        }
        let keyword =
            option.strip_prefix('z').filter(|keyword| hyphens == 1 && !keyword.is_empty() && !keyword.contains('/'));
        let joined = LINKER_JOINED.contains(&name) && name != option;
        if LINKER.contains(&option) || joined || keyword.is_some() {
            continue;
        }
        if !LINKER_VALUES.contains(&name) {
            return bypass("link-argument", *word);
        }
        // Words of a file are put in the place of its name wherever that stands; and to a linker that takes no value here, what
        // looks like an option is one.
        if name == option
            && name != "build-id"
            && let Some(value) = rest.next()
            && value.starts_with(['-', '@'])
        {
            return bypass("link-argument", format!("{word} {value}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_certain(words: &str) -> bool {
        check(&words.split(' ').map(str::to_owned).collect::<Vec<_>>()).is_ok()
    }

    #[test]
    fn words_that_read_or_write_what_nobody_lists_are_not_certain() {
        for words in [
            "-Wl,-Map=x",
            "-Wl,@list",
            "@list",
            "-Wl,-La,-Lb",
            "-Wl,-L,a",
            "-Wl,--library-path=a",
            "-Xlinker -La",
            "-Wl,la.a",
            "-fuse-ld=/x/ld",
            "--ld-path=/x",
            "-wrapper w.sh",
            "--config x",
            "-specs=x",
            "-Wl,--why-extract=f",
            "-Wl,-T,x",
            "-Wl,--retain-symbols-file=f",
            "-Wl,--time-trace=f",
            "-Wl,-rpath-link,a",
            "-o x",
            "-save-temps",
            "-Bdir",
            "-Wl,-plugin,x.so",
            "-Wl,--reproduce=x.tar",
            "-Wl,--dependency-file=x",
            "-Wl,--threads,-Map=x",
            "-Wl,--threads",
            "-Wl,--icf,-Map=x",
            "-Wl,-z,-Map=x",
            "-Wl,-rpath,@list",
            "-Wl,-omagic",
            "-Wl,-icf=all",
            "-Wl,--u,x",
            "-L=/x",
            "-L =/x",
            "-L$SYSROOT/x",
        ] {
            assert!(!is_certain(words), "{words}");
        }
    }

    #[test]
    fn usual_words_are() {
        for words in [
            "-Wl,--as-needed,-z,relro,-z,now",
            "-Wl,-zorigin",
            "-fuse-ld=lld -static",
            "-Wl,-rpath,$ORIGIN -Wl,-rpath=/x",
            "-Wl,-soname,libx.so.1",
            "-Wl,--version-script=my-plugin/x.map",
            "a.o lib/libx.a -L lib -lx",
            "-Xlinker --icf=all",
            "-Wl,--build-id,--gc-sections",
            "-Wl,--build-id=none",
            "-Wl,--threads=4,--icf=safe",
            "-Wl,-u,main,--omagic",
        ] {
            assert!(is_certain(words), "{words}");
        }
    }
}

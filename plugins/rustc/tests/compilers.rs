//! The plugin against the compiler of this machine: outputs are where the plan says, and everything that the compiler and the
//! linker looked at is covered by the plan and the reading.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../sdk/tests/trial/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

use support::{Compiled, Place, reading};
use zccache_plugin_rustc::Rustc as Subject;
use zccache_plugin_sdk::golden;

/// The compiler behind the cargo that runs this.
fn rustc() -> PathBuf {
    Path::new(&std::env::var_os("CARGO").unwrap()).with_file_name("rustc")
}

const FILES: &[(&str, &str)] = &[
    (
        "src/lib.rs",
        "mod plain;\nmod folder;\npub const TEXT: &str = include_str!(\"text file.txt\");\n\
         pub const SET: Option<&str> = option_env!(\"UNSET_ONE\");\npub use plain::f; pub use folder::g;\n",
    ),
    ("src/plain.rs", "pub fn f() -> u32 { 1 }\n"),
    ("src/folder/mod.rs", "pub fn g() -> u32 { 2 }\n"),
    ("src/text file.txt", "text\n"),
    ("main.rs", "fn main() { println!(\"{}\", 1); }\n#[test] fn t() {}\n"),
    (
        "macro.rs",
        "extern crate proc_macro;\n#[proc_macro] pub fn m(t: proc_macro::TokenStream) -> proc_macro::TokenStream { t }\n",
    ),
];

/// What the system's loader looks at for the programs, which are inputs as programs; what is made for this run alone; what
/// only says what kind of machine this is; and folders of libraries, whose files are covered by name.
fn is_harmless(path: &str) -> bool {
    const STARTS: &[&str] =
        &["/proc", "/sys", "/dev", "/etc/ld.so", "/usr/lib/locale", "/usr/share/locale", "/etc/localtime"];
    const PARTS: &[&str] = &[
        "/gconv/",
        ".rcgu.",
        ".so.",
        "/glibc-hwcaps/",
        "/tls",
        "/x86_64",
        "/lib64/rustlib",
        ".tmp",
        "librustc_driver",
        "/tmp/cc",
    ];
    // The last four, gcc's helper looks for and does not run.
    const NAMES: &[&str] = &["rustc", "cc", "gcc", "strace", "lib", "lib64", ".", "nm", "gnm", "strip", "gstrip"];
    let name = zccache_plugin_sdk::path::file_name(path);
    STARTS.iter().any(|start| path.starts_with(start))
        || PARTS.iter().any(|part| path.contains(part))
        || NAMES.contains(&name)
        || name.starts_with("rustc")
        // Whether it could be written, if it had to be.
        || (name == path && name.ends_with(".rmeta"))
}

fn assert_covered(place: &Place, compiled: &Compiled) {
    let uncovered = support::uncovered(place, compiled, is_harmless);
    assert!(uncovered.is_empty(), "not covered: {uncovered:#?}");
}

#[test]
fn everything_that_makes_a_library_is_covered() {
    let place = Place::new(FILES);
    for arguments in [
        &["--crate-type", "lib", "src/lib.rs", "--emit=dep-info,link"][..],
        &["--crate-type", "lib", "src/lib.rs", "--emit=dep-info,metadata,link", "--out-dir", "."],
        &["--crate-type=lib", "src/lib.rs", "--emit=metadata,dep-info", "-g", "-Coverflow-checks=on"],
    ] {
        let compiled = place.compile(&rustc(), arguments);
        assert_covered(&place, &compiled);
        let reading = golden::collected(&compiled.collected);
        for line in
            ["input src/text file.txt content", "input src/plain/mod.rs kind, may be absent", "variable UNSET_ONE"]
        {
            assert!(reading.contains(line), "{line}: {reading}");
        }
    }
}

#[test]
fn everything_that_is_linked_is_covered() {
    for arguments in [
        &["main.rs", "-g", "-o", "program"][..],
        &["--test", "main.rs", "-Copt-level=2"],
        &["--crate-type", "proc-macro", "macro.rs", "-Cprefer-dynamic", "--emit=dep-info,link"],
        &["--crate-type", "cdylib", "src/lib.rs", "--edition=2021", "--emit=link,dep-info"],
        &["--crate-type", "dylib", "src/lib.rs", "--emit=link,dep-info"],
        &["main.rs", "-C", "linker=gcc", "-C", "link-arg=-fuse-ld=bfd", "-Cstrip=symbols"],
    ] {
        let place = Place::new(FILES);
        let compiled = place.compile(&rustc(), arguments);
        assert_covered(&place, &compiled);
        assert!(reading(&compiled).inputs.iter().any(|input| input.path.ends_with("crti.o")), "{arguments:?}");
    }
}

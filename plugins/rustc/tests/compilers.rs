//! The plugin against the compiler of this machine: outputs are where the plan says, and everything that the compiler and the
//! linker looked at is covered by the plan and the reading.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../sdk/tests/trial/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

use support::{Compiled, Place, reading};
use zccache_plugin_rustc::Rustc as Subject;
use zccache_plugin_sdk::contract::Collected;
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

#[test]
fn everything_that_a_linker_script_names_is_covered() {
    let source = "unsafe extern \"C\" { static zz: u8; }\nfn main() { println!(\"{:p}\", &raw const zz); }\n";
    let files = [("main.rs", source), ("a.ld", "INCLUDE more/b.ld\n"), ("lib/more/b.ld", "zz = 0x11;\n")];
    for linker in ["lld", "bfd"] {
        let place = Place::new(&files);
        let chosen = format!("link-arg=-fuse-ld={linker}");
        let words = ["--edition=2024", "main.rs", "-o", "program", "-Crelocation-model=static", "-C", &chosen];
        let compiled = place.compile(&rustc(), &[&words[..], &["-Clink-arg=a.ld", "-Lnative=lib"]].concat());
        assert_covered(&place, &compiled);
        let text = golden::collected(&compiled.collected);
        assert!(text.contains("lookup more/b.ld") || text.contains("input more/b.ld"), "{linker}: {text}");
    }
}

#[test]
fn objects_of_the_compilers_are_no_inputs_and_those_of_the_callers_are() {
    let place = Place::new(&[("main.rs", "fn main() {}\n"), ("parts/part.c", "int part;\n")]);
    let mut gcc = std::process::Command::new("gcc");
    gcc.current_dir(place.folder.path()).args(["-c", "parts/part.c", "-o", "parts/part.rcgu.o"]);
    assert!(gcc.status().unwrap().success());
    for words in [&["-Ccodegen-units=4"][..], &["-Clto=thin"], &["-Clto=thin", "-Clink-args=-fuse-ld=bfd -rdynamic"]] {
        let of_caller = ["main.rs", "-o", "program", "-Clink-arg=parts/part.rcgu.o"];
        let compiled = place.compile(&rustc(), &[&of_caller[..], words].concat());
        let objects = reading(&compiled).inputs.iter().filter(|input| input.path.ends_with(".rcgu.o"));
        assert_eq!(objects.map(|input| input.path.as_str()).collect::<Vec<_>>(), ["parts/part.rcgu.o"], "{words:?}");
        assert!(!reading(&compiled).inputs.iter().any(|input| input.path.ends_with("/symbols.o")), "{words:?}");
        assert_covered(&place, &compiled);
    }
}

#[test]
fn assembly_that_reads_a_file_is_refused() {
    let assembly = "(\".data\", \"zz: .incbin \\\"data\\\"\", \".text\");";
    for source in [
        format!("core::arch::global_asm!{assembly}"),
        format!("core::arch::global_asm /* x */ !{assembly}"),
        format!("core::arch::global_asm // x\n!{assembly}"),
        format!("core::arch::r#global_asm!{assembly}"),
        format!("use core::arch::{{global_asm as ga}}; ga!{assembly}"),
        format!("macro_rules! m {{ ($i:ident) => {{ core::arch::$i!{assembly} }} }} m!(global_asm);"),
        format!("use core::arch::global_asm as ga; ga!{}", assembly.replace(".incbin", ".include")),
    ] {
        let place = Place::new(&[("a.rs", &source), ("data", "\n")]);
        let call = ["--edition=2021", "--crate-type=lib", "--emit=dep-info,link", "a.rs"];
        let collected = place.compile(&rustc(), &call).collected;
        assert!(
            matches!(&collected, Collected::Refuse(why) if why.reason == "assembler-file"),
            "{source}: {collected:?}"
        );
    }
}

#[test]
fn fields_and_methods_that_are_called_include_are_no_assembly() {
    let source = "//! Not asm.\npub struct S { include: bool }\nimpl S {\n\
                  pub fn include(self) -> bool { if self.include { true } else { self.include == false } }\n\
                  pub fn f(self) -> bool { self.include() && \"asm\".is_empty() }\n}\n";
    let place = Place::new(&[("a.rs", source)]);
    reading(&place.compile(&rustc(), &["--crate-type=lib", "--emit=dep-info,link", "a.rs"]));
}

#[test]
fn a_library_that_is_packed_into_a_crate_is_covered_however_its_attribute_is_written() {
    // SAFETY: the function is one of the libraries that the test makes, and is never called.
    const BODY: &str = "extern \"C\" { fn v() -> i32; } pub fn f() -> i32 { unsafe { v() } }";
    let place = Place::new(&[("n/v.c", "int v(void) { return 1; }\n")]);
    let script = "gcc -c n/v.c -o n/v.o && ar rc n/libv.a n/v.o";
    let mut shell = std::process::Command::new("sh");
    assert!(shell.current_dir(place.folder.path()).args(["-c", script]).status().unwrap().success());
    for attribute in [
        "#[link(name = \"v\", kind = \"static\")] BODY",
        "#[link /* x */ (name = r\"v\", kind = r#\"static\"#)] BODY",
        "#[link // x\n(name = \"v\", kind = \"static\")] BODY",
        "#[link\n(name = \"v\", kind = \"static\")] BODY",
        "#[link(name // x\n= \"v\", kind = \"static\")] BODY",
        "#[link(name = \"v\", kind // x\n= \"static\")] BODY",
        "#[link(name = // x\n\"v\", kind = \"static\")] BODY",
        "#[r#link(name = \"v\", kind = \"static\")] BODY",
        "macro_rules! l { ($($t:tt)*) => { #[$($t)*] BODY } } l!(link(name = \"v\", kind = \"static\"));",
        "macro_rules! l { ($i:ident) => { #[$i(name = \"v\", kind = \"static\")] BODY } } l!(link);",
        "macro_rules! l { ($i:ident, $k:ident) => { #[$i($k = \"v\", kind = \"static\")] BODY } } l!(link, name);",
        "macro_rules! l { ($($a:tt)*) => { #[link $($a)*] BODY } } l!((name = \"v\", kind = \"static\"));",
    ] {
        place.write("a.rs", &attribute.replace("BODY", BODY));
        let call = ["--edition=2021", "--crate-type=lib", "--emit=dep-info,link", "a.rs", "-Lnative=n"];
        let text = golden::collected(&place.compile(&rustc(), &call).collected);
        assert!(text.contains("lookup libv.a") || text.contains("input n tree"), "{attribute}: {text}");
    }
}

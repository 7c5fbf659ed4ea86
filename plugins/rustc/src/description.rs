//! What the plugin claims, is given, may add and has looked for.

use zccache_plugin_sdk::answer::{addition, digits, literal, name_rule, probe, self_probe, whole_word};
use zccache_plugin_sdk::contract::{Description, Grant, Token, Word};

use crate::environment;

/// Raised whenever the same question gets an answer of another meaning. The golden tests show when.
const KEY_VERSION: u32 = 3;

/// The addition by which the compiler lists its sources, where the caller does not have it do so.
pub(crate) const SOURCES: &str = "sources";
/// The addition that says again what the compiler makes by default, since any `--emit` takes that away.
pub(crate) const LINK: &str = "link";
/// The addition by which the linker lists what it read.
pub(crate) const LINKED: &str = "linked";
/// The addition by which the compiler says how it calls the linker.
pub(crate) const LINKER: &str = "linker";
/// The addition that keeps colours on a captured stream.
pub(crate) const COLOUR: &str = "colour";
/// The probe for the folders of a compiler.
pub(crate) const FOLDERS: &str = "folders";
/// The probe for the compiler that a proxy stands for in a folder.
pub(crate) const TOOLCHAIN: &str = "toolchain";
/// The probe for whether the linker can list what it reads, and the compiler can say how it calls it.
pub(crate) const LISTS: &str = "lists";
/// The same, of a proxy.
pub(crate) const PROXY_LISTS: &str = "proxy-lists";
/// The probe for what `native` means.
pub(crate) const PROCESSOR: &str = "processor";

const LINKED_PREFIX: &str = "link-arg=-Wl,--dependency-file=";
const LINKER_PREFIX: &str = "--print=link-args=";

/// An attribute that names a library of another language; or a function of that name.
pub(crate) const LINK_ATTRIBUTE: &str = "link-attribute";
/// The kind of a library in such an attribute; or anything else that is set to something.
pub(crate) const LINK_KIND: &str = "link-kind";
/// The name of a library in such an attribute; or anything else that is set to something.
pub(crate) const LINK_NAME: &str = "link-name";
/// The kind of a library that is packed, wherever it stands; or any other text of that word.
pub(crate) const STATIC: &str = "static";
const COMMENT: &str = "//";
/// Lints of clippy's that read the manifests of other packages.
pub(crate) const CARGO_LINTS: &str = "cargo-lints";
/// What stands before them in sources, with blanks anywhere.
const OF_CLIPPY: &str = "clippy";
/// The words of these lints and of their group.
pub(crate) const CARGO_LINT_NAMES: [&str; 6] = [
    "cargo",
    "cargo_common_metadata",
    "multiple_crate_versions",
    "negative_feature_names",
    "redundant_feature_names",
    "wildcard_dependencies",
];
/// What a crate's metadata holds of the name of a crate: the length of a text, and a hyphen before the digits.
pub(crate) const OF_CRATE: &str = "of-crate";
/// So many (cargo's `Metadata`, in hexadecimal digits).
pub(crate) const CRATE_DIGITS: u32 = 16;
/// Where a source may say itself what is made of it.
pub(crate) const CRATE_TYPE: &str = "crate-type";
/// Assembly in a source: the names of its macros, wherever they stand, since a macro can be imported as another, or be given to
/// one.
pub(crate) const ASSEMBLY: [&str; 3] = ["asm", "global_asm", "naked_asm"];
/// By which an assembler packs a file (the manual of GNU as, ".incbin"; in either case).
pub(crate) const INCBIN: [&str; 2] = ["incbin", "incbin-upper"];
/// By which an assembler reads a file (the same, ".include").
pub(crate) const INCLUDE: [&str; 2] = ["include", "include-upper"];
/// What follows that in a string, if it is no field or method of that name: a quote, or one that is escaped.
const QUOTES: &[&str] = &["\"", "\\"];
/// And then a name.
const INCLUDED: &[(&str, &str)] = &[("", "\"")];

/// All of it.
pub(crate) fn describe() -> Description {
    Description {
        id: "rustc".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        about: "Rust crates and programs, by rustc or clippy".to_owned(),
        key_version: KEY_VERSION,
        programs: ["rustc", "clippy-driver", "rustdoc"].map(str::to_owned).to_vec(),
        environment: environment::declared(),
        grants: grants(),
        tokens: tokens(),
        more: Vec::new(),
    }
}

fn grants() -> Vec<Grant> {
    let lists = || {
        vec![
            Word::User,
            literal("--crate-type=cdylib"),
            Word::Scratch("-o".to_owned()),
            literal("-C"),
            Word::Scratch(LINKED_PREFIX.to_owned()),
            Word::Scratch(LINKER_PREFIX.to_owned()),
            // Of nothing: a probe's standard input is empty.
            literal("-"),
        ]
    };
    let folders = || vec![Word::User, literal("--print=sysroot"), literal("--print=target-libdir")];
    vec![
        addition(
            SOURCES,
            vec![Word::Scratch("--emit=dep-info=".to_owned())],
            "the compiler lists the sources and variables that it read",
        ),
        addition(LINK, vec![literal("--emit=link")], "the compiler goes on making what it makes by default"),
        addition(
            LINKED,
            vec![literal("-C"), Word::Scratch(LINKED_PREFIX.to_owned())],
            "the linker lists the files that it read",
        ),
        addition(
            LINKER,
            vec![Word::Scratch(LINKER_PREFIX.to_owned())],
            "the compiler says which linker it called, and how",
        ),
        addition(COLOUR, vec![literal("--color=always")], "messages keep their colours on your terminal"),
        self_probe(FOLDERS, folders(), "the compiler says where its libraries are"),
        probe(TOOLCHAIN, folders(), "rustup's proxy says which compiler it stands for in this folder"),
        self_probe(LISTS, lists(), "the compiler links nothing, to see that the linker can list what it reads"),
        probe(PROXY_LISTS, lists(), "the same, by the compiler that rustup's proxy stands for in this folder"),
        self_probe(
            PROCESSOR,
            vec![Word::User, literal("--print=cfg"), literal("--print=target-cpus"), literal("-Ctarget-cpu=native")],
            "the compiler says what it takes this machine's processor for",
        ),
    ]
}

fn tokens() -> Vec<Token> {
    let [incbin, incbin_upper] = INCBIN;
    let [include, include_upper] = INCLUDE;
    let of_assembler = [
        whole_word(incbin, ".incbin"),
        whole_word(incbin_upper, ".INCBIN"),
        name_rule(include, ".include", QUOTES, INCLUDED),
        name_rule(include_upper, ".INCLUDE", QUOTES, INCLUDED),
    ];
    let lints = CARGO_LINT_NAMES.map(|name| format!(":: {name}"));
    const VALUE: &[(&str, &str)] = &[("\"", "\""), ("r\"", "\""), ("r#\"", "\"#")];
    vec![
        // Or what a macro was given: `#[link $arguments]`. Behind a comment to the end of a line, anything can come.
        name_rule(LINK_ATTRIBUTE, "link", &["(", "$", COMMENT], &[]),
        name_rule(LINK_KIND, "kind", &["=", COMMENT], VALUE),
        name_rule(LINK_NAME, "name", &["=", COMMENT], VALUE),
        whole_word(STATIC, "\"static\""),
        name_rule(CARGO_LINTS, OF_CLIPPY, &lints.each_ref().map(String::as_str), &[]),
        whole_word(CRATE_TYPE, "crate_type"),
        digits(OF_CRATE, "\u{11}-", CRATE_DIGITS),
    ]
    .into_iter()
    .chain(ASSEMBLY.map(|name| whole_word(name, name)))
    .chain(of_assembler)
    .collect()
}

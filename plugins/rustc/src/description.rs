//! What the plugin claims, is given, may add and has looked for.

use zccache_plugin_sdk::answer::{addition, literal, name_rule, probe, self_probe, whole_word};
use zccache_plugin_sdk::contract::{Description, Grant, Token, Word};

use crate::environment;

/// Raised whenever the same question gets an answer of another meaning. The golden tests show when.
const KEY_VERSION: u32 = 1;

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
/// The probe for what `native` means.
pub(crate) const PROCESSOR: &str = "processor";

/// The kind of a library in a `#[link]` attribute.
pub(crate) const LINK_KIND: &str = "link-kind";
/// The name of a library in a `#[link]` attribute, or of anything else.
pub(crate) const LINK_NAME: &str = "link-name";
/// A crate that a source names by itself.
pub(crate) const EXTERN_CRATE: &str = "extern-crate";
/// Where a source may say itself what is made of it.
pub(crate) const CRATE_TYPE: &str = "crate-type";

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
            vec![literal("-C"), Word::Scratch("link-arg=-Wl,--dependency-file=".to_owned())],
            "the linker lists the files that it read",
        ),
        addition(
            LINKER,
            vec![Word::Scratch("--print=link-args=".to_owned())],
            "the compiler says which linker it called, and how",
        ),
        addition(COLOUR, vec![literal("--color=always")], "messages keep their colours on your terminal"),
        self_probe(FOLDERS, folders(), "the compiler says where its libraries are"),
        probe(TOOLCHAIN, folders(), "rustup's proxy says which compiler it stands for in this folder"),
        self_probe(
            PROCESSOR,
            vec![Word::User, literal("--print=cfg"), literal("--print=target-cpus"), literal("-Ctarget-cpu=native")],
            "the compiler says what it takes this machine's processor for",
        ),
    ]
}

fn tokens() -> Vec<Token> {
    const VALUE: &[(&str, &str)] = &[("= \"", "\""), ("=\"", "\"")];
    vec![
        name_rule(LINK_KIND, "kind", &[], VALUE),
        name_rule(LINK_NAME, "name", &[], VALUE),
        name_rule(EXTERN_CRATE, "extern", &["crate"], &[("", ";")]),
        whole_word(CRATE_TYPE, "crate_type"),
    ]
}

//! The sources of a state.

use super::state::{Fault, Module, State};
use crate::listing::files;

/// What is the same in all states.
const FIXED: &str = r#"
//- base/Cargo.toml
[package]
name = "base"
version = "0.1.0"
edition = "2024"

[features]
loud = []

[dependencies]
macros = { path = "../macros" }

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(tall)"] }

//- base/build.rs
use std::process::Command;
use std::{env, fs};

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let rows = env::var("ROWS").unwrap_or_else(|_| "9".to_owned());
    let table = fs::read_to_string("table.txt").unwrap();
    fs::write(format!("{out}/table.rs"), format!("pub const TABLE: &[u32] = &[{rows}, {}];\n", table.trim())).unwrap();
    run("gcc", &["-O1", "-c", "src/native.c", "-o", &format!("{out}/native.o")]);
    run("ar", &["crsD", &format!("{out}/libnative.a"), &format!("{out}/native.o")]);
    println!("cargo::rerun-if-changed=src/native.c");
    println!("cargo::rerun-if-changed=table.txt");
    println!("cargo::rerun-if-env-changed=ROWS");
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=native");
    println!("cargo::rustc-env=ROWS_LENGTH={}", rows.len());
}

fn run(program: &str, words: &[&str]) {
    assert!(Command::new(program).args(words).status().unwrap().success());
}

//- macros/Cargo.toml
[package]
name = "macros"
version = "0.1.0"
edition = "2024"

[lib]
proc-macro = true

//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2024"

[features]
loud = ["base/loud"]

[dependencies]
base = { path = "../base" }
macros = { path = "../macros" }

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(tall)"] }

//- app/src/report.rs
pub fn report(value: u64) {
    println!("{value} {} {:?} {:?} {}", base::EXTRA, base::FLAVOUR, base::words(), base::LOUD);
    println!("{:?} {} {} {} {}", base::TABLE, base::ROWS_LENGTH, base::native(), macros::number!(), cfg!(tall));
}
"#;

/// All files.
pub fn sources(state: &State) -> Vec<(String, String)> {
    let State { words, table, native, number, optimised, debug_lines, .. } = state;
    let level = u8::from(*optimised);
    let debug = if *debug_lines { "\"line-tables-only\"" } else { "true" };
    let listing = format!(
        "{FIXED}
//- Cargo.toml
[workspace]
resolver = \"3\"
members = [\"app\", \"base\", \"macros\"]

[profile.dev]
opt-level = {level}
debug = {debug}

//- base/words.txt
words {words}

//- base/table.txt
{table}

//- base/src/native.c
int native(void) {{ return {native}; }}

//- macros/src/lib.rs
use proc_macro::TokenStream;

#[proc_macro]
pub fn number(_: TokenStream) -> TokenStream {{
    let mood = std::env::var(\"MOOD\").unwrap_or_default();
    format!(\"\\\"{number} {{mood}}\\\"\").parse().unwrap()
}}

//- base/src/lib.rs
{}
//- app/src/main.rs
{}",
        library(state),
        program(state)
    );
    let module = "pub const EXTRA: u32 = 1;\n";
    let places: &[&str] = match state.module {
        Module::Nowhere => &[],
        Module::File => &["base/src/extra.rs"],
        Module::Folder => &["base/src/extra/mod.rs"],
        Module::Both => &["base/src/extra.rs", "base/src/extra/mod.rs"],
    };
    let places = places.iter().map(|place| ((*place).to_owned(), module.to_owned()));
    files(&listing).into_iter().chain(places).collect()
}

fn library(state: &State) -> String {
    let extra = if state.declared { "mod extra;\npub use extra::EXTRA;" } else { "pub const EXTRA: u32 = 0;" };
    let number = number(state.wide);
    let body = state.body;
    let fault = fault(state, true);
    format!(
        "{extra}
{fault}
include!(concat!(env!(\"OUT_DIR\"), \"/table.rs\"));
pub const ROWS_LENGTH: &str = env!(\"ROWS_LENGTH\");
pub const FLAVOUR: Option<&str> = option_env!(\"FLAVOUR\");
pub const LOUD: bool = cfg!(feature = \"loud\");

unsafe extern \"C\" {{
    #[link_name = \"native\"]
    fn native_part() -> i32;
}}

pub fn native() -> i32 {{
    unsafe {{ native_part() }}
}}

pub fn words() -> Vec<&'static str> {{
    include_str!(\"../words.txt\").split_whitespace().collect()
}}

pub fn shape(value: {number}) -> {number} {{
    let shaped = value * 10 + {body};
    assert!(shaped > 0, \"{{}}\", macros::number!());
    shaped
}}

#[cfg(test)]
mod tests {{
    #[test]
    fn a_shape_is_more() {{
        assert!(super::shape(1) > 9);
    }}
}}
"
    )
}

fn program(state: &State) -> String {
    let number = number(state.wide_call);
    let fault = fault(state, false);
    format!(
        "mod report;
{fault}
fn main() {{
    let unused = {};
    let given: {number} = 7;
    report::report(base::shape(given) as u64);
}}
",
        state.body
    )
}

fn number(wide: bool) -> &'static str {
    if wide { "u64" } else { "u32" }
}

/// The error, if it is in this source.
fn fault(state: &State, in_library: bool) -> &'static str {
    match state.fault.filter(|_| state.fault_in_library == in_library) {
        None => "",
        Some(Fault::Type) => "pub const FAULT: u32 = \"text\";",
        Some(Fault::Name) => "pub const FAULT: u32 = NOWHERE;",
        Some(Fault::Syntax) => "pub fn fault( {",
        Some(Fault::Lint) => "#[deny(dead_code)]\nfn never_called() {}",
        Some(Fault::Inclusion) => "pub const FAULT: &str = include_str!(\"absent.txt\");",
    }
}

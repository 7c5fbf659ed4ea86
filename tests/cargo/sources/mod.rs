//! Workspaces that several tests build.

/// One with every kind of crate.
pub const EVERYTHING: &str = include_str!("everything.txt");

/// A script by which the programs of [`EVERYTHING`] show what they do.
pub const PROOF: &str = "$BIN/app; $BIN/examples/hello\n\
     gcc foreign/caller.c -o $BIN/caller -L $BIN -lforeign; LD_LIBRARY_PATH=$BIN $BIN/caller; rm $BIN/caller";

/// What they print then.
pub const SHOWN: &str = "app 1.2.3 plain\nSquare area 25, sum 5, squares [1, 4, 9], native!\nwords of a file\nNone 42\n\
     foreign 49\n";

/// A library with a macro, a list of words that it includes, and a program: what is quickly built.
pub const SMALL: &str = r#"
//- Cargo.toml
[workspace]
resolver = "3"
members = ["app", "base", "macros"]

//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2024"

[dependencies]
base = { path = "../base" }

//- app/src/main.rs
fn main() {
    println!("{} {:?} {}", base::NUMBER, base::words(), cfg!(wide));
}

//- base/Cargo.toml
[package]
name = "base"
version = "0.1.0"
edition = "2024"

[dependencies]
macros = { path = "../macros" }

//- base/words.txt
one two

//- base/src/lib.rs
pub const NUMBER: u32 = macros::number!();

pub fn words() -> Vec<&'static str> {
    include_str!("../words.txt").split_whitespace().collect()
}

//- macros/Cargo.toml
[package]
name = "macros"
version = "0.1.0"
edition = "2024"

[lib]
proc-macro = true

//- macros/src/lib.rs
use proc_macro::TokenStream;

#[proc_macro]
pub fn number(_: TokenStream) -> TokenStream {
    "7".parse().unwrap()
}
"#;

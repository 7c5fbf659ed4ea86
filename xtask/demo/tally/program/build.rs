//! Tells the program how it was built.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=TALLY_PROFILE={}", env::var("PROFILE").unwrap_or_default());
}

//! Writes the words of `common.txt` down as a constant.

use std::path::PathBuf;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=common.txt");
    let words: Vec<String> = fs::read_to_string("common.txt")?.lines().map(str::to_owned).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("common.rs"), format!("&{words:?}"))?;
    Ok(())
}

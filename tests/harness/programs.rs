//! Where the programs under test are.

use std::path::PathBuf;

/// The client.
pub fn zccache() -> PathBuf {
    program("zccache")
}

/// The daemon.
pub fn zccached() -> PathBuf {
    program("zccached")
}

/// `cargo xtask test` names the folder of the release build. Without it: what `cargo build` left beside this test.
fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("ZCCACHE_TEST_BIN_DIR").map(PathBuf::from).unwrap_or_else(|| {
        let test = std::env::current_exe().expect("a running test has a path");
        // target/<triple>/<profile>/deps/<test>
        test.ancestors().nth(2).expect("tests run from cargo's folders").to_owned()
    });
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is not built: run `cargo xtask test`, or `cargo build -p zccache -p zccached` before this test",
        program.display()
    );
    program
}

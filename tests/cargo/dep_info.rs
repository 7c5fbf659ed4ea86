//! Lists of sources that the compiler writes: they come back as they were.

use zccache_tests::Expected;

use crate::call::{LIBRARY, library};
use crate::rust::{rustc, world};

#[test]
fn a_list_names_variables_and_files_above_the_package_and_comes_back_as_it_was() {
    let Some(mut world) = world() else { return };
    world.write("words.txt", "words");
    world.write("a b/mod.rs", "pub const INNER: u32 = 1;\n");
    world.write(
        "package/x.rs",
        "#[path = \"../a b/mod.rs\"]\npub mod inner;\npub const WORDS: &str = include_str!(\"../words.txt\");\n\
         pub const ONE: Option<&str> = option_env!(\"FLAVOUR\");\npub const TWO: Option<&str> = option_env!(\"TASTE\");\n",
    );
    world.set("FLAVOUR", "sweet\\and\nsour");
    let call = format!("{} --edition=2024 --crate-type=lib --emit=link,dep-info=x.d package/x.rs", rustc());
    let made = world.expect_cold_and_warm(&call, &["x.d", "libx.rlib"]);
    let list = String::from_utf8(made.files["x.d"].clone().unwrap().bytes).unwrap();
    for part in ["package/../words.txt:", "a\\ b/mod.rs:", "# env-dep:FLAVOUR=sweet\\\\and\\nsour", "# env-dep:TASTE\n"]
    {
        assert!(list.contains(part), "{part} is not in {list}");
    }
    world.write("words.txt", "other words");
    world.expect(Expected::Miss, &call, &["x.d", "libx.rlib"]);
    world.write("a b/mod.rs", "pub const INNER: u32 = 2;\n");
    world.expect(Expected::Miss, &call, &["x.d", "libx.rlib"]);
}

#[test]
fn a_call_that_asks_for_no_list_gets_none() {
    let Some(world) = world() else { return };
    world.write("x.rs", "fn main() {}\n");
    for words in ["x.rs", "--emit=link x.rs", "-o x x.rs", "--crate-type=cdylib --emit=link=x x.rs", "--test x.rs -o x"]
    {
        let made = world.expect_cold_and_warm(&format!("{} {words}", rustc()), &["x", "x.d"]);
        assert_eq!(made.files["x.d"], None, "{words}");
        assert!(made.files["x"].is_some(), "{words}");
    }
}

/// What is asked for is in the hash of a crate that others can use, so asking for a list would make another crate.
#[test]
fn a_library_without_a_list_is_made_as_it_is() {
    let Some(world) = world() else { return };
    world.write("x.rs", "pub fn f() {}\n");
    for words in ["x.rs", "--emit=link x.rs", "-o libx.rlib x.rs", "--emit=metadata x.rs"] {
        world.expect(Expected::Bypass, &format!("{} --crate-type=lib {words}", rustc()), &LIBRARY);
    }
}

#[test]
fn an_included_file_that_is_gone_is_the_compilers_own_error_until_it_is_back() {
    let Some(world) = world() else { return };
    world.write_many([("x.rs", "pub const TEXT: &str = include_str!(\"text\");\n"), ("text", "one")]);
    let call = library("");
    let whole = world.expect_cold_and_warm(&call, &LIBRARY);
    world.remove("text");
    let (failed, _) = world.expect(Expected::NoHit, &call, &LIBRARY);
    assert!(!failed.run.succeeded() && failed.run.err().contains("text"), "{failed:?}");
    world.write("text", "one");
    assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, whole);
    world.remove("text");
    world.write("text/file", "a folder");
    let (folder, counters) = world.compare(&call, &LIBRARY);
    assert!(!folder.run.succeeded() && counters.hits == 0, "{folder:?}");
}

#[test]
fn a_file_with_a_lines_end_in_its_name_is_not_stored() {
    let Some(world) = world() else { return };
    world.write_many([("a\nb", "one"), ("b", "other"), ("x.rs", "pub const TEXT: &str = include_str!(\"a\\nb\");\n")]);
    world.expect(Expected::Unstored, &library(""), &LIBRARY);
}

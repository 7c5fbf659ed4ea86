//! Procedural macros: libraries that the compiler loads, and what they read while it runs, of which nobody tells the compiler.

use zccache_tests::{Expected, World};

use crate::call::{LIBRARY, library};
use crate::rust::{rustc, world};
use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

const MACRO: &str = r#"
extern crate proc_macro;

#[proc_macro]
pub fn greeting(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let who = std::env::var("WHO").unwrap_or_default();
    let mut names: Vec<_> = std::fs::read_dir("greetings").unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let texts: Vec<String> = names.iter().map(|name| std::fs::read_to_string(name).unwrap()).collect();
    format!("{:?}", format!("{} {who}", texts.concat())).parse().unwrap()
}
"#;

/// A macro that reads a variable and a folder, and a crate that uses it.
fn greeted() -> Option<(World, String)> {
    let mut world = world()?;
    world.write_many([
        ("m.rs", MACRO),
        ("x.rs", "pub const GREETING: &str = m::greeting!();\n"),
        ("greetings/a", "hello"),
    ]);
    world.bare(&format!("{} --edition=2024 --crate-type=proc-macro m.rs", rustc())).expect_success();
    world.set("ZCCACHE_RUSTC_VARIABLES", "WHOM, WHO");
    world.set("ZCCACHE_RUSTC_FILES", "nothing:greetings");
    zccache_tests::tick();
    Some((world, library("--extern m=libm.so")))
}

#[test]
fn a_variable_that_a_macro_is_said_to_read_is_seen_when_it_changes() {
    let Some((mut world, call)) = greeted() else { return };
    let nobody = world.expect_cold_and_warm(&call, &LIBRARY);
    world.set("WHO", "world");
    let everybody = world.expect_cold_and_warm(&call, &LIBRARY);
    assert_ne!(nobody, everybody);
    world.unset("WHO");
    world.expect(Expected::Hit, &call, &LIBRARY);
    world.set("WHEN", "now");
    world.expect(Expected::Hit, &call, &LIBRARY);
}

#[test]
fn files_that_a_macro_is_said_to_read_are_seen_when_they_change_come_and_go() {
    let Some((world, call)) = greeted() else { return };
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("greetings/a", "good day");
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("greetings/b", ", ");
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.remove("greetings/b");
    world.expect(Expected::Hit, &call, &LIBRARY);
    world.write("greetings/a", "hello");
    world.expect(Expected::Hit, &call, &LIBRARY);
}

#[test]
fn relative_files_that_a_macro_is_said_to_read_start_at_the_package() {
    let Some((mut world, call)) = greeted() else { return };
    world.write("package/keep", "");
    let package = world.work.join("package");
    world.set("CARGO_MANIFEST_DIR", package);
    world.set("ZCCACHE_RUSTC_FILES", "../greetings");
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("greetings/a", "good day");
    world.expect_cold_and_warm(&call, &LIBRARY);
}

#[test]
fn a_file_that_a_macro_has_included_needs_no_setting() {
    let Some(world) = world() else { return };
    let macro_source = "extern crate proc_macro;\n#[proc_macro]\npub fn text(_: proc_macro::TokenStream) -> \
                        proc_macro::TokenStream {\n    \"include_str!(\\\"text\\\")\".parse().unwrap()\n}\n";
    world.write_many([("m.rs", macro_source), ("x.rs", "pub const TEXT: &str = m::text!();\n"), ("text", "one")]);
    world.bare(&format!("{} --edition=2024 --crate-type=proc-macro m.rs", rustc())).expect_success();
    zccache_tests::tick();
    let call = library("--extern m=libm.so");
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("text", "two");
    world.expect_cold_and_warm(&call, &LIBRARY);
    world.write("text", "one");
    world.expect(Expected::Hit, &call, &LIBRARY);
}

#[test]
fn a_file_that_a_macro_writes_and_has_included_is_not_taken_for_one_that_was_there() {
    let Some(world) = world() else { return };
    let macro_source = "extern crate proc_macro;\n#[proc_macro]\npub fn text(_: proc_macro::TokenStream) -> \
                        proc_macro::TokenStream {\n    std::fs::write(\"text\", std::fs::read(\"origin\").unwrap()).unwrap();\n    \
                        \"include_str!(\\\"text\\\")\".parse().unwrap()\n}\n";
    world.write_many([("m.rs", macro_source), ("x.rs", "pub const TEXT: &str = m::text!();\n"), ("origin", "one")]);
    world.bare(&format!("{} --edition=2024 --crate-type=proc-macro m.rs", rustc())).expect_success();
    zccache_tests::tick();
    let call = library("--extern m=libm.so");
    for origin in ["one", "two", "one"] {
        world.write("origin", origin);
        world.expect(Expected::Unstored, &call, &LIBRARY);
    }
}

#[test]
fn a_macro_is_compiled_as_any_crate_and_its_users_see_that_it_has_changed() {
    let Some(world) = world() else { return };
    let source = |number: u32| {
        format!(
            "extern crate proc_macro;\n#[proc_macro]\npub fn number(_: proc_macro::TokenStream) -> \
             proc_macro::TokenStream {{\n    \"{number}\".parse().unwrap()\n}}\n"
        )
    };
    let makes = format!("{} --edition=2024 --crate-name=m --crate-type=proc-macro --emit=dep-info,link m.rs", rustc());
    world.write("x.rs", "pub const NUMBER: u32 = m::number!();\n");
    let call = library("--extern m=libm.so");
    let [one, two] = [1, 2].map(|number| {
        world.write("m.rs", source(number));
        world.expect_cold_and_warm(&makes, &["m.d", "libm.so"]);
        zccache_tests::tick();
        world.expect_cold_and_warm(&call, &LIBRARY)
    });
    assert_ne!(one, two);
    world.write("m.rs", source(1));
    world.expect(Expected::Hit, &makes, &["m.d", "libm.so"]);
    assert_eq!(world.expect(Expected::Hit, &call, &LIBRARY).0, one);
}

#[test]
fn a_macro_from_the_cache_is_loaded_by_a_run_of_the_compiler() {
    let Some(workspace) = Workspace::without_incremental(SMALL) else { return };
    workspace.build(Way::Cached, "build --package macros").expect_success().assert_all_misses();
    workspace.clean();
    let build = workspace.build(Way::Cached, "build --workspace").expect_success();
    build.assert_counted(1, build.compiled() - 1);
    assert_eq!(workspace.said("debug", "$BIN/app"), "7 [\"one\", \"two\"] false\n");
}

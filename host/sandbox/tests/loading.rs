//! What is loaded and what is refused, and what becomes of native images.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test suite")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use common::{World, invocation};
use zccache_model::limits;
use zccache_model::plan::Decision;
use zccache_sandbox::{LoadError, PluginFault, Sandbox, SandboxError};
use zccache_test_components::{self as components, Canned};

#[test]
fn a_component_says_what_it_is_and_answers() {
    let world = World::new();
    let plugin = world.load(&Canned::new("plain-1").build());
    assert_eq!(plugin.description().id, "plain-1");
    assert_eq!(plugin.description().programs, ["victim"]);
    assert_eq!(plugin.plan(&invocation(&[]), &[]), Ok(Decision::Decline));
}

#[test]
fn what_is_no_component_is_refused_with_its_cause() {
    let world = World::new();
    assert!(matches!(world.refusal(b""), LoadError::NotWebAssembly));
    assert!(matches!(world.refusal(b"\x7fELF\x02\x01\x01\x00"), LoadError::NotWebAssembly));
    assert!(matches!(world.refusal(&components::core_module()), LoadError::CoreModule));
    let large = vec![0; limits::COMPONENT_BYTES + 1];
    assert!(matches!(world.refusal(&large), LoadError::TooLarge { bytes } if bytes == large.len()));
    assert_eq!(world.compiled.get(), 0);

    let mut cut = Canned::new("cut").build();
    cut.truncate(cut.len() / 2);
    assert!(matches!(world.refusal(&cut), LoadError::Compile { .. }));
}

#[test]
fn a_component_that_imports_anything_is_refused_and_the_import_is_named() {
    let refusal = World::new().refusal(&components::with_wasi_import());
    assert!(matches!(&refusal, LoadError::Imports { name } if name == "wasi:cli/environment@0.2.6"), "{refusal}");
    assert!(refusal.to_string().contains("WASI"), "{refusal}");
}

#[test]
fn a_component_without_the_interface_is_told_which_one_this_host_has() {
    let world = World::new();
    let refusal = world.refusal(&components::wrong_interface());
    assert!(matches!(refusal, LoadError::NoInterface { .. }), "{refusal}");
    let message = refusal.to_string();
    assert!(message.contains("tool-plugin@0.1.0") && message.contains("tool-plugin@0.9.0"), "{message}");

    let empty = wat_component("(component)");
    assert!(matches!(world.refusal(&empty), LoadError::NoInterface { .. }));
}

#[test]
fn a_component_whose_types_differ_is_refused_though_the_name_is_right() {
    let other = Canned::new("other").wit(|wit| wit.replace("key-version: u32", "key-version: u64")).build();
    let refusal = World::new().refusal(&other);
    assert!(matches!(refusal, LoadError::InterfaceTypes { .. }), "{refusal}");
}

#[test]
fn a_description_that_cannot_be_is_refused() {
    let grant = |id: &str| format!(r#"{{id: "{id}", what: addition, words: [literal("-x")], reason: ""}}"#);
    let token = |id: &str| format!(r#"{{id: "{id}", find: whole-word("w")}}"#);
    let twice = |one: String| format!("[{one}, {one}]");
    for (from, to, expected) in [
        ("id: \"x\"", "id: \"\"".to_owned(), "the id ''"),
        ("id: \"x\"", "id: \"Tool\"".into(), "the id 'Tool'"),
        ("id: \"x\"", "id: \"../x\"".into(), "the id '../x'"),
        ("programs: [\"victim\"]", "programs: []".into(), "no programs"),
        ("grants: []", format!("grants: {}", twice(grant("one"))), "two grants have the id 'one'"),
        ("tokens: []", format!("tokens: {}", twice(token("two"))), "two tokens have the id 'two'"),
        ("about: \"a plugin for tests\"", r#"about: "a\u{1b}[2Jb""#.into(), "control characters"),
        ("tokens: []", r#"tokens: [{id: "none", find: whole-word("")}]"#.into(), "looks for nothing"),
        (
            "grants: []",
            r#"grants: [{id: "mine", what: addition, words: [user], reason: ""}]"#.into(),
            "words of the user's",
        ),
    ] {
        let component = Canned::new("x").describe(|text| text.replace(from, &to)).build();
        let refusal = World::new().refusal(&component);
        assert!(matches!(&refusal, LoadError::Description { what } if what.contains(expected)), "{refusal}");
    }
}

#[test]
fn a_description_with_an_unknown_property_needs_a_newer_host() {
    let more = r#"more: [{name: "volatile", value: "yes"}]"#;
    let component = Canned::new("new").describe(|text| text.replace("more: []", more)).build();
    let refusal = World::new().refusal(&component);
    assert!(matches!(&refusal, LoadError::UnknownProperty { name } if name == "volatile"), "{refusal}");
}

#[test]
fn a_component_that_traps_when_asked_what_it_is_is_refused() {
    let refusal = World::new().refusal(&Canned::new("mute").describe_code(|_| "unreachable".into()).build());
    assert!(matches!(&refusal, LoadError::Describe(PluginFault::Trap { .. })), "{refusal}");
}

#[test]
fn a_component_that_needs_more_than_a_call_may_use_is_refused() {
    let component = |body: &str| wat_component(&format!("(component {body})"));
    let instance = "(core instance (instantiate $m))";
    for wide in [
        component("(core module $m (memory 2000)) (core instance (instantiate $m))"),
        component(&format!("(core module $m (memory 1)) {instance} {instance}")),
        Canned::new("wide").import("(table 30000 funcref)").build(),
        Canned::new("wide").import(&"(table 1 funcref)".repeat(5)).build(),
    ] {
        let refusal = World::new().refusal(&wide);
        assert!(matches!(refusal, LoadError::LoadImage { .. }), "{refusal}");
        assert!(refusal.to_string().contains("at most 64 MiB"), "{refusal}");
    }
}

#[test]
fn an_image_is_made_once_and_a_damaged_one_is_made_again() {
    let world = World::new();
    let component = Canned::new("kept").build();
    world.load(&component);
    world.load(&component);
    assert_eq!(world.compiled.get(), 1);

    let image = images(&world).pop().unwrap();
    let whole = fs::read(&image).unwrap();
    let mut damaged = whole.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    for bytes in [&damaged[..], &whole[..100], b""] {
        fs::write(&image, bytes).unwrap();
        let before = world.compiled.get();
        assert_eq!(world.load(&component).plan(&invocation(&[]), &[]), Ok(Decision::Decline));
        assert_eq!(world.compiled.get(), before + 1);
        assert_eq!(images(&world), std::slice::from_ref(&image), "nothing else is left in the folder");
    }
}

#[test]
fn an_image_that_others_can_write_is_made_again() {
    let world = World::new();
    let component = Canned::new("kept").build();
    world.load(&component);
    let image = images(&world).pop().unwrap();
    fs::set_permissions(&image, fs::Permissions::from_mode(0o666)).unwrap();
    world.load(&component);
    assert_eq!(world.compiled.get(), 2);
    assert_eq!(fs::metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_image_of_another_component_is_not_taken() {
    let world = World::new();
    let (one, two) = (Canned::new("one").build(), Canned::new("two").build());
    world.load(&one);
    let image_of_one = images(&world).pop().unwrap();
    world.load(&two);
    let image_of_two = images(&world).into_iter().find(|image| *image != image_of_one).unwrap();
    fs::copy(&image_of_one, &image_of_two).unwrap();
    assert_eq!(world.load(&two).description().id, "two");
    assert_eq!(world.compiled.get(), 3);
}

#[test]
fn a_compiler_that_fails_or_makes_nothing_is_an_error_and_leaves_nothing() {
    let world = World::new();
    let component = Canned::new("never").build();
    let failed = world.sandbox.load(&component, &|_, _| Err("killed\nby signal 9".into())).err().unwrap();
    assert!(matches!(&failed, LoadError::Compile { cause } if cause == "killed by signal 9"), "{failed}");
    assert_eq!(images(&world), [] as [PathBuf; 0]);
    let empty = world.sandbox.load(&component, &|_, _| Ok(())).err().unwrap();
    assert!(matches!(empty, LoadError::LoadImage { .. }), "{empty}");
}

#[test]
fn the_images_folder_is_private_or_not_used() {
    let root = tempfile::tempdir().unwrap();
    let fresh = root.path().join("state/images");
    Sandbox::new(&fresh).unwrap();
    assert_eq!(fs::metadata(&fresh).unwrap().permissions().mode() & 0o777, 0o700);

    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o770)).unwrap();
    assert!(matches!(Sandbox::new(&fresh), Err(SandboxError::NotPrivate { .. })));

    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o700)).unwrap();
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&fresh, &link).unwrap();
    assert!(matches!(Sandbox::new(&link), Err(SandboxError::NotPrivate { .. })));
}

fn images(world: &World) -> Vec<PathBuf> {
    let engines = fs::read_dir(world.folder.path().join("images")).unwrap();
    let engine = engines.map(|entry| entry.unwrap().path()).next().unwrap();
    fs::read_dir(engine).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn wat_component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

//! Command lines in, plans as text out. Where a change is meant: `UPDATE_GOLDEN=1 cargo test -p zccache-plugin-rustc`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use zccache_plugin_rustc::Rustc;
use zccache_plugin_sdk::contract::{Answer, Decision, Invocation, Question, Ran, Status};
use zccache_plugin_sdk::{Plugin, golden};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn rustc(words: &str) -> Invocation {
    called("/tools/bin/rustc", "/tools/bin/rustc", words)
}

/// A call of cargo's, for a package in `/work/pkg`.
fn called(program: &str, real: &str, words: &str) -> Invocation {
    let mut invocation = golden::invocation(program, real, &words.split_whitespace().collect::<Vec<_>>());
    invocation.environment = vec![
        ("CARGO_MANIFEST_DIR".into(), "/work/pkg".into()),
        ("HOME".into(), "/home/u".into()),
        ("TERM".into(), "xterm".into()),
    ];
    invocation
}

fn decide(invocation: &mut Invocation) -> (String, Decision) {
    golden::decide::<Rustc>(invocation, |invocation, question| {
        let Question::Probe(_) = question else { panic!("only probes are asked for: {question:?}") };
        let is_proxy = invocation.tool.real.ends_with("/rustup");
        let folder = if is_proxy { "/home/u/.rustup/toolchains/nightly-x86_64-unknown-linux-gnu" } else { "/tools" };
        let stdout = format!("{folder}\n{folder}/lib/rustlib/x86_64-unknown-linux-gnu/lib\n").into_bytes();
        Answer::Ran(Ran { status: Status::Exited(0), stdout, stderr: Vec::new() })
    })
}

fn check(name: &str, mut invocation: Invocation) {
    let (asked, decision) = decide(&mut invocation);
    golden::check(&file(name), &golden::dialogue(&invocation, &asked, &decision));
}

/// What cargo says in every call.
const OF_CARGO: &str = "--edition=2024 --error-format=json --json=diagnostic-rendered-ansi,artifacts,future-incompat";

#[test]
fn the_description_changes_only_on_purpose() {
    golden::check(&file("description.txt"), &golden::description(&Rustc::describe()));
}

#[test]
fn a_library_of_cargos() {
    let call = format!(
        "--crate-name a {OF_CARGO} src/lib.rs --crate-type lib --emit=dep-info,metadata,link -C debuginfo=2 \
         -C metadata=0f -C extra-filename=-0f --out-dir /t/deps -C incremental=/t/incremental -L dependency=/t/deps \
         --extern b=/t/deps/libb-1e.rmeta --cap-lints allow -l static=z -L native=/t/out"
    );
    check("library.txt", rustc(&call));
}

#[test]
fn a_program_of_cargos() {
    let call = format!(
        "--crate-name p {OF_CARGO} src/main.rs --crate-type bin --emit=dep-info,link -C extra-filename=-0f \
         --out-dir /t/deps -L dependency=/t/deps --extern b=/t/deps/libb-1e.rlib"
    );
    check("program.txt", rustc(&call));
}

#[test]
fn a_call_without_cargo() {
    check("plain.txt", rustc("a-b.rs"));
    check("plain-output.txt", rustc("-O -o out/x a.rs"));
}

#[test]
fn a_terminal_says_how_wide_messages_are() {
    let mut invocation = rustc("--crate-type lib --emit=dep-info,metadata a.rs");
    invocation.streams.stderr_is_terminal = true;
    check("terminal.txt", invocation);
}

#[test]
fn clippy_in_the_place_of_the_compiler() {
    let call = format!(
        "/tools/bin/rustc --crate-name a {OF_CARGO} src/lib.rs --crate-type lib --emit=dep-info,metadata --out-dir /t"
    );
    check("clippy.txt", called("/tools/bin/clippy-driver", "/tools/bin/clippy-driver", &call));
}

#[test]
fn lints_of_manifests_are_bypassed_however_they_are_asked_for() {
    let asked = |words: &str, of_cargo: &str| {
        let words = format!("/t/rustc a.rs --emit=metadata --crate-type=bin {words}");
        let mut invocation = called("/t/clippy-driver", "/t/clippy-driver", &words);
        invocation.environment.push(("CLIPPY_ARGS".into(), of_cargo.into()));
        matches!(decide(&mut invocation).1, Decision::Bypass(refusal) if refusal.reason == "cargo-lints")
    };
    assert!(asked("-Wclippy::cargo", "") && asked("--deny clippy::wildcard-dependencies", ""));
    assert!(asked("", "-W__CLIPPY_HACKERY__clippy::cargo__CLIPPY_HACKERY__"));
    assert!(!asked("-Wclippy::all", "-W__CLIPPY_HACKERY__clippy::pedantic__CLIPPY_HACKERY__"));
}

#[test]
fn another_sysroot_does_not_take_the_place_of_the_compilers_own_programs() {
    let mut invocation = rustc("a.rs --sysroot /s");
    let (_, decision) = decide(&mut invocation);
    let Decision::Run(run) = decision else { panic!("{decision:?}") };
    for folder in ["/s", "/tools"] {
        let programs = format!("{folder}/lib/rustlib/x86_64-unknown-linux-gnu/bin");
        assert!(run.unit.inputs.iter().any(|input| input.path == programs), "{programs}");
    }
}

#[test]
fn a_proxy_stands_for_the_compiler_of_the_folder() {
    check(
        "proxy.txt",
        called("/home/u/.cargo/bin/rustc", "/home/u/.cargo/bin/rustup", "+nightly --emit=metadata a.rs"),
    );
}

#[test]
fn what_macros_read_undeclared_can_be_said() {
    let mut call = rustc("--crate-type lib --emit=dep-info,metadata a.rs");
    call.environment.push(("ZCCACHE_RUSTC_FILES".into(), "templates:/etc/zone".into()));
    call.environment.push(("ZCCACHE_RUSTC_VARIABLES".into(), "DATABASE_URL, MODE".into()));
    check("extra.txt", call);
}

#[test]
fn what_is_not_cached_has_a_reason() {
    let mut text = String::new();
    for words in [
        "-vV",
        "- --crate-name ___ --print=file-names",
        "a.rs -C lto -C opt-level=3",
        "a.rs --crate-type staticlib --extern b=libb.rlib",
        "a.rs --crate-type staticlib -L dependency=d -L crate=c",
        "a.rs --crate-type cdylib --crate-type dylib",
        "a.rs -C linker=rust-lld",
        "a.rs -C link-arg=-Wl,-Map=x.map",
        "a.rs --target wasm32-unknown-unknown",
        "a.rs -o x --emit=obj,link",
        "a.rs --emit=metadata --error-format=json --json=artifacts",
        "a.rs --crate-type lib --emit=metadata",
        "a.rs -Z time-passes",
        "a.rs --cfg @list",
    ] {
        let mut invocation = rustc(words);
        let (asked, decision) = decide(&mut invocation);
        assert!(matches!(decision, Decision::Bypass(_)), "{words}: {decision:?}");
        text += &golden::dialogue(&invocation, &asked, &decision);
    }
    for (program, real, words) in [
        ("/t/rustc", "/t/wrapper", "a.rs"),
        ("/home/u/.cargo/bin/rustc", "/home/u/.cargo/bin/rustup", "+mine a.rs"),
        ("/t/rustdoc", "/t/rustdoc", "a.rs"),
        ("/t/clippy-driver", "/t/clippy-driver", "a.rs"),
        ("/t/clippy-driver", "/t/clippy-driver", "/t/rustc a.rs --crate-type proc-macro --emit=dep-info,link"),
    ] {
        let mut invocation = called(program, real, words);
        let (asked, decision) = decide(&mut invocation);
        text += &golden::dialogue(&invocation, &asked, &decision);
    }
    golden::check(&file("bypasses.txt"), &text);
}

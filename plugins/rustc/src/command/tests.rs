//! Command lines and what is read from them.

use super::*;

fn read(words: &str) -> Result<Command, Stop> {
    Command::read(&words.split(' ').map(str::to_owned).collect::<Vec<_>>(), 0)
}

#[test]
fn a_call_of_cargo_is_read() {
    let command = read(
        "--crate-name a_b --edition=2024 src/lib.rs --error-format=json --json=diagnostic-rendered-ansi,artifacts \
         --crate-type lib --emit=dep-info,metadata,link -C debuginfo=2 -C extra-filename=-0f --out-dir /t/deps \
         -C incremental=/t/incremental -L dependency=/t/deps -L /usr/lib --extern priv:x=/t/deps/libx.rmeta \
         --extern proc_macro -l static:+whole-archive=z:q",
    )
    .unwrap();
    assert_eq!((command.crate_name().as_str(), command.extra.as_str()), ("a_b", "-0f"));
    assert_eq!((command.types.as_slice(), command.links()), (&[CrateType::Lib][..], false));
    assert_eq!(command.externs.join(" "), "/t/deps/libx.rmeta");
    assert_eq!(command.native_folders().collect::<Vec<_>>(), ["/usr/lib"]);
    assert_eq!((command.libraries.join(" "), command.notices), ("z q".into(), true));
    assert!(command.emits(Kind::Metadata) && command.emits(Kind::Link) && !command.emits(Kind::Code("o")));
}

#[test]
fn words_for_the_linker_are_parted_as_the_compiler_parts_them() {
    let arguments = ["a.rs", "-Clink-args=-Lx\t-lz\n x.o ", "-Clink-arg=-La b"].map(str::to_owned);
    let command = Command::read(&arguments, 0).unwrap();
    assert_eq!(command.link_arguments, ["-Lx", "-lz", "x.o", "-La b"]);
}

#[test]
fn what_is_not_certain_is_bypassed_with_a_reason() {
    for (words, reason) in [
        ("-", "stdin"),
        ("@list", "argument-file"),
        ("a.rs b.rs", "several-sources"),
        ("-vV", "question"),
        ("a.rs --print=cfg", "question"),
        ("a.rs -Zlocation-detail=none", "unstable-option"),
        ("a.rs -C save-temps", "save-temps"),
        ("a.rs -C new-thing=1", "unknown-option"),
        ("a.rs --new-thing", "unknown-option"),
        ("a.rs -C", "incomplete-option"),
        ("a.rs --extern serde", "extern-without-path"),
        ("a.rs --emit=asm=-", "output"),
        ("a.rs --crate-type sdylib", "crate-type"),
        ("a.rs --target x.json", "target-file"),
        ("a.rs -C split_debuginfo=packed", "split-debuginfo"),
        ("a.rs -o x --out-dir y", "output"),
    ] {
        assert!(matches!(read(words), Err(Stop::Bypass(refusal)) if refusal.reason == reason), "{words}");
    }
}

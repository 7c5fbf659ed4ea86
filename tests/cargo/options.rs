//! Options, each of which is seen.

use zccache_tests::Expected;

use crate::call::{LIBRARY, PROGRAM, library, program};
use crate::rust::world;
use crate::sources::SMALL;
use crate::workspace::{Way, Workspace};

const SOURCE: &str = "fn main() {\n    let unused = std::env::args().count() + 1;\n    let wide = cfg!(wide);\n    \
                      assert!(std::env::args().count() < 9, \"too many\");\n    println!(\"{wide}\");\n}\n";

/// Options of which each makes something else of the source.
const VISIBLE: &[&str] = &[
    "-C opt-level=2",
    "-C opt-level=s",
    "-O",
    "-C debuginfo=1",
    "-C debuginfo=2",
    "-g",
    "--cfg wide",
    "--cfg=wide --cfg=tall",
    "-C link-arg=-Wl,--build-id=0x1234",
    "-C link-args=-Wl,-z,now,--build-id=0x5678",
    "--remap-path-prefix=x.rs=/elsewhere/x.rs",
    "--cap-lints=allow",
    "-A unused_variables",
    "-C panic=abort",
    "-C strip=symbols",
    "-C overflow-checks=no",
    "-C metadata=other",
    "-C force-frame-pointers=yes",
    "-C relocation-model=static",
    "-C prefer-dynamic",
    "--error-format=short",
    "--color=always",
    "--diagnostic-width=40",
];

/// Options that may come to the same.
const OTHERS: &[&str] = &[
    "-C target-cpu=native",
    "-C target-cpu=x86-64-v2",
    "-C codegen-units=1",
    "--check-cfg=cfg(wide,values(none()))",
    "-C embed-bitcode=no",
    "-C symbol-mangling-version=v0",
    "-C incremental=kept",
    "-C lto=off",
    "-W unused",
    "-C rpath",
];

#[test]
fn each_option_is_seen_and_makes_what_it_makes_without_the_cache() {
    let Some(world) = world() else { return };
    world.write("x.rs", SOURCE);
    let plain = program("");
    let base = world.expect_cold_and_warm(&plain, &PROGRAM);
    for words in VISIBLE {
        let made = world.expect_cold_and_warm(&program(words), &PROGRAM);
        assert_ne!(made, base, "{words} changes nothing");
    }
    assert_eq!(world.expect(Expected::Hit, &plain, &PROGRAM).0, base);
    for words in OTHERS {
        let call = program(words);
        for expected in [Expected::Miss, Expected::Hit] {
            let (made, counters) = world.count(|| world.make_cached(&call, &PROGRAM));
            assert!(made.run.succeeded(), "{words}: {made:?}");
            expected.check(&counters);
            // What incremental runs make has random names in it.
            assert!(words.contains("incremental") || made == world.make_bare(&call, &PROGRAM), "{words}");
        }
    }
}

#[test]
fn options_in_another_order_or_spelling_make_what_they_make_without_the_cache() {
    let Some(world) = world() else { return };
    world.write(
        "x.rs",
        "pub const WIDE: bool = cfg!(wide);\n#[deprecated]\npub fn old() {}\npub fn f() {\n    old()\n}\n",
    );
    for words in [
        "-A deprecated -W deprecated",
        "-W deprecated -A deprecated",
        "-Adeprecated",
        "--allow deprecated",
        "--allow=deprecated",
        "-C debuginfo=0 -C debuginfo=2",
        "-C debuginfo=2 -C debuginfo=0",
        "-Cdebuginfo=2",
        "--codegen debuginfo=2",
        "--codegen=debuginfo=2",
        "--cfg feature=\"a\"",
        "--cfg=feature=\"a\"",
        "--cfg feature=\"b\"",
    ] {
        world.expect_cold_and_warm(&library(words), &LIBRARY);
    }
}

#[test]
fn what_is_not_cached_is_run_as_it_is() {
    let Some(world) = world() else { return };
    world.write("x.rs", SOURCE);
    world.write("words", "--cfg\nwide\n");
    world.write("word", "wide\n");
    for words in ["-C lto=fat", "@words", "--cfg @word", "-C llvm-args=--inline-threshold=9"] {
        let (made, _) = world.expect(Expected::Bypass, &program(words), &PROGRAM);
        assert!(made.run.succeeded(), "{words}: {made:?}");
    }
}

#[test]
fn flags_that_cargo_is_given_by_a_variable_are_seen() {
    let Some(mut workspace) = Workspace::without_incremental(SMALL) else { return };
    let words = "build --workspace";
    workspace.build_in_all_ways(words).assert_counted_and_same();
    for (name, value, wide) in [
        ("RUSTFLAGS", "--cfg wide", true),
        ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}wide\u{1f}--cfg\u{1f}tall", true),
        ("CARGO_BUILD_RUSTFLAGS", "-C debuginfo=0", false),
        ("CARGO_PROFILE_DEV_OPT_LEVEL", "1", false),
        ("CARGO_PROFILE_DEV_DEBUG", "0", false),
        ("CARGO_PROFILE_DEV_PANIC", "abort", false),
    ] {
        workspace.world.set(name, value);
        let build = workspace.compare(words);
        build.run.clone().expect_success();
        assert!(build.counters.misses > 0, "{name}: {:?}", build.counters);
        assert_eq!(workspace.said("debug", "$BIN/app"), format!("7 [\"one\", \"two\"] {wide}\n"), "{name}");
        workspace.compare(words).assert_all_hits();
        workspace.world.unset(name);
    }
    workspace.clean();
    workspace.build(Way::Cached, words).assert_all_hits();
}

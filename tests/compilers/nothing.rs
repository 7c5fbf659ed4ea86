//! `/dev/null` as a source and as an output: what build systems try compilers out with.

use std::os::unix::fs::FileTypeExt;

use zccache_tests::Expected;

use crate::sources::{Unit, each_with_header};

fn call(unit: &Unit, words: &str) -> String {
    let language = if unit.compiler.suffix == "c" { "c" } else { "c++" };
    format!("{} -x {language} {words}", unit.compiler.name)
}

#[test]
fn no_source_is_made_into_everything_that_a_source_is() {
    each_with_header(|unit| {
        for words in
            ["-c /dev/null -o x.o", "-S /dev/null -o x.o", "-S /dev/null -o -", "-E /dev/null", "-E -dM /dev/null"]
        {
            let made = unit.world.expect_cold_and_warm(&call(unit, words), &["x.o"]);
            assert!(made.run.succeeded(), "{words}: {made:?}");
        }
        for words in ["-M /dev/null", "-fsyntax-only /dev/null"] {
            unit.world.expect_cold_and_warm(&call(unit, words), &[]);
        }
    });
}

#[test]
fn a_header_that_is_included_before_no_source_counts() {
    each_with_header(|unit| {
        let world = &unit.world;
        for words in ["-include value.h -E -dM /dev/null", "-include value.h -c /dev/null -o x.o"] {
            let call = call(unit, words);
            world.write("value.h", "#define VALUE 1\nint x = VALUE;\n");
            let first = world.expect_cold_and_warm(&call, &["x.o"]);
            world.write("value.h", "#define VALUE 2\nint x = VALUE;\n");
            assert_ne!(world.expect(Expected::Miss, &call, &["x.o"]).0, first, "{words}");
            world.write("value.h", "#define VALUE 1\nint x = VALUE;\n");
            assert_eq!(world.expect(Expected::Hit, &call, &["x.o"]).0, first);
        }
    });
}

#[test]
fn an_object_that_nobody_wants_is_compiled_once_for_each_state_of_its_source() {
    each_with_header(|unit| {
        let world = &unit.world;
        let call = unit.call("-Wall -o /dev/null");
        world.expect_cold_and_warm(&call, &["x.o"]);
        world.write("value.h", "#define VALUE nothing\n");
        let (failed, _) = world.expect(Expected::Failure, &call, &["x.o"]);
        assert_eq!(failed.run.code, Some(1), "{failed:?}");
        world.expect(Expected::Hit, &call, &["x.o"]);
        world.write("value.h", "#define VALUE 1\n");
        let (made, _) = world.expect(Expected::Hit, &call, &["x.o"]);
        assert!(made.run.succeeded(), "{made:?}");
        let device = std::fs::symlink_metadata("/dev/null").unwrap();
        assert!(device.file_type().is_char_device(), "/dev/null is no device any more");
    });
}
